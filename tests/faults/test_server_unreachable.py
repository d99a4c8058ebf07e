"""What does somebody read whose server does not answer, as in the first minutes after its machine failed?"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.faults.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")
WORDS = (
    "Your server does not answer",
    "It may have stopped, or is busy. Your files are safe.",
    "To your servers",
)


async def test_a_server_that_does_not_answer_has_a_page_and_is_kept(site: Site) -> None:
    async with site.person("una") as una:
        await una.spawn()
        await una.wait_until_ready()
        before = await site.belongings("una")
        await site.answers_in("una", 600)

        url = una.server_url() / "lab"
        async with una.request("GET", url) as answer:
            status, page = answer.status, html.unescape(await answer.text())
        assert status == 503
        for words in WORDS:
            assert words in page
        assert 'id="stop"' in (await una.open("home")).html
        await site.answers_in("una", 0)
        assert await site.works(una), "when it answers again, nothing has to be done"
        assert await site.belongings("una") == before
        await una.stop()
