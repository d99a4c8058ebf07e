"""What do axe-core and a policy say of our pages and of the stock ones? `python -m tests.browser.compare`

Both in one run, on hubs of the same release with the same people: each page light and dark, at 1280 and 360
pixels. It prints the table of docs/operators/pages.md; `--json` prints every finding.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import tempfile
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import jupyterhub
from playwright.async_api import async_playwright

from tests.browser.page_hub import running
from tests.servers import axe
from tests.servers.debian import chromium
from tests.servers.hub import ADMIN, ADMIN_PASSWORD, PASSWORD

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.servers.hub import HubProcess

STOCK, OURS = "stock", "ours"
WINDOWS = [(width, scheme) for width in (1280, 360) for scheme in ("light", "dark")]
GRADER = urlencode(
    {
        "client_id": "service-grader",
        "redirect_uri": "http://127.0.0.1:9/grader/callback",
        "response_type": "code",
    }
)
PERSON = "ada-student"
PAGES = {
    "login": "login",
    "home": "home",
    "spawn": "spawn",
    "spawn_pending": "spawn-pending/ben-student",
    "not_running": f"user/{PERSON}",
    "token": "token",
    "oauth": f"api/oauth2/authorize?{GRADER}",
    "404": "no-such-page",
    "error": "spawn/nobody-at-all",
    "admin": "admin",
}
FOR_ALL, FOR_ADMIN = ("login",), ("admin", "spawn_pending")
# What Chromium says of a script; of a style it says other words, and the page works without it.
REFUSED_SCRIPT = re.compile(r"(inline script|inline event handler|the script|as JavaScript).*ontent Security")
FACTS = """() => ({
  wide: Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth),
  skip: [...document.querySelectorAll("a[href^='#']")].some((each) => /skip|main|content/i.test(each.hash + each.textContent)),
  h1: document.querySelectorAll("h1").length === 1, main: document.querySelectorAll("main").length === 1,
})"""  # noqa: E501


def configuration(side: str) -> str:
    """The same hub; where it is stock, `install` is not called, and the policy is ours for both."""
    return "def install(_config): pass\n" if side == STOCK else ""


async def sign_in(page: Page, hub: HubProcess, name: str, password: str) -> None:
    """Through the form, which has the same names on both."""
    await page.goto(f"{hub.base}/login?next={hub.path}/home")
    await page.fill("input[name=username]", name)
    await page.fill("input[type=password]", password)
    await page.press("input[type=password]", "Enter")
    await page.wait_for_url("**/hub/home")


async def look(page: Page, url: str, wait: str) -> dict[str, Any]:
    """Every finding on one page, in all windows."""
    found: list[str] = []
    facts: dict[str, Any] = {}
    wide = 0
    for width, scheme in WINDOWS:
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme=scheme)
        await page.goto(url)
        await page.wait_for_selector(wait, state="attached")
        found += await axe.violations(page)
        facts = await page.evaluate(FACTS)
        wide = max(wide, facts["wide"])
    return {**facts, "wide": wide, "axe": sorted(set(found))}


async def visit(browser: Any, hub: HubProcess, *, policy: bool) -> dict[str, Any]:
    """All pages of one hub. `policy`: as the browser applies the hub's own; else the policy is put aside."""
    told: dict[str, Any] = {}
    people = {FOR_ADMIN: (ADMIN, ADMIN_PASSWORD), None: (PERSON, PASSWORD), FOR_ALL: None}
    for keys, person in people.items():
        context = await browser.new_context(bypass_csp=not policy)
        page = await context.new_page()
        said: list[str] = []
        page.on("console", lambda message, said=said: said.append(message.text))
        if person:
            await sign_in(page, hub, *person)
        mine = keys or [each for each in PAGES if each not in (*FOR_ALL, *FOR_ADMIN)]
        for name in mine:
            said.clear()
            wait = "[data-testid]" if name == "admin" and not (policy and hub.is_stock) else "body"
            told[name] = await look(page, f"{hub.base}/{PAGES[name]}", wait) if not policy else {}
            if policy:
                await page.goto(f"{hub.base}/{PAGES[name]}")
                await page.wait_for_timeout(300)
                told[name] = {"works": not any(REFUSED_SCRIPT.search(each) for each in said)}
        await context.close()
    return told


