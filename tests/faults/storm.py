"""What happens to a class that presses Start while something fails, and what is there afterwards?"""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from tests.faults.site import CLAIMS
from tests.servers.namespace_objects import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from libretexts_hub.demo.visitor import Visitor
    from tests.faults.site import Site

# The last of them presses so many seconds after the first.
WITHIN_SECONDS = 2.0
# All that the progress page says of a start that goes well, but for the kind of work that a node does.
READY = "Server ready at"


@asynccontextmanager
async def a_class(site: Site, size: int) -> AsyncIterator[list[Visitor]]:
    """So many people who have logged in."""
    async with AsyncExitStack() as stack:
        people = [site.person(f"student-{number}") for number in range(size)]
        yield await asyncio.gather(*(stack.enter_async_context(each) for each in people))


async def everybody_starts(people: list[Visitor], fault: Callable[[], Awaitable[None]]) -> set[str]:
    """All press Start within some seconds and stay until their server is ready; `fault` comes in the midst.

    What their progress pages said. Raises VisitError when one did not start.
    """
    dice = random.Random(len(people))

    async def press(person: Visitor) -> set[str]:
        await asyncio.sleep(dice.uniform(0, WITHIN_SECONDS))
        await person.spawn()
        return {message.text for message in await person.wait_until_ready()}

    *said, _ = await asyncio.gather(*(press(person) for person in people), _in_the_midst(fault))
    return {words for each in said for words in each if not words.startswith(READY)}


async def _in_the_midst(fault: Callable[[], Awaitable[None]]) -> None:
    await asyncio.sleep(WITHIN_SECONDS / 4)
    await fault()


async def each_has_one_of_all(site: Site, people: list[Visitor], *, databases: bool = True) -> None:
    """Everybody has a server that answers, and each thing once; nobody else has anything."""
    names = [person.name for person in people]
    wanted = {"pods": [f"jupyter-{name}" for name in names], CLAIMS: [f"claim-{name}" for name in names]}
    if databases:
        wanted[CLAIMS] += [f"db-{name}" for name in names]
        wanted["secrets"] = [f"db-{name}" for name in names]
    for kind, expected in wanted.items():
        found = [each["metadata"]["name"] for each in await site.objects.list(kind)]
        assert sorted(set(found) & set(expected)) == sorted(expected), kind
        assert not [name for name in found if "student-" in name and name not in expected], kind
    assert all(await asyncio.gather(*(site.works(person) for person in people)))
    assert {f"/user/{name}" for name in names} <= {route.rstrip("/") for route in await site.routes()}


async def everybody_stops(site: Site, people: list[Visitor]) -> None:
    """All stop; no pod and no route is left of them, and their claims and Secrets are."""
    kept = await _kept(site)
    await asyncio.gather(*(person.stop() for person in people))

    async def nothing_runs() -> bool:
        pods = await site.objects.list("pods")
        return not any("student-" in pod["metadata"]["name"] for pod in pods)

    await eventually("no pod of the class is left", nothing_runs)
    assert not [route for route in await site.routes() if "student-" in route]
    assert await _kept(site) == kept


async def _kept(site: Site) -> set[str]:
    found = [*await site.objects.list(CLAIMS), *await site.objects.list("secrets")]
    return {each["metadata"]["uid"] for each in found if "student-" in each["metadata"]["name"]}
