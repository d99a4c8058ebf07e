"""Does exactly one pod come into being, whatever the API server answers?"""

import asyncio
import logging

import pytest
from tornado import web as tornado_web

from libretexts_hub.hub.pod_create import START_ID
from tests.hub.workshop import until


async def test_a_create_that_was_answered_too_late_is_kept(web, faults, objects):
    await faults.add("delay", verb="create", resource="pods", when="after", seconds=4, first=1)
    spawner = web(k8s_api_request_timeout=1)

    await spawner.start()

    [pod] = await objects.list("pods")
    assert pod["metadata"]["annotations"][START_ID] == spawner.orm_spawner.state["libretexts_start"]["id"]
    assert await faults.requests(verb="delete") == []


async def test_a_create_whose_answer_was_lost_is_kept(web, faults):
    await faults.add("drop", verb="create", resource="pods", when="after", first=1)
    spawner = web()

    await spawner.start()

    assert await faults.requests(verb="delete") == []


async def test_a_pod_of_another_start_is_replaced(web, objects):
    forgotten = web()
    await forgotten.start()
    [old] = await objects.list("pods")

    await web().start()

    [new] = await objects.list("pods")
    assert new["metadata"]["uid"] != old["metadata"]["uid"]


async def test_a_pod_that_is_ending_is_waited_for(web, objects):
    stubborn = ["/bin/sh", "-c", "trap '' TERM; exec " + " ".join(web().cmd)]
    first = web(cmd=stubborn, delete_grace_period=2)
    await first.start()
    stop = asyncio.ensure_future(first.stop())
    await until(lambda: "deletionTimestamp" in first.watched_pod()["metadata"])

    second = web(k8s_api_request_retry_timeout=1)
    await second.start()

    await stop
    assert len(await objects.list("pods")) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_refusal_that_passes_is_tried_again(web, faults, status):
    await faults.add("status", verb="create", resource="pods", status=status, first=2)

    await web().start()

    assert len(await faults.requests(verb="create", resource="pods")) == 3


async def test_the_server_says_when_to_try_again(web, faults):
    await faults.add("status", verb="create", resource="pods", status=429, retry_after=1, first=1)

    await web().start()

    refused, accepted = await faults.requests(verb="create", resource="pods")
    assert accepted.started - refused.started > 0.9


async def test_a_conflict_without_a_pod_is_not_a_hot_loop(web, faults):
    await faults.add("status", verb="create", resource="pods", status=409)
    spawner = web(k8s_api_request_retry_timeout=1, start_timeout=3)

    with pytest.raises(TimeoutError):
        await spawner.start()

    assert len(await faults.requests(verb="create", resource="pods")) < 15


async def test_a_quota_is_said_in_words_and_the_log_has_no_token(web, faults, caplog):
    body = '{"kind":"Status","message":"pods \\"x\\" is forbidden: exceeded quota: q","reason":"Forbidden"}'
    await faults.add("status", verb="create", resource="pods", status=403, body=body)
    spawner = web()
    spawner.api_token = "a-token-that-nobody-may-read"
    spawner.log = logging.getLogger("quota")
    with caplog.at_level(logging.DEBUG), pytest.raises(tornado_web.HTTPError) as refused:
        await spawner.start()

    assert "no room" in refused.value.jupyterhub_message
    assert "exceeded quota" in caplog.text
    assert "a-token-that-nobody-may-read" not in caplog.text


async def test_who_waits_for_a_last_server_that_does_not_end_is_told(web, objects, caplog):
    """As where its machine failed: nobody can say that it does not write any more."""
    first = web()
    await first.start()
    held = {"metadata": {"finalizers": ["libretexts.org/held-by-a-test"]}}
    await objects.patch(f"pods/{first.pod_name}", held)
    await objects.delete("pods", first.pod_name)
    second = web(start_timeout=3)
    start = asyncio.ensure_future(second.start())

    said = [step["message"] async for step in second.progress()]

    assert said == ["Waiting until your last server has ended."]
    with pytest.raises(tornado_web.HTTPError) as refused:
        await start
    assert refused.value.status_code == 503
    assert "Your last server has not ended yet" in refused.value.jupyterhub_message
    assert "if this lasts, tell the operators" in refused.value.jupyterhub_message
    [pod] = (await objects._ask("GET", "pods"))["items"]
    assert pod["metadata"]["uid"] == first.watched_pod()["metadata"]["uid"]
    await objects.patch(f"pods/{first.pod_name}", {"metadata": {"finalizers": []}})
