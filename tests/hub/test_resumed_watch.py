"""Does a watch go on where the last one ended, and is everything read again where that can't be?"""

from __future__ import annotations

import pytest

from libretexts_hub.hub import event_watch, resumed_watch
from libretexts_hub.hub.event_watch import EventWatch
from libretexts_hub.hub.pod_watch import PodWatch
from tests.servers.namespace_objects import eventually

WATCHES = 3


@pytest.fixture(params=[PodWatch, EventWatch], ids=["pods", "events"])
async def watch(request, web):
    """A watch whose requests end every second."""
    spawner = web()
    made = request.param(parent=spawner, namespace=spawner.namespace, timeout_seconds=1)
    await made.start()
    yield made
    await made.stop()


async def requests(faults, watch, verb):
    return [each for each in await faults.requests() if each.verb == verb and each.resource == watch.kind]


async def watches_pass(faults, watch, count=WATCHES):
    before = len(await requests(faults, watch, "watch"))

    async def passed() -> bool:
        return len(await requests(faults, watch, "watch")) >= before + count

    await eventually(f"{count} watches have ended", passed)


async def is_seen(watch, web):
    """A change that comes now: a whole start, with its pod and the events of it."""
    spawner = web(person="bob")
    await spawner.start()

    async def seen() -> bool:
        return any("jupyter-bob" in key for key in watch.resources)

    await eventually("it is seen", seen)


async def test_nothing_is_listed_again_while_watches_follow_each_other(watch, web, faults):
    await watches_pass(faults, watch, 1)
    before = len(await requests(faults, watch, "list"))
    await watches_pass(faults, watch)
    assert len(await requests(faults, watch, "list")) == before
    await is_seen(watch, web)


async def test_a_version_that_is_old_is_not_gone_on_from(watch, web, faults, monkeypatch):
    monkeypatch.setattr(resumed_watch, "FRESH_SECONDS", -1)
    before = len(await requests(faults, watch, "list"))
    await watches_pass(faults, watch)
    assert len(await requests(faults, watch, "list")) >= before + WATCHES - 1
    await is_seen(watch, web)


async def test_after_a_version_that_is_gone_everything_is_read(watch, web, faults):
    await watches_pass(faults, watch, 1)
    before = len(await requests(faults, watch, "list"))
    await faults.add("status", status=410, verb="watch", resource=watch.kind, first=1)

    async def listed() -> bool:
        return len(await requests(faults, watch, "list")) > before

    await eventually("it is listed again", listed)
    await is_seen(watch, web)


async def test_what_is_there_is_read_once_and_in_pages(web, faults, objects, monkeypatch):
    monkeypatch.setattr(event_watch, "PAGE", 2)
    spawner = web(person="kif")
    await spawner.start()
    watch = EventWatch(parent=spawner, namespace=spawner.namespace, timeout_seconds=1)
    await faults.forget()
    await watch.start()
    seen = set(watch.resources)
    assert len(seen) > 2
    assert {key.partition("/")[2] for key in seen} <= {
        each["metadata"]["name"] for each in (await objects._ask("GET", "events"))["items"]
    }
    await watches_pass(faults, watch, 2)
    await watch.stop()
    assert len(await requests(faults, watch, "list")) == -(-len(seen) // 2)
