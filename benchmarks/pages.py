"""How heavy are the pages, cold, in a real browser? Ours beside JupyterHub's own, from the same hub release.

`login_kb`, `login_requests` and `spawn_kb` are what Chromium received over the network, headers and all, with
an empty cache; `paint_ms` is its first contentful paint.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright

from libretexts_hub.domain.menu import Menu
from libretexts_hub.hub.form import render_menu
from tests.servers.debian import chromium
from tests.servers.hub import PASSWORD, HubProcess

from .figures import OURS, PEER, SIDES, Series, sides_of_round
from .report import report, table

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

FORM = '<label>Image <select name="image"><option>Default environment</option></select></label>'
INSTALL = "\nfrom libretexts_hub.hub.pages import install\ninstall(c)\n"
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
MEASURES = {"login_kb": "kB", "login_requests": "", "spawn_kb": "kB", "paint_ms": "ms"}


def configuration(side: str) -> str:
    """Both have a form: ours the menu, stock a select."""
    if side == PEER:
        return f"c.Spawner.options_form = {FORM!r}\n"
    menu = {"default": {"name": "Default environment", "image": "registry.example.edu/a:1", "default": True}}
    lines = f"from benchmarks.pages import menu_form\nc.Spawner.options_form = menu_form({menu!r})"
    return lines + INSTALL


def menu_form(images: dict[str, object]):
    """A form as `LibreTextsSpawner` makes it, for a spawner that needs no cluster."""
    from datetime import UTC, datetime

    return lambda _spawner: render_menu(Menu.parse(images, {}, {}).for_person([], datetime.now(UTC)), {})


class Cold:
    """A browser that has seen nothing yet, and what it received."""

    def __init__(self, page: Page) -> None:
        self.page, self.received, self.requests = page, 0.0, 0

    async def watch(self) -> None:
        devtools = await self.page.context.new_cdp_session(self.page)
        await devtools.send("Network.enable")
        devtools.on("Network.loadingFinished", self._add)

    def _add(self, event: dict[str, float]) -> None:
        self.received += event["encodedDataLength"] / 1000
        self.requests += 1


async def measure(browser: Browser, hub: HubProcess) -> dict[str, float]:
    """One cold visit of each page."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        login = Cold(await context.new_page())
        await login.watch()
        await login.page.goto(f"{hub.url}/hub/login", wait_until="load")
        await login.page.wait_for_timeout(300)
        figures = {"login_kb": login.received, "login_requests": login.requests}
        figures["paint_ms"] = await login.page.evaluate(PAINT)
        await login.page.fill("input[name=username]", "ben")
        await login.page.fill("input[type=password]", PASSWORD)
        await login.page.click("#login_submit")
        await login.page.wait_for_url("**/hub/**")
        cookies = await context.cookies()
    finally:
        await context.close()
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        await context.add_cookies(cookies)  # type: ignore[arg-type]
        spawn = Cold(await context.new_page())
        await spawn.watch()
        await spawn.page.goto(f"{hub.url}/hub/spawn", wait_until="load")
        await spawn.page.wait_for_timeout(300)
        return {**figures, "spawn_kb": spawn.received}
    finally:
        await context.close()


async def run(rounds: int, *, quick: bool) -> dict[str, object]:
    """Both sides in turn, in one browser."""
    series = {name: Series(unit) for name, unit in MEASURES.items()}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pages-benchmark-")))
        hubs = {
            side: HubProcess(folder / side, spawner="simple", extra=configuration(side)) for side in SIDES
        }
        for hub in hubs.values():
            stack.callback(hub.close)
            await hub.start()
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=str(chromium()), args=["--no-sandbox"])
        stack.push_async_callback(browser.close)
        for number in range(rounds):
            for side in sides_of_round(number):
                for name, value in (await measure(browser, hubs[side])).items():
                    series[name].add(side, value)
    absolute = {
        name: round(float(series[name].summary(OURS)["median"]), 1)
        for name in ("login_kb", "login_requests", "spawn_kb")
    }
    facts: dict[str, object] = {"measured": "cold cache, bytes on the wire, no compression by a proxy"}
    return report("pages", {"quick": quick, "rounds": rounds}, series, facts, absolute)


def main() -> None:
    """Print a table, or one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="five rounds, under 60 seconds")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    parser.add_argument("--rounds", type=int, default=9, help="rounds of each measure (at least 5)")
    chosen = parser.parse_args()
    if chosen.rounds < 5:
        parser.error(f"--rounds: at least 5, not {chosen.rounds}")
    figures = asyncio.run(run(5 if chosen.quick else chosen.rounds, quick=chosen.quick))
    print(json.dumps(figures, indent=2) if chosen.json else table(figures, peer="stock pages"))


if __name__ == "__main__":
    main()
