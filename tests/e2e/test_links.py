"""Does a link to the spawn page lead where it says, whether it starts at once or shows the form?"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from libretexts_hub.demo.visitor import VisitError

if TYPE_CHECKING:
    from libretexts_hub.demo.visitor import Answer, Visitor

    from .conftest import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def arrive(person: Visitor, pending: Answer) -> str:
    """Wait on the progress page of a link; the path to which it leads in the end."""
    assert "/spawn-pending/" in pending.url.path or pending.url.path.startswith("/user/")
    await person.wait_until_ready()
    return (await person.open(pending.url)).url.path


@pytest.mark.parametrize("prefix", ["opt-", ""], ids=["prefixed", "plain"])
async def test_a_link_that_starts_keeps_where_to_go_next(site: Site, prefix: str) -> None:
    async with site.person(f"quick-link{len(prefix)}") as lea:
        goal = lea.server_url() / "hello"
        wanted = {f"{prefix}image": "default", f"{prefix}size": "small", "next": goal.path}
        pending = await lea.open(f"spawn?{urlencode(wanted)}")
        assert await arrive(lea, pending) == goal.path
        [server] = (await lea.servers()).values()
        assert server["user_options"] == {"image": "default", "size": "small"}
        await lea.stop()


async def test_the_form_keeps_where_to_go_next(site: Site) -> None:
    async with site.person("quick-form") as ann:
        goal = ann.server_url() / "hello"
        page = await ann.open(f"spawn?{urlencode({'next': goal.path})}")
        form = next(form for form in page.page.forms if "/spawn" in form.action)
        pending = await ann.submit(page, form, {"image": "default"})
        assert await arrive(ann, pending) == goal.path
        await ann.stop()


async def test_a_link_to_what_is_not_there_shows_the_form_and_why(site: Site) -> None:
    async with site.person("quick-lost") as lost:
        with pytest.raises(VisitError) as refused:
            await lost.open(f"spawn?{urlencode({'opt-image': 'nowhere'})}")
        assert refused.value.status == 400
        assert "nowhere" in refused.value.what
        assert await lost.servers() == {}
