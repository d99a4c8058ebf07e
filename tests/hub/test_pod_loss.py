"""Is the owner of a server that the cluster ended told so on the next page, once?"""

import copy
from datetime import UTC, datetime, timedelta

import pytest

from libretexts_hub.hub.menu_notices import notices_for_owner
from libretexts_hub.hub.notices import NOTICES
from libretexts_hub.hub.pod_watch import MOST_LOST
from tests.hub.workshop import Record, until

PREEMPTED = {"type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler"}


@pytest.fixture(autouse=True)
def _nothing_posted(monkeypatch):
    monkeypatch.setattr(NOTICES, "_of", type(NOTICES._of)(list))


@pytest.fixture
async def running(web):
    """A spawner whose server runs."""
    spawner = web()
    await spawner.start()
    return spawner


def change(spawner, **status):
    """Put another status into the watch, as an event of it would."""
    pod = copy.deepcopy(spawner.watched_pod())
    pod["status"] |= status
    spawner.pod_reflector.pods[spawner.pod_key] = pod
    return pod


def told(spawner):
    return [notice.text for notice in notices_for_owner(spawner)]


async def test_a_preempted_server_is_told_once(running):
    change(running, conditions=[PREEMPTED])
    running.pod_reflector.pods.pop(running.pod_key)

    assert await running.poll() == 1
    assert await running.poll() == 1

    [text] = told(running)
    assert "make room" in text
    assert told(running) == []


async def test_a_hub_that_restarts_has_not_forgotten_it_and_tells_it_once(running, web):
    change(running, conditions=[PREEMPTED])
    running.pod_reflector.pods.pop(running.pod_key)
    await running.poll()
    running.clear_state()  # as JupyterHub does when a server is over
    record = Record(state=running.get_state())
    NOTICES._of.clear()

    found = web(record=record)

    assert "make room" in told(found)[0]
    assert told(found) == []
    assert "libretexts_ended" not in record.state
    assert told(web(record=record)) == []


async def test_state_of_a_later_version_is_left_alone(web):
    found = web(record=Record(state={"libretexts_ended": {"version": 9, "words": "?"}}))
    assert told(found) == []


async def test_an_evicted_server_is_told(running):
    message = "The node was low on resource: memory."
    ended = {"name": "notebook", "state": {"terminated": {"exitCode": 137, "reason": "Error"}}}
    change(running, phase="Failed", reason="Evicted", message=message, containerStatuses=[ended])

    assert await running.poll() == 137

    [text] = told(running)
    assert "too little memory left" in text


async def test_a_server_that_its_owner_stopped_is_not_told(running):
    await running.stop()

    assert await running.poll() == 1
    assert told(running) == []


async def test_a_disruption_of_the_last_start_is_not_told_of_this_one(running):
    change(running, conditions=[PREEMPTED])
    running.pod_reflector.pods.pop(running.pod_key)
    await running.start()
    await running.stop()

    assert await running.poll() == 1
    assert told(running) == []


async def test_a_list_read_anew_still_finds_who_was_preempted(running):
    reflector = running.pod_reflector
    reflector.pods["elsewhere/jupyter-bob"] = {"metadata": {}, "status": {"conditions": [PREEMPTED]}}

    await reflector._list_and_update()

    assert list(reflector.lost) == ["elsewhere/jupyter-bob"]


@pytest.mark.parametrize(("minutes", "count"), [(1, 1), (60, 0)], ids=["just-now", "long-ago"])
async def test_a_restart_for_want_of_memory_is_told_once(running, minutes, count):
    when = (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    [state] = running.watched_pod()["status"]["containerStatuses"]
    last = {"terminated": {"reason": "OOMKilled", "exitCode": 137, "finishedAt": when}}
    change(running, containerStatuses=[state | {"restartCount": 1, "lastState": last}])

    assert await running.poll() is None
    assert len(told(running)) == count
    assert await running.poll() is None
    assert told(running) == []


async def test_a_page_that_leaves_by_itself_and_an_administrator_leave_it_unsaid(running):
    change(running, conditions=[PREEMPTED])
    running.pod_reflector.pods.pop(running.pod_key)
    await running.poll()

    assert len(notices_for_owner(running, keep=True)) == 1
    running.handler = type("Handler", (), {"current_user": type("Admin", (), {"name": "ada"})})
    assert len(told(running)) == 1
    running.handler = None
    assert len(told(running)) == 1
    assert told(running) == []


async def test_what_was_lost_does_not_fill_the_memory(running):
    reflector = running.pod_reflector
    for n in range(MOST_LOST + 10):
        reflector._note_lost(f"ns/{n}", {"status": {"reason": "Evicted"}})
    assert len(reflector.lost) == MOST_LOST
    assert "ns/0" not in reflector.lost


def event_of(spawner, reason, message):
    """An event as the scheduler writes it, which the watch of the next hub lists."""
    return {
        "metadata": {"uid": reason, "name": reason},
        "involvedObject": {"name": spawner.pod_name, "uid": "gone"},
        "reason": reason,
        "message": message,
        "lastTimestamp": None,
        "eventTime": datetime.now(UTC).isoformat(),
    }


ROOM, UNSEEN = "make room", "was ended while this hub was not running"


@pytest.mark.parametrize(
    ("minutes", "events", "words"),
    [
        pytest.param(-1, True, ROOM, id="an-event-says-it"),
        pytest.param(60, True, UNSEEN, id="of-an-earlier-server"),
        pytest.param(-1, False, UNSEEN, id="without-events"),
    ],
)
async def test_a_server_that_went_while_no_hub_watched_is_told(web, objects, minutes, events, words):
    before = web(events_enabled=True)
    await before.start()
    before._save_state()
    started = datetime.now(UTC).replace(tzinfo=None) + timedelta(minutes=minutes)
    later = web(record=Record(state=before.get_state(), started=started), events_enabled=events)
    await objects.delete("pods", before.pod_name)
    await until(lambda: before.watched_pod() is None)
    before.event_reflector.resources["x"] = event_of(before, "Preempted", "Preempted by pod x on node y")

    assert await later.poll() == 1
    assert await later.poll() == 1

    [text] = told(later)
    assert words in text
    assert "What was saved in your home is still there." in text


@pytest.mark.parametrize(
    ("reason", "message", "words"),
    [
        pytest.param(
            "Evicted",
            'Usage of EmptyDir volume "scratch" exceeds the limit "4Mi". ',
            ["temporary files"],
            id="evicted",
        ),
        pytest.param("Killing", "Stopping container notebook", [], id="its-own-end"),
    ],
)
async def test_a_pod_that_does_not_say_yet_why_it_ended(web, reason, message, words):
    """Its containers have ended, and the kubelet has written no more; the event may know."""
    spawner = web(record=Record(started=datetime.now(UTC).replace(tzinfo=None)), events_enabled=True)
    await spawner.start()
    spawner.event_reflector.resources["x"] = event_of(spawner, reason, message)
    ended = {"name": "notebook", "state": {"terminated": {"exitCode": 1, "reason": "Error"}}}
    change(spawner, containerStatuses=[ended])

    assert await spawner.poll() == 1

    said = told(spawner)
    assert len(said) == len(words)
    assert all(each in said[0] for each in words)


async def test_a_server_that_somebody_ended_before_the_eyes_of_the_hub_is_not_told(running, objects):
    running.orm_spawner.started = datetime.now(UTC).replace(tzinfo=None)
    assert await running.poll() is None
    await objects.delete("pods", running.pod_name)
    await until(lambda: running.watched_pod() is None)

    assert await running.poll() == 1
    assert told(running) == []
