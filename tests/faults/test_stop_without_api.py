"""What becomes of a server that is stopped while the API server stays away?"""

from __future__ import annotations

import asyncio
import html
from typing import TYPE_CHECKING

import pytest

from tests.faults.site import CLAIMS
from tests.servers.namespace_objects import eventually

if TYPE_CHECKING:
    from tests.faults.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_its_pod_goes_when_the_api_server_is_back(site: Site) -> None:
    async with site.person("stan") as stan:
        await stan.spawn()
        await stan.wait_until_ready()
        before = await site.belongings("stan")
        await site.faults.down()
        click = asyncio.create_task(stan.stop())

        async def stopping() -> str:
            page = html.unescape((await stan.open("spawn-pending/stan")).html)
            return page if "Your server is stopping" in page else ""

        said = await eventually("the page says that it stops", stopping)
        assert "You can start it again as soon as it has stopped." in said
        await click
        said = html.unescape((await stan.open("spawn-pending/stan")).html)
        assert "Your server does not run" in said
        assert (await site.belongings("stan")) == before, "nobody could delete the pod"
        await site.faults.up()
        await site.has_ended("stan")
        assert await site.belongings("stan") == before | {"pods": []}
        assert not [route for route in await site.routes() if "stan" in route]
        await stan.spawn()
        await stan.wait_until_ready()
        assert await site.works(stan)
        assert (await site.belongings("stan"))[CLAIMS] == before[CLAIMS]
        await stan.stop()
