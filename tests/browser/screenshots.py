"""Do the pictures in the docs show the pages as they are? `python -m tests.browser.screenshots [--check]`"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sys
import tempfile
from datetime import UTC
from pathlib import Path

import jupyterhub
from playwright.async_api import async_playwright
from traitlets.config import Config

from libretexts_hub.cli import main as libretexts_hub
from libretexts_hub.cli import page_states
from libretexts_hub.hub.pages import check_pages
from tests.servers.debian import chromium

FOLDER = Path(__file__).parents[2] / "docs" / "_static"
INDEX = FOLDER / "screenshots.json"
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
# What is folded away is what such a picture is about.
OPEN = "all => all.forEach((each) => { each.open = true; each.scrollIntoView({block: 'center'}); })"
ALL = [(device, scheme) for device in WIDTHS for scheme in ("light", "dark")]
SOME = [("desktop", "light"), ("phone", "dark")]
SHOWN = {
    "login": ALL,
    "spawn": ALL,
    "spawn-instructor": SOME,
    "spawn-pending": SOME,
    "home-servers": SOME,
    "not-running-failed": SOME,
    "error-403": SOME,
    "token-some": SOME,
}


def gallery(folder: Path) -> dict[str, str]:
    """Render all pages into `folder`; the digest of each that has a picture, and its styles."""
    if libretexts_hub(["pages", "--out", str(folder)]):
        sys.exit(2)
    styles = b"".join(sorted(path.read_bytes() for path in folder.glob("libretexts/*.css")))
    found = {state: (folder / f"{state}.html").read_bytes() for state in SHOWN}
    return {state: hashlib.sha256(html + styles).hexdigest()[:16] for state, html in found.items()}


def rows(digests: dict[str, str]) -> list[dict[str, str]]:
    """The index: file, page, state, version, digest of what was rendered, digest of the picture."""
    known = {state.key: state for state in page_states.states(check_pages(Config()), "en")}
    return [
        {
            "file": (file := f"{key}-{device}-{scheme}.png"),
            "page": known[key].template,
            "state": known[key].words,
            "jupyterhub": jupyterhub.__version__,
            "rendered": digest,
            "picture": _digest(FOLDER / file),
        }
        for key, digest in digests.items()
        for device, scheme in SHOWN[key]
    ]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else "missing"


def stale(digests: dict[str, str]) -> list[str]:
    """Pictures of pages that look otherwise now; none with another JupyterHub than that of the pictures."""
    written = json.loads(INDEX.read_text(encoding="utf-8"))
    if {row["jupyterhub"] for row in written} != {jupyterhub.__version__}:
        return []
    return [row["file"] for row in rows(digests) if row not in written]


async def take(folder: Path) -> None:
    """All pictures."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(chromium()), args=["--no-sandbox"])
        page = await browser.new_page(reduced_motion="reduce")
        # The gallery's own moment: else a picture says "yesterday", and next year something else.
        await page.clock.set_fixed_time(page_states.NOW.replace(tzinfo=UTC))
        for state, kinds in SHOWN.items():
            for device, scheme in kinds:
                width, height = WIDTHS[device]
                await page.set_viewport_size({"width": width, "height": height})
                await page.emulate_media(color_scheme=scheme)
                await page.goto((folder / f"{state}.html").as_uri())
                await page.eval_on_selector_all(".lt-made", OPEN)
                await page.screenshot(path=str(FOLDER / f"{state}-{device}-{scheme}.png"))
        await browser.close()


def main() -> int:
    """1 when a picture shows what is not so any more."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only look whether they are as pages are now")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        digests = gallery(Path(name))
        if chosen.check:
            for file in (found := stale(digests)):
                print(
                    f"{file} is not as the page is now: python -m tests.browser.screenshots", file=sys.stderr
                )
            return 1 if found else 0
        asyncio.run(take(Path(name)))
    INDEX.write_text(json.dumps(rows(digests), indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
