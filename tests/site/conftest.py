"""On which site do these tests run? One for all of them; each leaves things as the next one can use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio
from playwright.async_api import async_playwright

from tests.browser.conftest import FLAGS
from tests.servers.debian import chromium
from tests.site import people
from tests.site.site import Site, running_site
from tests.site.visits import Guest, Window

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(real, tmp_path_factory) -> AsyncIterator[Site]:
    async with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser():
    """Chromium of this machine."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=str(chromium()), args=FLAGS)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def student(site) -> AsyncIterator[Guest]:
    """The student of the course, with their server and its database running, whatever the last test did."""
    async with Guest(site.hub.url) as guest:
        await guest.log_in(people.STUDENT)
        if not await guest.servers():
            await guest.spawn({"image": "course-db101"})
            await guest.wait_until_ready()
        yield guest


@pytest_asyncio.fixture(loop_scope="session")
async def window(browser, site):
    """`person = await window()`: a browser window of somebody's own."""
    contexts = []

    async def opened() -> Window:
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(60_000)
        contexts.append(context)
        return Window(await context.new_page(), site)

    yield opened
    for context in contexts:
        await context.close()
