"""Does a hub hold a server to what the login of its person said: numbers, claims, groups of the moment?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from libretexts_hub.demo.visitor import VisitError
from tests.servers.fake_provider import FakeProvider
from tests.servers.hub import HubProcess
from tests.servers.hub_config import assignments
from tests.servers.namespace_objects import NamespaceObjects
from tests.servers.target import fresh_namespace

from .conftest import SETTINGS, hook_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from libretexts_hub.demo.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")
LOGIN = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from tests.servers.sample_login import SampleAuthenticator
c.JupyterHub.authenticator_class = SampleAuthenticator
"""
IDP = "https://idp.campus.example/shibboleth"
ROUTES = {
    "hpc": {"match": {"groups": ["physics"]}, "place": {"network_class": "hpc"}},
    "idp": {"match": {"claims": {"idp": [IDP]}}, "place": {"network_class": "idp"}},
    "mail": {"match": {"claims": {"email_domain": ["campus.example"]}}, "place": {"network_class": "mail"}},
}
PROVISION = {
    "uid": {"from": "user_info.uid_number", "maximum": 99_999},
    "groups": {"from": "teams", "offset": 100_000, "minimum": 100_000, "maximum": 200_000},
}


class Site:
    """A hub whose people come from a provider that a test changes."""

    def __init__(self, hub: HubProcess, provider: FakeProvider, objects: NamespaceObjects) -> None:
        self.hub, self.provider, self.objects = hub, provider, objects

    def knows(self, name: str, *, uid: object = 5001, teams: object = (), **fields: Any) -> None:
        """What the provider says about this person from now on."""
        claims = {"uid_number": uid, **fields.pop("claims", {})}
        self.provider.people[name] = {
            "subject": name,
            "claims": claims,
            "state": {"teams": list(teams)},  # type: ignore[call-overload]
            **fields,
        }

    async def route(self, person: Visitor, name: str) -> str | None:
        """Where a server that starts now lands; it is stopped again."""
        await person.spawn({"image": "default"})
        await person.wait_until_ready()
        [pod] = await self.objects.pods(name)
        await person.stop()
        return pod["metadata"]["labels"].get("libretexts.org/route")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(embedded, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("login-to-pod")
    with FakeProvider() as provider, fresh_namespace(embedded, "logins") as target:
        ours = {
            "SampleAuthenticator.provider_url": provider.url,
            "Authenticator.enable_auth_state": True,
            "Authenticator.refresh_pre_spawn": True,
            "LoginMixin.refresh_cache": "0s",
            "LoginMixin.exempt": ["exempted"],
            "CryptKeeper.keys": ["0" * 64],
            "LibreTextsSpawner.images": {"default": {"image": target.lab_image, "default": True}},
            "LibreTextsSpawner.routes": ROUTES,
            "LibreTextsSpawner.provision": PROVISION,
        }
        hub = HubProcess(folder, target, extra=assignments(SETTINGS | ours) + hook_for(target) + LOGIN)
        try:
            await hub.start()
            yield Site(hub, provider, NamespaceObjects(target))
        finally:
            hub.close()


@pytest.mark.parametrize(
    ("name", "said", "words"),
    [
        pytest.param("root", {"uid": 0}, "Your account has the number 0", id="root"),
        pytest.param("daemon", {"uid": 999}, "takes numbers from 1000 to 99999", id="below the minimum"),
        pytest.param("far", {"uid": 100_000}, "takes numbers from 1000 to 99999", id="above the maximum"),
        pytest.param("none", {"uid": None}, "Your login says no number for your files", id="no number"),
        pytest.param(
            "team", {"teams": [{"name": "t", "id": -99_999}]}, 'Your group "t" has the number', id="group"
        ),
    ],
)
async def test_a_number_out_of_range_is_refused_at_the_login(site, name, said, words):
    site.knows(name, **said)
    async with site.hub.visitor() as person:
        with pytest.raises(VisitError) as refused:
            await person.login(name, "unused")
    assert (refused.value.status, words in refused.value.what) == (403, True), refused.value
    assert "Tell the operators" in str(refused.value)
    logged = [line for line in site.hub.log_tail(500).splitlines() if "Login refused (numbers)" in line]
    assert any(words in line and f"the numbers of {name}: provision.uid" in line for line in logged)


async def test_who_is_exempt_may_log_in_but_gets_no_server(site):
    site.knows("exempted", uid=0)
    async with site.hub.visitor() as person:
        await person.login("exempted", "unused")
        with pytest.raises(VisitError) as refused:
            await person.hub_api("POST", "users/exempted/server", {"image": "default"})
        assert "has the number 0" in refused.value.what
        assert await site.objects.pods("exempted") == []


@pytest.mark.parametrize(
    ("name", "said", "route"),
    [
        pytest.param("quick-idp", {"claims": {"idp": IDP}}, "idp", id="idp"),
        pytest.param(
            "quick-mail", {"email": "a@campus.example", "email_verified": True}, "mail", id="email domain"
        ),
        pytest.param(
            "quick-forged", {"email": "a@campus.example", "email_verified": False}, None, id="unverified"
        ),
    ],
)
async def test_a_claim_of_the_login_leads_to_its_route(site, name, said, route):
    site.knows(name, **said)
    async with site.hub.visitor() as person:
        await person.login(name, "unused")
        assert await site.route(person, name) == route


async def test_groups_are_those_of_the_moment_of_the_start(site):
    """Without a new login: the provider is asked before each start."""
    site.knows("quick-ann")
    async with site.hub.visitor() as ann:
        await ann.login("quick-ann", "unused")
        assert await site.route(ann, "quick-ann") is None
        site.knows("quick-ann", groups=["physics"])
        assert await site.route(ann, "quick-ann") == "hpc"
        site.knows("quick-ann")
        assert await site.route(ann, "quick-ann") is None
