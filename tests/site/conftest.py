"""On which site do these tests run? One for all of them; each leaves things as the next one can use them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright

from tests.browser.conftest import FLAGS
from tests.servers.debian import chromium
from tests.site import people
from tests.site.site import Site, running_site
from tests.site.visits import Guest, Window

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


# What the story used is known at its end.
LAST = "test_permissions.py"
STORY = {path.name for path in Path(__file__).parent.glob("test_*.py")}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The modules come in any order, and one after all others."""
    items.sort(key=lambda item: item.path.name == LAST and item.path.parent == Path(__file__).parent)


@pytest.fixture(scope="session")
def is_whole_story(request) -> bool:
    """Whether every test of the story is in this run."""
    here = [item for item in request.session.items if item.path.parent == Path(__file__).parent]
    asked_for = request.config.getoption("keyword") or any("::" in word for word in request.config.args)
    return not asked_for and {item.path.name for item in here} == STORY


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


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def other(site) -> AsyncIterator[Guest]:
    """Another student of the course, with a server and a database beside it until the module ends."""
    async with Guest(site.hub.url) as guest:
        await guest.log_in(people.IDLER)
        if not await guest.servers():
            await guest.spawn({"image": "course-db101"})
            await guest.wait_until_ready()
        yield guest
        await guest.stop()


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
