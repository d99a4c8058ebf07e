"""Can everybody use every page in every state? With axe-core, light and dark, on a desk and on a phone."""

from __future__ import annotations

import pytest

from libretexts_hub.cli import main
from tests.servers import axe

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
WINDOWS = [(1280, 900, "light"), (1280, 900, "dark"), (360, 800, "dark"), (360, 800, "light")]
# What is left of the first one at a zoom of 200 %.
ZOOMED = {"width": 640, "height": 450}
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(browser, tmp_path):
    assert main(["pages", "--out", str(tmp_path)]) == 0
    files = sorted(path for path in tmp_path.glob("*.html") if path.stem != "index")
    assert len(files) > 25
    context = await browser.new_context(reduced_motion="reduce")
    page, found = await context.new_page(), []
    for file in files:
        await page.goto(file.as_uri())
        for width, height, scheme in WINDOWS:
            await page.set_viewport_size({"width": width, "height": height})
            await page.emulate_media(color_scheme=scheme)
            where = f"{file.stem} {width} {scheme}"
            over = await page.evaluate(TOO_WIDE)
            found += [f"{where}: {over} px too wide"] if over > 0 else []
            found += [f"{where}: {each}" for each in await axe.violations(page)]
        await page.set_viewport_size(ZOOMED)
        assert await page.evaluate(TOO_WIDE) <= 0, file.stem
        assert await page.locator("h1").count() == 1, file.stem
        assert await page.locator("main").count() == 1, file.stem
    await context.close()
    assert found == []
