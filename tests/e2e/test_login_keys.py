"""Does a hub keep what it knows of logins over a new key, and does an operator's word on an account hold?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from jupyterhub.app import JupyterHub
from jupyterhub.crypto import CryptKeeper
from traitlets.config import Config

from libretexts_hub.cli import main
from libretexts_hub.demo.visitor import VisitError
from tests.servers.fake_provider import FakeProvider
from tests.servers.hub import HubProcess
from tests.servers.hub_config import assignments
from tests.servers.sample_login import SampleAuthenticator

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-only-for-tests"
SCOPES = ["list:users", "admin:auth_state", "admin:users"]
OLD, OLDER = "1" * 64, "2" * 64


def configuration(folder: Path, provider: FakeProvider) -> str:
    settings: dict[str, object] = {
        "JupyterHub.redirect_to_server": False,
        "JupyterHub.services": [{"name": "watcher", "api_token": TOKEN}],
        "JupyterHub.load_roles": [
            {
                "name": "watcher",
                "services": ["watcher"],
                "scopes": SCOPES,
            }
        ],
        "SampleAuthenticator.provider_url": provider.url,
        "Authenticator.enable_auth_state": True,
        "LoginMixin.bind_existing": "refuse",
    }
    return (
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        "from tests.servers.sample_login import SampleAuthenticator\n"
        "c.JupyterHub.authenticator_class = SampleAuthenticator\n"
        f"from pathlib import Path\nkeys = Path({str(folder / 'keys')!r})\n"
        "c.CryptKeeper.keys = keys.read_text().strip().split(';') if keys.exists() else []\n"
        "blocked = keys.with_name('blocked')\n"
        "c.Authenticator.blocked_users = set(blocked.read_text().split() if blocked.exists() else ())\n"
    ) + assignments(settings)


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


async def subject_of(hub: HubProcess, name: str) -> str | None:
    headers = {"Authorization": f"token {TOKEN}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{hub.url}/hub/api/users/{name}") as answer,
    ):
        state = (await answer.json())["auth_state"]
    return state and state["libretexts"]["subject"]


async def delete_user(hub: HubProcess, name: str) -> None:
    await change_user(hub, "DELETE", name)


async def change_user(hub: HubProcess, method: str, name: str) -> None:
    """As a service of the operator's does it."""
    headers = {"Authorization": f"token {TOKEN}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, f"{hub.url}/hub/api/users/{name}") as answer,
    ):
        assert answer.status in (201, 204), await answer.text()


async def test_keys_turn_and_accounts_change_hands(
    tmp_path: Path, provider: FakeProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"{OLD};{OLDER}\n")
    keys.chmod(0o600)
    provider.people["fry"] = {"subject": "5"}
    hub = HubProcess(tmp_path, spawner="simple", extra=configuration(tmp_path, provider))
    database = ["--db-url", f"sqlite:///{tmp_path}/hub.sqlite"]
    try:
        await hub.start()
        async with hub.visitor() as fry:
            await fry.login("fry", "unused")
        for _ in range(2):  # as a hub does it every month: now no key of the beginning is left
            assert main(["rotate-key", "--file", str(keys), *database]) == 0
            assert "1 logins are encrypted" in capsys.readouterr().out
        await hub.restart()
        assert await subject_of(hub, "fry") == "5"
        now = keys.read_text()
        assert OLD not in now
        assert OLDER not in now
        assert now.count(";") == 1
        assert keys.stat().st_mode & 0o777 == 0o600

        # The hub is running, and hears of it at the next login.
        provider.people["fry"] = {"subject": "6"}
        with pytest.raises(VisitError, match="belongs to another account"):
            async with hub.visitor() as fry:
                await fry.login("fry", "unused")
        assert main(["rebind", "fry", "--to", "6", *database]) == 0
        async with hub.visitor() as fry:
            await fry.login("fry", "unused")
        assert await subject_of(hub, "fry") == "6"

        # Whether an administrator deletes the hub user or the culler: the name is still theirs.
        await delete_user(hub, "fry")
        provider.people["fry"] = {"subject": "7"}
        with pytest.raises(VisitError, match="belongs to another account"):
            async with hub.visitor() as other:
                await other.login("fry", "unused")
        provider.people["fry"] = {"subject": "6"}
        async with hub.visitor() as fry:
            await fry.login("fry", "unused")
        capsys.readouterr()
        assert main(["rebind", "--json", *database]) == 0
        listed = json.loads(capsys.readouterr().out)
        assert listed == [{"name": "fry", "provider": "sample", "subject": "6"}]

        await delete_user(hub, "fry")
        assert main(["rebind", "fry", "--forget", *database]) == 0
        provider.people["fry"] = {"subject": "7"}
        async with hub.visitor() as other:
            await other.login("fry", "unused")
        assert await subject_of(hub, "fry") == "7"
    finally:
        hub.close()


