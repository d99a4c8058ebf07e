"""Is the owner of a server told why the cluster ended it, and nothing where it did not?"""

import pytest

from libretexts_hub.domain.disruption import is_marked, memory_words, restarts_for_memory, why_ended, why_gone
from tests.domain.sample_pods import at, pod

NODE = "node-7.internal"


def failed(reason, message=""):
    return pod(node=NODE, phase="Failed", reason=reason, message=message)


def target(reason, kind="DisruptionTarget", status="True"):
    told = {"type": kind, "status": status, "reason": reason, "message": f"{NODE}: by default-scheduler"}
    return pod(node=NODE, phase="Running", conditions=[told])


def notebook(**state):
    return pod(node=NODE, phase="Failed", containerStatuses=[{"name": "notebook", **state}])


KILLED = {"terminated": {"reason": "OOMKilled", "exitCode": 137, "finishedAt": at(50)}}


@pytest.mark.parametrize(
    ("seen", "cause", "said"),
    [
        pytest.param(
            failed("Evicted", "The node was low on resource: memory. Container notebook was using 3Gi"),
            "Evicted",
            "too little memory left",
            id="node-memory",
        ),
        pytest.param(
            failed("Evicted", "The node was low on resource: ephemeral-storage."),
            "Evicted",
            "too little disk left",
            id="node-disk",
        ),
        pytest.param(
            failed("Evicted", "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi."),
            "Evicted",
            "more temporary files",
            id="own-disk",
        ),
        pytest.param(failed("Evicted", ""), "Evicted", "could not keep it", id="no-message"),
        pytest.param(failed("Preempting"), "Preempting", "make room", id="preempting"),
        pytest.param(failed("NodeShutdown"), "NodeShutdown", "switched off", id="shutdown"),
        pytest.param(failed("Terminated", "imminent node shutdown"), "Terminated", "switched off", id="node"),
        pytest.param(failed("DeadlineExceeded"), "DeadlineExceeded", "time", id="deadline"),
        pytest.param(target("PreemptionByScheduler"), "PreemptionByScheduler", "make room", id="preempted"),
        pytest.param(target("DeletionByTaintManager"), "DeletionByTaintManager", "failed or", id="taint"),
        pytest.param(target("EvictionByEvictionAPI"), "EvictionByEvictionAPI", "maintenance", id="drain"),
        pytest.param(
            target("WorkloadEvictedDueToPreempted", "TerminationTarget"),
            "TerminationTarget",
            "make room",
            id="kueue",
        ),
        pytest.param(notebook(state=KILLED), "OOMKilled", "larger size", id="memory"),
    ],
)
def test_why_a_server_was_ended(seen, cause, said):
    ended = why_ended(seen, "lab")
    assert ended.cause == cause
    assert said in ended.words
    assert ended.words.startswith("Your server lab was ended by the cluster.")
    assert "home is still there" in ended.words
    assert NODE not in ended.words
    assert is_marked(seen) or cause == "OOMKilled"


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(None, id="no-pod"),
        pytest.param(pod(node=NODE, phase="Running"), id="running"),
        pytest.param(target("PreemptionByScheduler", status="False"), id="not-after-all"),
        pytest.param(
            notebook(state={"terminated": {"reason": "Completed", "exitCode": 0}}), id="ended-itself"
        ),
        pytest.param(notebook(state={"terminated": {"reason": "Error", "exitCode": 1}}), id="crashed"),
    ],
)
def test_what_the_cluster_did_not_end(seen):
    assert why_ended(seen) is None


def test_a_container_that_ran_out_of_memory_and_was_started_anew():
    seen = notebook(restartCount=2, state={"running": {}}, lastState=KILLED)
    assert restarts_for_memory(seen) == (2, at(50))
    assert (
        restarts_for_memory(notebook(restartCount=2, lastState={"terminated": {"reason": "Error"}}))[0] == 0
    )
    assert restarts_for_memory(None)[0] == 0
    assert "was started anew" in memory_words("")


def test_hostile_texts_are_cut_and_not_shown():
    hostile = "<script>\x1b‮" + "A" * 10_000
    ended = why_ended(failed("Evicted", hostile), hostile)
    assert len(ended.words) < 500
    assert len(ended.detail) < 1000
    assert (ended.words + ended.detail).isprintable()
    assert why_ended(failed(hostile)) is None


def event(reason, message="", second=50):
    return {"reason": reason, "message": message, "eventTime": at(second)}


@pytest.mark.parametrize(
    ("events", "cause", "said"),
    [
        pytest.param(
            [event("Preempted", "Preempted by pod x on node y")], "Preempted", "make room", id="room"
        ),
        pytest.param(
            [event("TaintManagerEviction", "Marking for deletion Pod ns/x")],
            "TaintManagerEviction",
            "failed or was taken out",
            id="node",
        ),
        pytest.param(
            [event("Evicted", "The node was low on resource: memory.")], "Evicted", "memory left", id="memory"
        ),
    ],
)
def test_a_pod_that_is_gone_is_told_from_its_events(events, cause, said):
    ended = why_gone(events, since=0.0, server="")
    assert (ended.cause, said in ended.words) == (cause, True)


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([], id="nothing"),
        pytest.param([event("Killing", "Stopping container notebook")], id="an ordinary end"),
        pytest.param([event("TaintManagerEviction", "Cancelling deletion of Pod ns/x")], id="cancelled"),
        pytest.param([{"reason": "Preempted"}], id="without a time"),
    ],
)
def test_other_events_end_nobody(events):
    assert why_gone(events, since=1.0) is None
