"""Does a hub keep its servers when Kubernetes can't be asked, or after it was killed at a bad moment?"""

import asyncio
import time

from tests.hub.workshop import Record, until


async def test_an_api_server_that_is_away_forgets_nobody(web, workshop, faults):
    spawner = web()
    await spawner.start()
    record = spawner.orm_spawner
    await workshop.close()  # as a hub that starts anew: no watch is loaded
    await faults.down()
    found = web(record=record)

    began = time.perf_counter()
    assert await found.poll() is None
    assert time.perf_counter() - began < 5
    assert await found.poll() is None

    await faults.up()
    assert await found.poll() is None
    await spawner.stop()
    assert await found.poll() == 1


async def test_a_pod_that_has_not_come_up_is_waited_for_when_the_hub_comes_back(web, workshop):
    record = Record()
    spawner = web(record=record, cmd=["/bin/sh", "-c", "sleep 1; exec " + " ".join(web().cmd)])
    start = asyncio.ensure_future(spawner.start())
    await until(lambda: record.commits and spawner.watched_pod())
    start.cancel()  # the hub is killed between pod and answer
    await workshop.close()

    found = web(record=record)
    found._check_pending = True

    assert await found.poll() is None
    assert found._is_running(found.watched_pod())


async def test_a_pod_of_another_start_is_not_taken_for_ours(web):
    spawner = web()
    await spawner.start()
    record = Record(state=spawner.get_state() | {"libretexts_start": {"version": 1, "id": "another"}})

    found = web(record=record)
    found._check_pending = True

    assert await found.poll() == 1


async def test_state_of_a_later_version_is_left_alone(web):
    found = web(
        record=Record(state={"kubespawner_version": "7", "libretexts_start": {"version": 9, "id": 3}})
    )
    assert found._start_id == ""


async def test_many_polls_make_one_list(web, faults):
    spawners = [web(f"p{n}") for n in range(10)]

    assert await asyncio.gather(*(spawner.poll() for spawner in spawners)) == [1] * 10

    lists = await faults.requests(verb="list", resource="pods")
    assert len(lists) <= 2  # the first one, and the one with which the watch begins
