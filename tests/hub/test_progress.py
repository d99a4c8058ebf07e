"""Is a person told in words what their start waits for, and is a hopeless one ended early with its cause?"""

import asyncio
import logging
import time
from types import SimpleNamespace

import pytest
from tornado import web as tornado_web

from libretexts_hub.hub import progress
from libretexts_hub.hub.pod_patience import BROKEN_SECONDS, Patience
from libretexts_hub.hub.pod_watch import NotifyingPods
from tests.domain.sample_pods import waiting
from tests.hub.workshop import until

NOT_FOUND = 'failed to resolve reference "r/x:1": r/x:1: not found'


async def told_of(spawner):
    """Start it; the sentences of the progress page, and how the start ended."""
    start = asyncio.ensure_future(spawner.start())
    told = [event async for event in spawner.progress()]
    return told, (await asyncio.gather(start, return_exceptions=True))[0]


def texts(told):
    return [event["message"] for event in told]


@pytest.mark.parametrize("events", [True, False], ids=["events", "no-events"])
async def test_a_start_is_told_in_words_and_nothing_twice(web, events):
    told, _ = await told_of(web(events_enabled=events))

    assert any("environment" in text or "machine" in text for text in texts(told))
    assert len(set(texts(told))) == len(told)
    assert [event["progress"] for event in told] == sorted(event["progress"] for event in told)
    assert all(set(event) == {"progress", "message"} for event in told)


async def test_an_image_that_does_not_exist_ends_the_start_early_with_its_cause(web, caplog):
    spawner = web(
        image="localhost/nothing-like-this:1", start_timeout=30, image_pull_tries=1, events_enabled=True
    )
    spawner.log = logging.getLogger("pull")
    began = time.perf_counter()

    told, ended = await told_of(spawner)

    assert isinstance(ended, tornado_web.HTTPError)
    assert "can't be fetched: it does not exist" in ended.jupyterhub_message
    assert "nothing-like-this" not in ended.jupyterhub_message
    assert "nothing-like-this" in caplog.text
    assert time.perf_counter() - began < 15
    assert len(set(texts(told))) == len(told)


async def test_a_selector_that_no_node_has_is_told_and_said_again_at_the_timeout(web, caplog):
    spawner = web(node_selector={"pool": "nowhere"}, start_timeout=2, events_enabled=True)
    spawner.log = logging.getLogger("place")

    told, ended = await told_of(spawner)

    assert any("no machine is of the kind" in text for text in texts(told))
    assert isinstance(ended, TimeoutError)
    assert "no machine is of the kind" in ended.jupyterhub_message
    assert caplog.text.count("waits: ") == 1


async def test_a_clock_that_is_not_the_clusters_makes_no_start_look_long(web, monkeypatch):
    wrong = SimpleNamespace(time=lambda: time.time() + 86400, monotonic=time.monotonic)
    monkeypatch.setattr(progress, "time", wrong)

    told, _ = await told_of(web(node_selector={"pool": "nowhere"}, start_timeout=2))

    assert any("Waiting for a place" in text for text in texts(told))
    assert not [text for text in texts(told) if "so far" in text]


async def test_two_viewers_are_told_the_same(web):
    spawner = web(cmd=["/bin/sh", "-c", "sleep 1; exec " + " ".join(web().cmd)])
    start = asyncio.ensure_future(spawner.start())
    first, second = await asyncio.gather(collect(spawner), collect(spawner))
    await start

    assert texts(first) == texts(second) != []


async def collect(spawner):
    return [event async for event in spawner.progress()]


async def test_a_viewer_who_leaves_disturbs_nobody(web):
    spawner = web(cmd=["/bin/sh", "-c", "sleep 1; exec " + " ".join(web().cmd)])
    start = asyncio.ensure_future(spawner.start())
    leaving = asyncio.ensure_future(collect(spawner))
    await until(lambda: spawner.watched_pod())
    leaving.cancel()

    await start
    assert isinstance(spawner.pod_reflector.pods, NotifyingPods)


def test_a_pull_is_given_up_after_so_many_tries():
    patience = Patience(3)
    seen = [waiting("ErrImagePull", NOT_FOUND), waiting("ImagePullBackOff", 'Back-off pulling image "r/x:1"')]
    looks = [patience.ending(each, 0) for each in [*seen, seen[1], *seen, seen[0]]]

    assert looks[:-1] == [None] * 5
    cause, words, detail = looks[-1]
    assert cause == "ErrImagePull"
    assert "does not exist" in words
    assert detail == f"notebook: 3 failed pulls: {NOT_FOUND}"


def test_a_registry_that_may_come_back_is_waited_for():
    patience = Patience(1)
    busy = waiting("ErrImagePull", "429 Too Many Requests: toomanyrequests")
    assert [patience.ending(busy, n) for n in range(5)] == [None] * 5


def test_a_missing_secret_has_a_moment_to_come():
    patience = Patience(1)
    missing = waiting("CreateContainerConfigError", 'secret "internal" not found')

    assert patience.ending(missing, 0) is None
    assert patience.ending(missing, BROKEN_SECONDS - 1) is None
    cause, words, detail = patience.ending(missing, BROKEN_SECONDS)
    assert cause == "CreateContainerConfigError"
    assert "secret" not in words
    assert 'secret "internal" not found' in detail


def test_a_container_that_was_made_after_all_is_not_given_up():
    patience = Patience(1)
    missing = waiting("CreateContainerConfigError", 'secret "internal" not found')
    assert patience.ending(missing, 0) is None
    assert patience.ending(waiting("ContainerCreating"), 20) is None
    assert patience.ending(missing, BROKEN_SECONDS + 1) is None


def test_of_no_pod_nothing_is_known():
    assert Patience(1).ending(None, 0) is None
