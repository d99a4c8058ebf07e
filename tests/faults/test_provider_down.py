"""Do those who are in work on while their identity provider is down, and what do the others read?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from libretexts_hub.demo.visitor import VisitError
from tests.faults.site import CLAIMS, Site, faulty_site
from tests.servers.fake_provider import FakeProvider
from tests.servers.hub import PASSWORD

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

pytestmark = pytest.mark.asyncio(loop_scope="module")
DOWN = (
    "The service that you log in with does not answer at the moment, so this hub can't know who you are. "
    "Nothing is wrong with your account, and servers that run go on. Try again in a few minutes."
)
LOGIN = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from tests.servers.sample_login import SampleAuthenticator
c.JupyterHub.authenticator_class = SampleAuthenticator
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(
    embedded, provider: FakeProvider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    more = {
        "SampleAuthenticator.provider_url": provider.url,
        "Authenticator.enable_auth_state": True,
        "Authenticator.auth_refresh_age": 1,
        "Authenticator.refresh_pre_spawn": True,
        "CryptKeeper.keys": ["0" * 64],
        "LoginMixin.refresh_cache": "0s",
        "LoginMixin.pause_seconds": 0.3,
        "LoginMixin.total_seconds": 1.0,
    }
    async with faulty_site(embedded, tmp_path_factory.mktemp("provider"), more, LOGIN) as running:
        yield running


async def test_who_is_in_keeps_groups_and_server_and_starts_anew(site: Site, provider: FakeProvider) -> None:
    provider.people |= {name: {"subject": name, "groups": ["staff"]} for name in ("leela", "fry")}
    async with site.person("leela") as leela:
        await leela.spawn()
        await leela.wait_until_ready()
        home = (await site.belongings("leela"))[CLAIMS]
        provider.status = 503
        asked = len(provider.asked)
        async with site.hub.visitor() as fry:
            with pytest.raises(VisitError) as refused:
                await fry.login("fry", PASSWORD)
        assert refused.value.status == 503
        assert DOWN in refused.value.what
        assert await site.works(leela)
        await leela.stop()
        await leela.spawn()
        await leela.wait_until_ready()
        assert len(provider.asked) > asked
        assert (await leela.hub_api("GET", "users/leela"))["groups"] == ["staff"]
        assert (await site.belongings("leela"))[CLAIMS] == home
        await leela.stop()
        provider.status = 200
