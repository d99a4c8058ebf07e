"""Can everybody use the spawn page: with a screen reader, a keyboard, a finger, in the dark, on a phone?"""

import pytest

from tests.servers import axe

# Is the middle of what has the focus what a person would touch there?
IS_SEEN = """() => {
  const active = document.activeElement, shown = active.closest("label") || active;
  const at = shown.getBoundingClientRect();
  const top = document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2);
  return active === document.body || (top !== null && (shown.contains(top) || top.contains(shown)));
}"""
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("width", [390, 1100])
@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_axe_finds_nothing_wrong(visit, hub, width, colours):
    async with visit(width=width, color_scheme=colours) as person:
        await person.open_form()
        await person.page.click("summary")
        # JupyterHub's own page around the form is not ours, nor is its white on orange button.
        within, without = ("html", ()) if hub.has_our_pages else ("#spawn_form", (".btn-jupyter",))
        assert await axe.violations(person.page, within, without) == []


async def test_what_has_the_focus_is_never_below_the_bar(visit, hub):
    async with visit(width=390) as person:
        await person.open_form()
        await person.page.click("summary")
        await person.page.focus("input[value=default]")
        stops = 0
        while await person.page.evaluate("document.activeElement.closest('#spawn_form') !== null"):
            await person.page.wait_for_function(IS_SEEN)  # the page scrolls smoothly
            await person.page.keyboard.press("Tab")
            stops += 1
        assert stops > 5
