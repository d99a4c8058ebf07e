"""Does a person keep the server when the hub dies, or when the API server is away or slow?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from libretexts_hub.demo.visitor import VisitError
from tests.servers.namespace_objects import eventually

from .conftest import API_REQUEST_TIMEOUT_SECONDS, BRIEF

if TYPE_CHECKING:
    from libretexts_hub.demo.visitor import Visitor

    from .conftest import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_running_server_is_kept_when_the_api_server_is_down_while_the_hub_starts(site: Site) -> None:
    async with site.person("uma") as uma:
        await uma.spawn()
        await uma.wait_until_ready()
        await uma.run_cell("x = 41")
        site.hub.stop_hub()
        await site.faults.down()
        site.hub.launch()
        await site.hub.wait_until_ready()
        await site.faults.up()
        await eventually("the hub has the server again", lambda: _is_ready(uma))
        assert await uma.run_cell("x + 1") == "42"
        assert len(await site.objects.pods("uma")) == 1
        await uma.stop()
        assert await site.objects.pods("uma") == []


async def _is_ready(person: Visitor) -> bool:
    server = (await person.servers()).get("", {})
    return bool(server.get("ready"))


async def test_a_hub_killed_between_pod_and_answer_leaves_one_working_server(site: Site) -> None:
    await site.faults.add("delay", verb="create", resource="pods", when="after", seconds=60, first=1)
    async with site.person("quick-vera") as vera:
        await vera.spawn()
        await eventually("the pod exists", lambda: site.objects.pods(vera.name))
        site.hub.kill_hub()
        await site.faults.clear()
        site.hub.launch()
        await site.hub.wait_until_ready()
        await _get_to_work(vera)
        assert await site.works(vera)
        assert len(await site.objects.pods(vera.name)) == 1
        await vera.stop()
        assert await site.objects.pods(vera.name) == []


async def _get_to_work(person: Visitor) -> None:
    """What somebody does who was thrown out of the progress page: look, and start again if nothing runs."""
    await eventually("the hub has looked at all servers", lambda: _is_settled(person))
    if "" not in await person.servers():
        await person.spawn()
    await person.wait_until_ready()


async def _is_settled(person: Visitor) -> bool:
    server = (await person.servers()).get("", {})
    return server.get("pending") != "check"


async def test_a_hub_killed_before_the_pod_was_created_leaves_one_working_server(site: Site) -> None:
    await site.faults.add("delay", verb="create", resource="pods", when="before", seconds=60, first=1)
    await site.faults.forget()
    async with site.person("quick-wanda") as wanda:
        await wanda.spawn()
        await eventually("the claim exists", lambda: _claims_of(site, wanda))
        site.hub.kill_hub()
        await site.faults.clear()
        site.hub.launch()
        await site.hub.wait_until_ready()
        await _get_to_work(wanda)
        assert await site.works(wanda)
        assert len(await site.objects.pods(wanda.name)) == 1
        await wanda.stop()


async def _claims_of(site: Site, person: Visitor) -> list[dict[str, Any]]:
    return await site.objects.list("persistentvolumeclaims", user=person.name)


async def test_a_pod_whose_creation_was_answered_too_late_is_adopted(site: Site) -> None:
    await site.faults.forget()
    late = API_REQUEST_TIMEOUT_SECONDS + 1
    await site.faults.add("delay", verb="create", resource="pods", when="after", seconds=late, first=1)
    async with site.person("quick-xenia") as xenia:
        await xenia.spawn()
        (pod,) = await eventually("the pod exists", lambda: site.objects.pods(xenia.name))
        await xenia.wait_until_ready()
        assert await site.works(xenia)
        assert [p["metadata"]["uid"] for p in await site.objects.pods(xenia.name)] == [pod["metadata"]["uid"]]
        assert await site.faults.requests(verb="delete", resource="pods") == []
        await xenia.stop()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"action": "status", "status": 500, "first": 2}, id="500"),
        pytest.param({"action": "status", "status": 429, "retry_after": 1, "first": 2}, id="429"),
        pytest.param({"action": "drop", "first": 2}, id="connection reset"),
        pytest.param({"action": "drop", "when": "after", "first": 1}, id="answer lost"),
    ],
)
async def test_a_start_survives_an_api_server_in_trouble(site: Site, fault: dict[str, Any]) -> None:
    await site.faults.add(verb="create", resource="pods", **fault)
    async with site.person("quick-yara") as yara:
        await yara.spawn()
        await yara.wait_until_ready()
        assert await site.works(yara)
        assert len(await site.objects.pods(yara.name)) == 1
        await yara.stop()


async def test_a_start_survives_an_api_server_that_goes_and_comes_back(site: Site) -> None:
    late = API_REQUEST_TIMEOUT_SECONDS / 2
    await site.faults.add("delay", verb="create", resource="pods", when="after", seconds=late, first=1)
    async with site.person("quick-zoe") as zoe:
        click = asyncio.create_task(zoe.spawn())
        await eventually("the pod exists", lambda: site.objects.pods(zoe.name))
        await site.faults.down("reset", seconds=1.5)  # the create's answer is lost, and every watch breaks
        await click
        await zoe.wait_until_ready()
        assert await site.works(zoe)
        assert len(await site.objects.pods(zoe.name)) == 1
        await zoe.stop()


async def test_a_start_waits_for_an_api_server_that_is_away(site: Site) -> None:
    async with site.person("quick-abel") as abel:
        await abel.spawn()  # from here on the hub watches the pods
        await abel.wait_until_ready()
        await abel.stop()
        await site.faults.down("refuse", seconds=2)
        await abel.spawn()
        await abel.wait_until_ready()
        assert await site.works(abel)
        await abel.stop()
        assert await site.objects.pods(abel.name) == []


async def test_the_first_start_of_a_hub_waits_for_an_api_server_that_is_away(site: Site) -> None:
    async with site.person("quick-cleo") as cleo:
        await site.hub.restart()  # this hub has listed no pods yet
        await site.faults.down("refuse", seconds=2)
        await cleo.spawn()
        await cleo.wait_until_ready()
        assert await site.works(cleo)
        await cleo.stop()
        assert await site.objects.pods(cleo.name) == []


@pytest.mark.parametrize("fresh", [pytest.param(False, id="running hub"), pytest.param(True, id="fresh hub")])
async def test_a_start_that_is_given_up_says_why(site: Site, fresh: bool) -> None:
    """The API server stays away. Whoever waits reads a sentence, not the name of a pod or of an exception."""
    async with site.person(f"{BRIEF}dan") as dan:
        if fresh:
            await site.hub.restart()  # this hub has listed no pods yet
        else:
            await dan.spawn()  # from here on the hub watches the pods
            await dan.wait_until_ready()
            await dan.stop()
        await site.faults.down()
        with pytest.raises(VisitError) as given_up:
            await _start(dan)
        await site.faults.up()
        assert "The cluster does not answer, so your server could not start." in given_up.value.what
        assert given_up.value.status in (None, 503)  # None: told by the progress page, not by an answer
        assert "jupyter-" not in given_up.value.what
        await dan.spawn()
        await dan.wait_until_ready()
        assert await site.works(dan)
        await dan.stop()


async def _start(person: Visitor) -> None:
    await person.spawn()
    await person.wait_until_ready()
