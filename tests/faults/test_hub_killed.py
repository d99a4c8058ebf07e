"""Is anything lost when the hub is killed at each step of a start and of a stop, and what is said?"""

from __future__ import annotations

import asyncio
import html
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.site import CLAIMS
from tests.servers.namespace_objects import eventually

if TYPE_CHECKING:
    from libretexts_hub.demo.visitor import Visitor
    from tests.faults.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")
INTERRUPTED = "Your server was still starting when this hub was restarted."
NOT_RUNNING = "Your server does not run"
START_AGAIN = "Your files are kept. Start it again to go on."
ENDED = "was ended while this hub was not running"


async def page(person: Visitor) -> str:
    """What somebody reads who reloads the page on which they waited."""
    return html.unescape((await person.open(f"spawn-pending/{person.name}")).html)


async def is_settled(person: Visitor) -> bool:
    server = (await person.servers()).get("", {})
    return server.get("pending") != "check"


async def strikes(site: Site) -> bool:
    return any(rule["struck"] for rule in await site.faults.rules())


async def has_one_of_each(site: Site, person: Visitor) -> None:
    """One server that answers, with one home and one database; its token is the only one."""
    assert await site.works(person)
    found = await site.belongings(person.name)
    assert {kind: len(uids) for kind, uids in found.items()} == {"pods": 1, CLAIMS: 2, "secrets": 1}


async def starts_and_stops(site: Site, person: Visitor) -> None:
    """What was there is there still, after another start and a stop."""
    before = await site.belongings(person.name)
    if "" not in await person.servers():
        await person.spawn()
    await person.wait_until_ready()
    await has_one_of_each(site, person)
    await person.stop()
    await site.has_ended(person.name)
    after = await site.belongings(person.name)
    assert after["pods"] == []
    for kind in (CLAIMS, "secrets"):
        assert set(before[kind]) <= set(after[kind]), kind
    assert not [route for route in await site.routes() if person.name in route]


BEFORE = {
    "the claim": (
        {"verb": "create", "resource": CLAIMS, "name": "claim-{name}"},
        {"pods": 0, CLAIMS: 0, "secrets": 0},
    ),
    "the Secret": ({"verb": "create", "resource": "secrets"}, {"pods": 0, CLAIMS: 2, "secrets": 0}),
    "the pod": ({"verb": "create", "resource": "pods"}, {"pods": 0, CLAIMS: 2, "secrets": 1}),
}


@pytest.mark.parametrize("step", BEFORE)
async def test_it_is_killed_in_a_start_before(site: Site, step: str) -> None:
    name = f"before-{step.rpartition(' ')[2].lower()}"
    rule, left = BEFORE[step]
    await site.faults.add("hang", **{key: value.format(name=name) for key, value in rule.items()})
    async with site.person(name) as person:
        click = asyncio.create_task(person.spawn())
        await eventually(f"the hub asks for {step}", lambda: strikes(site))
        site.hub.kill_hub()
        await asyncio.gather(click, return_exceptions=True)
        found = await site.belongings(name)
        assert {kind: len(uids) for kind, uids in found.items()} == left
        await site.restart_killed()
        await eventually("the hub has looked at all servers", lambda: is_settled(person))
        said = await page(person)
        assert NOT_RUNNING in said
        assert INTERRUPTED in said
        assert START_AGAIN in said
        assert ENDED not in said
        await starts_and_stops(site, person)
        assert site.tokens(name) == 0


async def test_it_is_killed_in_a_start_before_it_saw_that_the_pod_was_made(site: Site) -> None:
    await site.faults.add("delay", verb="create", resource="pods", when="after", seconds=60)
    async with site.person("unseen") as person:
        click = asyncio.create_task(person.spawn())
        [pod] = await eventually("the pod exists", lambda: site.objects.pods(person.name))
        site.hub.kill_hub()
        await asyncio.gather(click, return_exceptions=True)
        await site.restart_killed()
        await is_taken_over(site, person, pod)