async def test_nobodys_account_and_somebody_blocked(
    tmp_path: Path, provider: FakeProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "keys").write_text(OLD)
    provider.people |= {"leela": {"subject": "9"}, "zapp": {"subject": "10", "groups": ["staff"]}}
    hub = HubProcess(tmp_path, spawner="simple", extra=configuration(tmp_path, provider), preloaded=True)
    try:
        await hub.start()
        await change_user(hub, "POST", "leela")  # as it was before there were bindings
        with pytest.raises(VisitError, match="nobody has said yet that it is yours"):
            async with hub.visitor() as leela:
                await leela.login("leela", "unused")
        words = ["rebind", "leela", "--to", "9", "--provider", "sample"]
        assert main([*words, "--db-url", f"sqlite:///{tmp_path}/hub.sqlite"]) == 0
        async with hub.visitor() as leela:
            await leela.login("leela", "unused")

        # Blocked while logged in: the session is over too, not only the next login.
        async with hub.visitor() as zapp:
            await zapp.login("zapp", "unused")
            (tmp_path / "blocked").write_text("Zapp")
            await hub.restart()
            assert (await zapp.open("home")).url.path.endswith("/login")
            with pytest.raises(VisitError, match="Your account is blocked at this hub"):
                await zapp.login("zapp", "unused")
    finally:
        hub.close()
    capsys.readouterr()


def test_a_hub_without_a_key_ends_with_a_sentence(tmp_path: Path, provider: FakeProvider) -> None:
    hub = HubProcess(tmp_path, spawner="simple", extra=configuration(tmp_path, provider), preloaded=True)
    code, text = hub.run_to_exit()
    assert code == 2
    assert "What is kept of a login has to be encrypted, and there is no key" in text
    assert "Set JUPYTERHUB_CRYPT_KEY for the hub" in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        pytest.param({}, ["there is no key", "JUPYTERHUB_CRYPT_KEY"], id="no key"),
        pytest.param(
            {"LoginMixin": {"grants": [{"group": "g", "role": "grader", "scopes": ["list:user"]}]}},
            ["list:user", "list:users"],
            id="a scope that is none",
        ),
        pytest.param(
            {
                "JupyterHub": {
                    "load_roles": [{"name": "grader", "scopes": ["list:users"], "users": ["amy"]}]
                },
                "LoginMixin": {"grants": [{"group": "g", "role": "grader"}]},
                "Authenticator": {"enable_auth_state": False},
            },
            ["'grader' names users or groups", "c.JupyterHub.load_roles"],
            id="roles written down for people",
        ),
    ],
)
def test_a_hub_that_could_not_keep_its_word_does_not_start(
    settings: dict[str, object],
    words: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the hub does with its authenticator at its start, without all the rest."""
    monkeypatch.delenv("JUPYTERHUB_CRYPT_KEY", raising=False)
    monkeypatch.setattr(CryptKeeper, "_instance", None)
    hub = JupyterHub(config=Config({"Authenticator": {"enable_auth_state": True}, **settings}))
    with pytest.raises(SystemExit) as ended:
        SampleAuthenticator(parent=hub)
    assert ended.value.code == 2
    printed = capsys.readouterr().err
    for word in words:
        assert word in printed
    assert len(printed.splitlines()) == 1
