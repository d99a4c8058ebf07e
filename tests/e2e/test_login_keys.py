"""Does a hub keep what it knows of logins over a new key, and does an operator's word on an account hold?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest

from libretexts_hub.cli import main
from libretexts_hub.demo.visitor import VisitError
from tests.servers.fake_provider import FakeProvider
from tests.servers.hub import HubProcess
from tests.servers.hub_config import assignments

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-only-for-tests"
OLD, OLDER = "1" * 64, "2" * 64


def configuration(folder: Path, provider: FakeProvider, **more: object) -> str:
    settings: dict[str, object] = {
        "JupyterHub.redirect_to_server": False,
        "JupyterHub.services": [{"name": "watcher", "api_token": TOKEN}],
        "JupyterHub.load_roles": [
            {"name": "watcher", "services": ["watcher"], "scopes": ["list:users", "admin:auth_state"]}
        ],
        "SampleAuthenticator.provider_url": provider.url,
        "Authenticator.enable_auth_state": True,
        **more,
    }
    return (
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        "from tests.servers.sample_login import SampleAuthenticator\n"
        "c.JupyterHub.authenticator_class = SampleAuthenticator\n"
        f"from pathlib import Path\nkeys = Path({str(folder / 'keys')!r})\n"
        "c.CryptKeeper.keys = keys.read_text().strip().split(';') if keys.exists() else []\n"
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


async def test_keys_turn_and_accounts_change_hands(
    tmp_path: Path, provider: FakeProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"{OLD};{OLDER}\n")
    keys.chmod(0o600)
    provider.people["fry"] = {"subject": "5"}
    hub = HubProcess(tmp_path, spawner="simple", extra=configuration(tmp_path, provider), preloaded=True)
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
        capsys.readouterr()
        assert main(["rebind", "--json", *database]) == 0
        listed = json.loads(capsys.readouterr().out)
        assert listed == [{"name": "fry", "provider": "sample", "subject": "6"}]
    finally:
        hub.close()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        pytest.param({}, ["there is no key", "JUPYTERHUB_CRYPT_KEY"], id="no key"),
        pytest.param(
            {
                "Authenticator.enable_auth_state": False,
                "LoginMixin.grants": [{"group": "g", "role": "grader", "scopes": ["list:user"]}],
            },
            ["list:user", "list:users"],
            id="a scope that is none",
        ),
        pytest.param(
            {
                "Authenticator.enable_auth_state": False,
                "JupyterHub.load_roles": [{"name": "grader", "scopes": ["list:users"], "users": ["amy"]}],
                "LoginMixin.grants": [{"group": "g", "role": "grader"}],
            },
            ["'grader' names users or groups", "c.JupyterHub.load_roles"],
            id="roles written down for people",
        ),
    ],
)
def test_a_hub_that_could_not_keep_its_word_does_not_start(
    tmp_path: Path, provider: FakeProvider, more: dict[str, object], words: list[str]
) -> None:
    hub = HubProcess(
        tmp_path, spawner="simple", extra=configuration(tmp_path, provider, **more), preloaded=True
    )
    code, printed = hub.run_to_exit()
    assert code == 2, printed
    for word in words:
        assert word in printed
    assert "Traceback" not in printed
