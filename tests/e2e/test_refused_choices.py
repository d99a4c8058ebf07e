"""Is a choice that is not on the menu refused in the same words everywhere, and does it harm nobody?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from libretexts_hub.demo.visitor import VisitError

from .conftest import FAILURE_LIMIT

if TYPE_CHECKING:
    from libretexts_hub.demo.visitor import Visitor

    from .conftest import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def refused_by_form(person: Visitor, choices: dict[str, str]) -> VisitError:
    """Send what the page does not offer, as somebody does who edited the page."""
    answer, form = await person.spawn_form()
    with pytest.raises(VisitError) as refusal:
        await person.post_form(answer, form, list(choices.items()))
    return refusal.value


async def refused_by_rest(person: Visitor, body: Any) -> VisitError:
    with pytest.raises(VisitError) as refusal:
        await person.hub_api("POST", f"users/{person.name}/server", body)
    return refusal.value


@pytest.mark.parametrize(
    "choices",
    [
        pytest.param({"image": "nowhere", "size": "small"}, id="image"),
        pytest.param({"image": "default", "size": "gigantic"}, id="size"),
        pytest.param({"image": "<script>alert(1)</script>", "size": "small"}, id="markup"),
        pytest.param({"image": "localhost/lab:1", "size": "small"}, id="a reference, not a slug"),
    ],
)
async def test_form_and_rest_refuse_with_400_in_the_same_words(site: Site, choices: dict[str, str]) -> None:
    async with site.person("ben") as ben:
        by_rest = await refused_by_rest(ben, choices)
        by_form = await refused_by_form(ben, choices)
        assert (by_rest.status, by_form.status) == (400, 400)
        assert by_rest.what in by_form.what  # as text: what a page holds as markup, the visitor does not read
        assert await ben.servers() == {}


async def test_refusals_are_no_failures_and_a_later_start_works(site: Site) -> None:
    async with site.person("quick-cleo") as cleo:
        for _ in range(FAILURE_LIMIT + 1):
            await refused_by_rest(cleo, {"image": "nowhere", "size": "small"})
            await refused_by_form(cleo, {"image": "nowhere", "size": "small"})
        assert site.hub.is_running
        await cleo.spawn({"image": "default", "size": "small"})
        await cleo.wait_until_ready()
        await cleo.stop()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(["image", "default"], id="list"),
        pytest.param("default", id="text"),
        pytest.param(7, id="number"),
        pytest.param({"image": ["default", {"a": 1}]}, id="list inside"),
        pytest.param({"image": {"$ne": ""}}, id="object inside"),
        pytest.param({"image": None, "size": 3}, id="null and number"),
        pytest.param({"image": "default", "size": "small", "cmd": ["sh"]}, id="another key"),
    ],
)
async def test_a_strange_rest_body_is_refused_and_does_no_harm(site: Site, body: Any) -> None:
    async with site.person("dora") as dora:
        refusal = await refused_by_rest(dora, body)
        assert refusal.status == 400
        assert await dora.servers() == {}
        await dora.spawn_form()  # the page still opens


async def test_a_list_as_rest_body_does_not_spoil_the_next_start(site: Site) -> None:
    async with site.person("quick-emil") as emil:
        await refused_by_rest(emil, ["image", "default"])
        await emil.spawn({"image": "second"})
        await emil.wait_until_ready()
        await emil.stop()
        await emil.hub_api("POST", "users/quick-emil/server")  # without a choice: the last good one
        await emil.wait_until_ready()
        assert (await emil.servers())[""]["user_options"]["image"] == "second"
        await emil.stop()


async def test_the_page_offers_what_the_menu_has(site: Site) -> None:
    async with site.person("fred") as fred:
        _, form = await fred.spawn_form()
        assert form.offered("image") == ["default", "second"]
        assert form.offered("size") == ["small", "large"]
        with pytest.raises(VisitError, match="is not on the page"):
            await fred.spawn({"image": "nowhere"})


async def test_a_refused_start_tells_nobody_that_a_server_was_ended(site: Site) -> None:
    """The last one was stopped by its person; the spawner of the next start knows nothing of it."""
    async with site.person("quick-dana") as dana:
        await dana.spawn({"image": "default", "size": "small"})
        await dana.wait_until_ready()
        await dana.stop()
        await refused_by_rest(dana, {"image": "nowhere", "size": "small"})
        assert "was ended" not in (await dana.open("home")).html
        assert "quick-dana was ended by the cluster" not in site.hub.log.read_text()
