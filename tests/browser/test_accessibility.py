"""Can everybody use the spawn page: with a screen reader, a keyboard, a finger, in the dark, on a phone?"""

import pytest

from tests.servers import axe

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
