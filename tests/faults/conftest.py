"""Which hub do the tests of faults share?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio

from tests.faults.site import Site, faulty_site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

    from tests.servers.target import Target


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running_site(embedded: Target, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with faulty_site(embedded, tmp_path_factory.mktemp("faults"), is_proxied=True) as site:
        yield site


@pytest_asyncio.fixture(loop_scope="session")
async def site(running_site: Site) -> Site:
    """The hub, in working order at the start of every test."""
    await running_site.recover()
    return running_site
