"""Does a pod go whose server was ended while the API server was away, and no other in its place?"""

import pytest

from libretexts_hub.hub import pod_later
from tests.servers.namespace_objects import eventually


@pytest.fixture
async def ended(web, faults, monkeypatch):
    """A server that was stopped while nobody could delete its pod."""
    monkeypatch.setattr(pod_later, "FIRST_PAUSE_SECONDS", 0.1)
    spawner = web(k8s_api_request_timeout=1, k8s_api_request_retry_timeout=1)
    await spawner.start()
    await faults.add("drop", verb="delete", resource="pods")
    with pytest.raises(TimeoutError):
        await spawner.stop()
    spawner.clear_state()  # as JupyterHub does
    return spawner


async def test_it_goes_when_the_api_server_answers_again(ended, faults, objects):
    assert len(await objects.list("pods")) == 1
    await faults.clear()

    async def is_gone() -> bool:
        return (await objects._ask("GET", "pods"))["items"] == []

    await eventually("the pod is gone", is_gone)
    assert pod_later._tasks == set()


async def test_a_server_that_was_started_meanwhile_stays(ended, web, faults, objects):
    await faults.add("drop", verb="get", resource="pods")
    await objects.delete("pods", ended.pod_name)

    async def is_gone() -> bool:
        return (await objects._ask("GET", "pods"))["items"] == []

    await eventually("the old pod is gone", is_gone)
    again = web()
    await again.start()
    [task] = pod_later._tasks
    await faults.clear()
    await task

    [pod] = await objects.list("pods")
    assert pod["metadata"]["annotations"][pod_later.START_ID] == again._start_id
