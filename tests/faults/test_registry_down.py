"""Does a class work on while the registry of its images is down, with the versions that were seen last?"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.faults.site import Site, faulty_site
from tests.servers.fake_registry import FakeRegistry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.asyncio(loop_scope="module")
TAGS = ["w_2026_45", "w_2026_46"]
OLD_LIST = "Its registry does not answer: this is what was there less than a minute ago."
CHECK = "from libretexts_hub.hub.configuration import check_or_exit\ncheck_or_exit(c)\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def registry() -> AsyncIterator[FakeRegistry]:
    async with FakeRegistry(tags=list(TAGS)) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(
    embedded, registry: FakeRegistry, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    source = {"repository": f"{registry.host}/simulated", "plain_http": True, "scheme": "rubin"}
    images = {"live": {"name": "Live", "registry": source | {"refresh": "10s"}, "default": True}}
    more = {"LibreTextsSpawner.images": images, "LibreTextsSpawner.databases": {}}
    async with faulty_site(embedded, tmp_path_factory.mktemp("registry"), more, CHECK) as running:
        yield running


async def test_versions_seen_last_are_offered_with_their_age_and_start_by_their_digest(
    site: Site, registry: FakeRegistry
) -> None:
    async with site.person("rosa") as rosa:
        await rosa.spawn({"image": "live:w_2026_46"})
        await rosa.wait_until_ready()
        [pod] = await site.objects.pods("rosa")
        image = pod["spec"]["containers"][0]["image"]
        assert "/simulated:w_2026_46@sha256:" in image
        await registry.stop()
        # A hub that was restarted has to read its list again, and can't.
        await site.hub.restart()
        assert await site.works(rosa), "a server that runs needs no registry"
        await rosa.stop()
        answer, form = await rosa.spawn_form()
        assert {f"live:{tag}" for tag in TAGS} <= set(form.offered("image"))
        assert OLD_LIST in html.unescape(answer.html)
        await rosa.submit(answer, form, {"image": "live:w_2026_46"})
        await rosa.wait_until_ready()
        assert await site.works(rosa)
        [pod] = await site.objects.pods("rosa")
        assert pod["spec"]["containers"][0]["image"] == image
        await rosa.stop()
        assert await site.objects.list("pods") == []
