"""What is left of a start whose image can't be fetched, and what does its person read?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from libretexts_hub.demo.visitor import VisitError
from tests.faults.site import CLAIMS

if TYPE_CHECKING:
    from libretexts_hub.demo.visitor import Visitor
    from tests.faults.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")
WORDS = "The environment can't be fetched: it does not exist. Choose another environment"


async def starts(person: Visitor, image: str) -> None:
    await person.spawn({"image": image})
    await person.wait_until_ready()


async def test_a_start_is_given_up_in_words_and_the_next_has_the_same_home(site: Site) -> None:
    async with site.person("iris") as iris:
        with pytest.raises(VisitError) as refused:
            await starts(iris, "gone")
        assert WORDS in refused.value.what
        assert "was-deleted" not in refused.value.what
        await site.has_ended("iris")
        left = await site.belongings("iris")
        assert {kind: len(uids) for kind, uids in left.items()} == {"pods": 0, CLAIMS: 2, "secrets": 1}
        assert site.tokens("iris") == 0
        assert not [route for route in await site.routes() if "iris" in route]
        await starts(iris, "default")
        assert await site.works(iris)
        assert (await site.belongings("iris"))[CLAIMS] == left[CLAIMS]
        await iris.stop()