async def measure(sides: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """By side and page."""
    found: dict[str, dict[str, Any]] = {}
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=str(chromium()), args=["--no-sandbox"])
        stack.push_async_callback(browser.close)
        for side in sides:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="compare-")))
            hub = await stack.enter_async_context(running(folder, "/", configuration(side)))
            hub.is_stock = side == STOCK
            await _leave_somebody_starting(browser, hub, folder)
            looked = await visit(browser, hub, policy=False)
            works = await visit(browser, hub, policy=True)
            found[side] = {name: {**looked[name], **works[name]} for name in PAGES}
            (folder / "hold-ben-student").unlink()
    return found


async def _leave_somebody_starting(browser: Any, hub: HubProcess, folder: Path) -> None:
    (folder / "hold-ben-student").touch()
    context = await browser.new_context(bypass_csp=True)
    page = await context.new_page()
    await sign_in(page, hub, "ben-student", PASSWORD)
    await page.goto(f"{hub.base}/spawn")
    await page.click("#spawn_form [type=submit]")
    await page.wait_for_url("**/spawn-pending/**")
    await context.close()


def rules(pages: dict[str, Any], *impacts: str) -> Counter[str]:
    """How many elements on all pages break each rule of these impacts; a page counts an element once."""
    lines = [line for page in pages.values() for line in page["axe"]]
    wanted = [line for line in lines if any(f"({impact})" in line for impact in impacts)]
    return Counter(line.split(" ", 1)[0] for line in wanted)


def table(found: dict[str, dict[str, Any]]) -> str:
    """The rows of the operators' page."""
    stock, ours = found[STOCK], found[OURS]

    def broken(pages: dict[str, Any], *impacts: str) -> str:
        counted = rules(pages, *impacts)
        return f"{len(counted)} rules on {sum(counted.values())} elements" if counted else "none"

    def pages_with(pages: dict[str, Any], key: str) -> str:
        return f"{sum(bool(page[key]) for page in pages.values())} of {len(pages)} pages"

    rows = [
        ("axe-core, critical and serious", *(broken(each, "critical", "serious") for each in (stock, ours))),
        ("axe-core, moderate and minor", *(broken(each, "moderate", "minor") for each in (stock, ours))),
        *((words, pages_with(stock, key), pages_with(ours, key)) for words, key in (
            ("skip link", "skip"), ("one first heading", "h1"), ("one main landmark", "main"),
            ("works under `script-src 'self'`", "works"),
        )),
        ("widest sideways scrolling", *(f"{max(page['wide'] for page in each.values())} px"
                                        for each in (stock, ours))),
    ]  # fmt: skip
    head = f"| | JupyterHub {jupyterhub.__version__} | these |\n|---|---|---|\n"
    return head + "\n".join(f"| {words} | {one} | {other} |" for words, one, other in rows)


def main() -> None:
    """Print the table, or all of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.compare", description=__doc__)
    parser.add_argument("--side", choices=(STOCK, OURS), help="only one of them, for --json")
    parser.add_argument("--json", action="store_true", help="print every finding as one JSON object")
    chosen = parser.parse_args()
    if chosen.side and not chosen.json:
        parser.error("--side goes with --json: a table has both")
    found = asyncio.run(measure((chosen.side,) if chosen.side else (STOCK, OURS)))
    versions = {"jupyterhub": jupyterhub.__version__, "axe-core": axe.VERSION}
    print(json.dumps({"versions": versions, **found}, indent=1) if chosen.json else table(found))


if __name__ == "__main__":
    main()
