"""Does a class that presses Start get its servers while the API server fails, each of them once?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from tests.faults.storm import a_class, each_has_one_of_all, everybody_starts, everybody_stops

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from libretexts_hub.demo.visitor import Visitor
    from tests.faults.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")
PEOPLE = 20
# What the progress page says of a start in which nothing fails.
USUAL = {
    "Server requested",
    "The environment is there and starts.",
    "A machine was found. Your files are being attached.",
    "Looking for a machine with room for your server.",
    "A machine was found.",
    "The environment is starting.",
}
TEN_PERCENT = [
    {"action": "status", "status": 500, "probability": 0.05, "seed": 1},
    {"action": "status", "status": 429, "retry_after": 1, "probability": 0.05, "seed": 2},
]
FAULTS: dict[str, list[dict[str, Any]]] = {
    # More often than every 5 s: none of these starts takes that long.
    "watches last a second and are dropped, or end with 410": [
        {"action": "watch_drop", "seconds": 1.0, "every": 2},
        {"action": "watch_error", "seconds": 1.0},
    ],
    "one of ten calls is answered with 429 or 500": TEN_PERCENT,
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def people(running_site: Site) -> AsyncIterator[list[Visitor]]:
    await running_site.recover()
    async with a_class(running_site, PEOPLE) as people:
        yield people


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def _nothing_runs_afterwards(site: Site, people: list[Visitor]) -> AsyncIterator[None]:
    yield
    await site.recover()
    running = {pod["metadata"]["name"] for pod in await site.objects.list("pods")}
    for person in people:
        if f"jupyter-{person.name}" in running:
            await person.stop()


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_everybody_starts_and_stops_under(site: Site, people: list[Visitor], fault: list) -> None:
    for rule in fault:
        await site.faults.add(**rule)
    # A rule strikes a request when it comes: so the watches that stand already come again.
    await site.faults.down("reset", seconds=0.1)

    async def nothing_more() -> None:
        pass

    said = await everybody_starts(people, nothing_more)
    assert said <= USUAL
    await each_has_one_of_all(site, people)
    await everybody_stops(site, people)
    assert all(rule["struck"] for rule in await site.faults.rules())
    assert site.hub.is_running


async def test_everybody_starts_and_stops_while_the_api_server_restarts(
    site: Site, people: list[Visitor]
) -> None:
    async def restart() -> None:
        await site.faults.down("reset", seconds=3)

    said = await everybody_starts(people, restart)
    assert said <= USUAL
    await each_has_one_of_all(site, people)
    await restart()
    await everybody_stops(site, people)
