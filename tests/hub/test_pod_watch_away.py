"""Is nobody misled by a watch that shows what was there before an outage of the API server?"""

import asyncio

import pytest

from libretexts_hub.hub import pod_watch
from tests.hub.workshop import Record, until
from tests.servers.namespace_objects import eventually


@pytest.fixture
async def blind(web, faults):
    """Somebody's record. Their watch stands still, and shows the pod of a start that is over."""
    before = web()
    await before.start()
    reflector = before.pod_reflector
    reflector.watch_task.cancel()
    await until(reflector.watch_task.done)
    reflector.watch_task = asyncio.get_running_loop().create_future()  # it waits before it tries again
    yield before
    reflector.watch_task.cancel()


async def test_a_start_waits_for_its_own_pod(blind, web, objects):
    await objects.delete("pods", blind.pod_name)

    async def is_gone() -> bool:
        return (await objects._ask("GET", "pods"))["items"] == []

    async def runs() -> bool:
        return [pod["status"].get("phase") for pod in await objects.list("pods")] == ["Running"]

    await eventually("the pod before is gone", is_gone)
    again = web()
    start = asyncio.ensure_future(again.start())
    await eventually("the pod runs", runs)
    assert not start.done(), "the watch shows the pod before, which ran too"
    await again.pod_reflector._list_and_update()
    await start
    [pod] = await objects.list("pods")
    assert again.watched_pod()["metadata"]["uid"] == pod["metadata"]["uid"]


async def test_a_stop_deletes_the_pod_of_now(blind, web, objects):
    shown = blind.watched_pod()
    blind.pod_reflector.pods.pop(blind.pod_key)
    found = web(record=Record(state=blind.get_state()))
    old = {**shown, "metadata": {**shown["metadata"], "uid": "of-before"}}
    old["metadata"]["annotations"] = {"libretexts.org/start-id": "of-before"}
    blind.pod_reflector.pods[blind.pod_key] = old
    stop = asyncio.ensure_future(found.stop())

    async def is_going() -> bool:
        return await objects.list("pods") == []

    await eventually("the pod is deleted", is_going)
    blind.pod_reflector.pods.pop(blind.pod_key)
    await stop


async def test_a_watch_that_gave_up_is_begun_anew_during_a_start(web, cluster, monkeypatch):
    monkeypatch.setattr(pod_watch, "LOOK_AGAIN_SECONDS", 0.2)
    wait = {"name": "wait", "image": cluster.shell_image, "command": ["sleep", "1"]}
    slow = web(init_containers=[wait])
    start = asyncio.ensure_future(slow.start())
    await until(lambda: slow.watched_pod())
    gave_up = slow.pod_reflector
    gave_up.watch_task.cancel()
    await start
    assert slow.pod_reflector is not gave_up