async def test_it_is_killed_in_a_start_while_the_pod_does_not_answer_yet(site: Site) -> None:
    await site.answers_in("unready", 600)
    async with site.person("unready") as person:
        await person.spawn()

        async def running() -> list[dict[str, Any]]:
            pods = await site.objects.pods(person.name)
            return [pod for pod in pods if pod["status"].get("phase") == "Running"]

        [pod] = await eventually("the pod runs", running)
        site.hub.kill_hub()
        await site.answers_in(person.name, 2)
        await site.restart_killed()
        await is_taken_over(site, person, pod)


async def test_it_is_killed_in_a_start_before_it_wrote_down_that_the_server_answers(site: Site) -> None:
    mark = site.folder / "held" / "unwritten"
    mark.touch()
    async with site.person("unwritten") as person:
        await person.spawn()

        async def answers() -> bool:
            return mark.read_text() != ""

        await eventually("the hub knows that the server answers", answers)
        [pod] = await site.objects.pods(person.name)
        site.hub.kill_hub()
        mark.unlink()
        await site.restart_killed()
        await is_taken_over(site, person, pod)


async def is_taken_over(site: Site, person: Visitor, pod: dict[str, Any]) -> None:
    """The person gets the very server that was being started, without a word of it, and can stop it."""
    await eventually("the hub has looked at all servers", lambda: is_settled(person))
    answer = await person.open(f"spawn-pending/{person.name}")
    assert answer.url.path == f"/user/{person.name}/"
    assert [each["metadata"]["uid"] for each in await site.objects.pods(person.name)] == [
        pod["metadata"]["uid"]
    ]
    await has_one_of_each(site, person)
    home = html.unescape((await person.open("home")).html)
    assert INTERRUPTED not in home
    assert ENDED not in home
    await starts_and_stops(site, person)


async def test_it_is_killed_in_a_stop_before_the_delete(site: Site) -> None:
    async with site.person("before-stop") as person:
        await person.spawn()
        await person.wait_until_ready()
        before = await site.belongings(person.name)
        await site.faults.add("hang", verb="delete", resource="pods")
        click = asyncio.create_task(person.hub_api("DELETE", f"users/{person.name}/server"))
        await eventually("the hub deletes the pod", lambda: strikes(site))
        site.hub.kill_hub()
        await asyncio.gather(click, return_exceptions=True)
        await site.restart_killed()
        await eventually("the hub has looked at all servers", lambda: is_settled(person))
        assert await site.belongings(person.name) == before
        await has_one_of_each(site, person)
        assert 'id="stop"' in (await person.open("home")).html
        await starts_and_stops(site, person)


async def test_it_is_killed_in_a_stop_after_the_delete(site: Site) -> None:
    async with site.person("after-stop") as person:
        await person.spawn()
        await person.wait_until_ready()
        await site.faults.add("delay", verb="delete", resource="pods", when="after", seconds=60)
        click = asyncio.create_task(person.hub_api("DELETE", f"users/{person.name}/server"))
        await site.has_ended(person.name)
        site.hub.kill_hub()
        await asyncio.gather(click, return_exceptions=True)
        await site.restart_killed()
        await has_stopped(site, person)


async def test_it_is_killed_in_a_stop_while_the_pod_ends(site: Site) -> None:
    async with site.person("ending") as person:
        await person.spawn()
        await person.wait_until_ready()
        holds = "libretexts.org/held-by-a-test"
        await site.objects.patch("pods/jupyter-ending", {"metadata": {"finalizers": [holds]}})
        click = asyncio.create_task(person.hub_api("DELETE", f"users/{person.name}/server"))

        async def is_ending() -> bool:
            return not await site.objects.pods(person.name)  # those on their way out are left out

        await eventually("the pod ends", is_ending)
        site.hub.kill_hub()
        await asyncio.gather(click, return_exceptions=True)
        site.hub.launch()
        await site.objects.patch("pods/jupyter-ending", {"metadata": {"finalizers": []}})
        await site.hub.wait_until_ready()
        await has_stopped(site, person)


async def has_stopped(site: Site, person: Visitor) -> None:
    """Who pressed Stop finds a server that does not run, and nothing that alarms."""
    await eventually("the hub has looked at all servers", lambda: is_settled(person))
    said = await page(person)
    assert NOT_RUNNING in said
    assert START_AGAIN in said
    assert ENDED not in said
    assert await person.servers() == {}
    await starts_and_stops(site, person)
    assert site.tokens(person.name) == 0
