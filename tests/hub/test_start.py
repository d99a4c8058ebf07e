"""Does a start end at the moment the server answers, and in words when it can't?"""

import asyncio
import time

import pytest
from tornado import web as tornado_web

from libretexts_hub.clients.notebook import answers
from tests.hub.workshop import WEB_SERVER, until

LATE_SERVER = ["/bin/sh", "-c", "sleep 1.5; exec " + " ".join(WEB_SERVER)]


async def test_a_server_starts_answers_and_stops(web, objects):
    spawner = web()

    url = await spawner.start()

    assert await answers(url, seconds=2)
    assert await spawner.poll() is None
    await spawner.stop()
    assert await spawner.poll() == 1
    assert await objects.list("pods") == []


async def test_the_start_ends_with_the_first_answer(web):
    spawner = web(cmd=LATE_SERVER)
    start = asyncio.ensure_future(spawner.start())
    await until(lambda: "podIP" in ((spawner.watched_pod() or {}).get("status") or {}))
    pod = spawner.watched_pod()
    while not await answers(f"http://{pod['status']['podIP']}:8888/", seconds=1):
        assert not start.done()
        await asyncio.sleep(0.02)
    first_answer = time.perf_counter()

    await start

    assert time.perf_counter() - first_answer < 0.5


async def test_a_start_makes_as_few_requests_as_stock(web, faults):
    settings = {"storage_pvc_ensure": True, "storage_capacity": "1Gi"}
    spawner = web(**settings)
    await spawner._start_watching_pods()
    await faults.forget()

    await spawner.start()

    asked = [
        (entry.verb, entry.resource)
        for entry in await faults.requests()
        if entry.verb not in ("list", "watch")
    ]
    assert asked == [("create", "persistentvolumeclaims"), ("create", "pods")]


async def test_state_is_saved_before_the_server_answers(web):
    spawner = web(cmd=LATE_SERVER)
    start = asyncio.ensure_future(spawner.start())
    await until(lambda: spawner.orm_spawner.commits)

    assert not start.done()
    assert spawner.orm_spawner.state["pod_name"] == spawner.pod_name
    assert spawner.orm_spawner.state["libretexts_start"]["id"]
    await start


async def test_a_server_that_crashes_on_and_on_is_given_up_in_words(web):
    spawner = web(cmd=["/bin/sh", "-c", "exit 3"])

    with pytest.raises(tornado_web.HTTPError) as ended:
        await spawner.start()

    assert "exit code 3" in ended.value.jupyterhub_message
    assert "another environment" in ended.value.jupyterhub_message


async def test_a_server_that_ends_is_given_up_in_words(web):
    spawner = web(cmd=["/bin/sh", "-c", "sleep 0.5; exit 0"])

    with pytest.raises(tornado_web.HTTPError) as ended:
        await spawner.start()

    assert "stopped while it started" in ended.value.jupyterhub_message


async def test_a_pod_that_never_runs_ends_the_start_in_time(web):
    spawner = web(image="localhost/nothing-like-this:1", start_timeout=3)
    began = time.perf_counter()

    with pytest.raises(TimeoutError):
        await spawner.start()

    assert time.perf_counter() - began < 3


async def test_a_server_that_never_answers_ends_the_start(web):
    spawner = web(cmd=["/bin/sleep", "60"], http_timeout=1)

    with pytest.raises(TimeoutError, match="did not answer"):
        await spawner.start()


async def test_someone_elses_watch_is_looked_at_often(web, workshop, cluster):
    from kubespawner import KubeSpawner

    stock = workshop.spawner("stock", cls=KubeSpawner)
    await stock._start_watching_pods()

    spawner = web()
    await spawner.start()

    assert type(spawner.pod_reflector).__module__.startswith("kubespawner.")
    assert await spawner.poll() is None


async def test_a_watch_that_gave_up_is_replaced(web):
    spawner = web()
    await spawner.start()
    spawner.pod_reflector.watch_task.cancel()
    await until(spawner.pod_reflector.watch_task.done)

    await spawner.stop()

    assert not spawner.pod_reflector.watch_task.done()


async def test_a_stop_outlasts_a_moment_without_api_server(web, faults, objects):
    spawner = web()
    await spawner.start()
    await faults.add("drop", verb="delete", resource="pods", first=1)
    await faults.add("status", verb="delete", resource="pods", status=503, first=2)

    await spawner.stop()

    assert await objects.list("pods") == []


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="pod"),
        pytest.param({"storage_pvc_ensure": True, "storage_capacity": "1Gi"}, id="claim"),
    ],
)
@pytest.mark.parametrize("loaded", [True, False], ids=["watching", "fresh"])
async def test_an_api_server_that_stays_away_is_said_in_words(web, faults, settings, loaded):
    spawner = web(k8s_api_request_retry_timeout=1, start_timeout=2, **settings)
    if loaded:
        await spawner._start_watching_pods()
    await faults.down()

    with pytest.raises(tornado_web.HTTPError) as given_up:
        await spawner.start()

    assert given_up.value.status_code == 503
    assert given_up.value.jupyterhub_message.startswith("The cluster does not answer")
    assert "Try again" in given_up.value.jupyterhub_message


async def test_a_slow_node_is_not_taken_for_an_absent_cluster(web, faults):
    await faults.add("drop", verb="create", resource="pods", first=1)
    spawner = web(cmd=["/bin/sleep", "60"], image="localhost/nothing-like-this:1", start_timeout=2)

    with pytest.raises(TimeoutError, match="did not start"):
        await spawner.start()
