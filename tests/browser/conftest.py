"""Which pages does the browser open? Those of a real hub with a menu that has one of everything."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright

from libretexts_hub import templates
from tests.browser.page_hub import Person, running
from tests.servers.debian import chromium
from tests.servers.fake_registry import FakeRegistry
from tests.servers.hub import PASSWORD, HubProcess
from tests.servers.hub_config import assignments
from tests.servers.target import Target, fresh_namespace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

EVIL = "<img src=x onerror=\"document.title='evil'\">'\"</script><script>document.title='evil'</script>"
WEEKLIES = [f"w_2026_{week:02}" for week in range(1, 47)]
COOKIES: dict[tuple[str, str], list[Any]] = {}  # of a hub and a person: one login is enough
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


def menu(host: str, image: str) -> dict[str, object]:
    """A menu with one of everything."""
    registry = {
        "repository": f"{host}/lsst/lab",
        "plain_http": True,
        "scheme": "rubin",
        "recommended": "recommended",
    }
    return {
        "LibreTextsSpawner.images": {
            "default": {"name": "Default environment", "image": image, "interface": "lab", "default": True},
            "r": {
                "name": "RStudio",
                "image": image,
                "interfaces": ["rstudio", "lab"],
                "description": "R 4.4",
            },
            "lsst": {"name": "LSST stack", "registry": registry, "sizes": ["large"], "interface": "lab"},
            "old": {"name": "Legacy", "image": image, "retires": "2030-03-01", "successor": "default"},
            "evil": {"name": EVIL, "description": EVIL, "image": image},
            "exam": {"name": "Exam", "image": image, "hidden": True, "sizes": ["small"]},
            "free": {"name": "Any image of ours", "pattern": r"registry\.example\.org/[a-z]+:[0-9]+"},
        },
        "LibreTextsSpawner.sizes": {
            "small": {"name": "Small", "cpu": {"limit": 2}, "memory": {"limit": "2Gi"}, "default": True},
            "large": {"name": "Large", "cpu": {"limit": 8}, "memory": {"limit": "16Gi"}},
        },
        "LibreTextsSpawner.routes": {
            "shared": {"name": "Shared nodes", "choose": True, "match": {"sizes": ["small"]}},
            "own": {"name": EVIL, "description": EVIL, "choose": True},
        },
        "LibreTextsSpawner.storage_pvc_ensure": True,
        "LibreTextsSpawner.storage_capacity": "1Gi",
        "LibreTextsSpawner.culler_owns_homes": True,
        "LibreTextsSpawner.options": {
            "reset": {},
            "data": {"name": "Data set", "choices": {"none": {}, "big": {"name": EVIL}}, "images": ["r"]},
        },
    }


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium of this machine."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=str(chromium()), args=FLAGS)
        yield running
        await running.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["pack", "stock"])
async def hub(
    request: pytest.FixtureRequest, embedded: Target, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[HubProcess]:
    """A hub with our pages, and one where our form stands in JupyterHub's own page."""
    async with FakeRegistry(tags=["recommended", "r29_1_1", *WEEKLIES]) as registry:
        digests = {"recommended": "sha256:" + "4" * 64, "w_2026_45": "sha256:" + "4" * 64}
        registry.does.digests = digests
        with fresh_namespace(embedded, "browser") as target:
            extra = menu(registry.host, target.lab_image)
            if request.param == "pack":
                extra["JupyterHub.template_paths"] = [*templates.__path__]
            hub = HubProcess(tmp_path_factory.mktemp("hub"), target, extra=assignments(extra))
            hub.has_our_pages = request.param == "pack"
            try:
                await hub.start()
                yield hub
            finally:
                hub.close()


class Visit:
    """One person's browser. `trouble` is what the console and the network said."""

    def __init__(self, page: Page, hub: HubProcess) -> None:
        self.page, self.hub = page, hub
        self.trouble: list[str] = []
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda said: self.trouble.append(said.text) if said.type == "error" else None)
        page.on("request", self._see)

    def _see(self, request) -> None:
        if not request.url.startswith((self.hub.url, "data:", "blob:")):
            self.trouble.append(f"asked for {request.url}")

    async def log_in(self, name: str = "ada-student", password: str = PASSWORD) -> None:
        """With the cookies of an earlier visit, or through the form of the login page."""
        key = (self.hub.url, name)
        if key in COOKIES:
            await self.page.context.add_cookies(COOKIES[key])
            return
        await self.page.goto(f"{self.hub.url}/hub/login?next=/hub/home")
        await self.page.fill("input[name=username]", name)
        await self.page.fill("input[type=password]", password)
        await self.page.click("#login_submit")
        await self.page.wait_for_url("**/hub/home")
        COOKIES[key] = await self.page.context.cookies()

    async def open_form(self, fragment: str = "", *, name: str = "ada-student") -> None:
        """Log in, and look at the spawn page until the live menu is on it."""
        await self.log_in(name)
        for _ in range(50):
            await self.page.goto(f"{self.hub.url}/hub/spawn{fragment}")
            if await self.page.locator("input[value^='lsst:']").count():
                break
            await self.page.goto("about:blank")  # a change of the fragment alone opens no page
            await self.page.wait_for_timeout(100)

    async def dock(self) -> str:
        """What the page says that Start will do."""
        return " ".join((await self.page.inner_text("#lt-dock")).split())

    async def marked(self, name: str) -> str | None:
        """The value of the radio button that is marked in this group."""
        return await self.page.evaluate(
            "name => document.querySelector(`input[name='${name}']:checked`)?.value", name
        )


@pytest.fixture
async def visit(browser: Browser, hub: HubProcess):
    """`async with visit(width=390)`: a browser window of its own."""

    @asynccontextmanager
    async def opened(*, width: int = 1100, **settings: object) -> AsyncIterator[Visit]:
        context = await browser.new_context(viewport={"width": width, "height": 900}, **settings)
        context.set_default_timeout(15_000)
        try:
            yield Visit(await context.new_page(), hub)
        finally:
            await context.close()

    return opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pages_hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HubProcess]:
    """One hub for nearly all tests of the pages: below `/x/y/`, and no script may stand in a page."""
    async with running(tmp_path_factory.mktemp("pages")) as hub:
        yield hub


@pytest_asyncio.fixture(loop_scope="session")
async def window(browser, pages_hub):
    """`person = await window()`: a browser of its own."""
    contexts = []

    async def opened(hub=pages_hub, **settings):
        context = await browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings})
        context.set_default_timeout(15_000)
        contexts.append(context)
        return Person(Visit(await context.new_page(), hub))

    yield opened
    for context in contexts:
        await context.close()
