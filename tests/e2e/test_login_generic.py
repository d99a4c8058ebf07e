"""Do the samples for Keycloak and Microsoft Entra ID log people in, check them again, and bind them?"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from libretexts_hub.demo.visitor import VisitError
from tests.servers.fake_oidc_pages import FakeOidcPages
from tests.servers.hub import HubProcess
from tests.servers.hub_config import assignments

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

pytest.importorskip("oauthenticator")
EXAMPLES = Path(__file__).parents[2] / "examples/login"
TOKEN = "a-token-only-for-tests"
GROUP = "11111111-2222-3333-4444-555555555555"
KEYCLOAK = {"sub": "s-17", "preferred_username": "Amy", "name": "Amy Wong", "email": "amy@mars.example"}
ENTRA = {
    **KEYCLOAK,
    "sub": "of this application alone",
    "oid": "o-17",
    "preferred_username": "amy@mars.example",
}


def configuration(file: str, provider: FakeOidcPages, hub_url: str) -> str:
    sample = yaml.safe_load((EXAMPLES / file).read_text())["hub"]["config"]
    assert sample["JupyterHub"].pop("authenticator_class") == "libretexts-generic"
    oauth = sample["OAuthenticator"]
    for name in ("authorize_url", "token_url", "userdata_url"):
        if name in oauth:
            oauth[name] = provider.url + "/" + oauth[name].partition("://")[2].partition("/")[2]
    oauth["oauth_callback_url"] = f"{hub_url}/hub/oauth_callback"
    provider.audience = oauth["client_id"]
    sample["Authenticator"] |= {"auth_refresh_age": 1, "allow_all": False}
    settings = {
        f"{section}.{name}": value for section, part in sample.items() for name, value in part.items()
    }
    more = {
        "OAuthenticator.client_secret": "a secret of a test",
        "LoginMixin.refresh_cache": "0s",
        "CryptKeeper.keys": ["0" * 64],
        "JupyterHub.redirect_to_server": False,
        "JupyterHub.services": [{"name": "watcher", "api_token": TOKEN}],
        "JupyterHub.load_roles": [
            {"name": "watcher", "services": ["watcher"], "scopes": ["read:users", "admin:auth_state"]}
        ],
    }
    return assignments({**settings, **more}) + (
        "from libretexts_hub.hub.authenticators.generic import GenericLoginAuthenticator\n"
        "c.JupyterHub.authenticator_class = GenericLoginAuthenticator\n"
    )


@pytest.mark.parametrize(
    ("file", "person", "name", "subject", "group"),
    [
        pytest.param("keycloak.yaml", KEYCLOAK, "amy", "s-17", "/jupyterhub", id="keycloak"),
        pytest.param("entra-id.yaml", ENTRA, "amy@mars.example", "o-17", GROUP, id="entra-id"),
    ],
)
async def test_a_sample(
    tmp_path: Path, file: str, person: dict[str, Any], name: str, subject: str, group: str
) -> None:
    async with FakeOidcPages() as provider:
        hub = HubProcess(tmp_path, spawner="simple")
        with (tmp_path / "jupyterhub_config.py").open("a") as config:
            config.write(configuration(file, provider, hub.url))
        try:
            await hub.start()
            await _visits(hub, provider, person, name, subject, group)
            assert "a secret of a test" not in hub.log.read_text()
        finally:
            hub.close()


async def _visits(
    hub: HubProcess, provider: FakeOidcPages, person: dict[str, Any], name: str, subject: str, group: str
) -> None:
    provider.person = {**person, "groups": [group, "Physics"]}
    async with hub.visitor() as visitor:

        async def log_in() -> None:
            assert (await visitor.open("oauth_login?next=%2Fhub%2Fhome")).url.path.endswith("/hub/home")

        async def known() -> dict[str, Any]:
            url = visitor.hub / "api/users" / name
            async with hub.visitor() as watcher:
                return await watcher.call("GET", url, {"Authorization": f"token {TOKEN}"})

        await log_in()
        amy = await known()
        assert sorted(amy["groups"]) == sorted([group, "physics"])
        assert amy["auth_state"]["libretexts"]["subject"] == subject
        refresh_token = amy["auth_state"]["refresh_token"]

        provider.person["groups"] = [group, "chemistry"]
        provider.revoke()  # so that Keycloak's access token has to be exchanged

        async def has_followed() -> bool:
            await visitor.open("home")
            return "chemistry" in (await known())["groups"]

        await until(has_followed)
        assert (await known())["auth_state"]["refresh_token"] != refresh_token

        provider.status, asked = 503, len(provider.asked)

        async def was_checked() -> bool:
            assert (await visitor.open("home")).url.path.endswith("/hub/home")
            return len(provider.asked) > asked

        await until(was_checked)
        provider.status = 200

        for body in ({"token_type": "Bearer", "id_token": "leaks"}, [1], "text"):
            provider.token_answer = body
            async with hub.visitor() as other:
                with pytest.raises(VisitError) as caught:
                    await other.open("oauth_login")
            assert caught.value.status == 503
        assert "leaks" not in hub.log.read_text()
        provider.token_answer = None

        provider.person = {**provider.person, "sub": "another", "oid": "another"}
        async with hub.visitor() as other:
            with pytest.raises(VisitError, match="belongs to another account"):
                await other.open("oauth_login")


async def until(condition: Callable[[], Awaitable[bool]], *, deadline_seconds: float = 15.0) -> None:
    deadline = time.monotonic() + deadline_seconds
    while not await condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
