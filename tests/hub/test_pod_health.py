"""Is a pod that can't become a server recognised, and one that may not given up?"""

import pytest

from libretexts_hub.hub.pod_health import describe_ending


def pod(phase="Pending", *, waiting=None, terminated=None, last=None):
    state = {"waiting": {"reason": waiting}} if waiting else {}
    state |= {"terminated": terminated} if terminated else {}
    container = {"name": "notebook", "state": state, "lastState": {"terminated": last} if last else {}}
    return {"metadata": {}, "status": {"phase": phase, "containerStatuses": [container]}}


def init(**state):
    seen = pod(**state)
    seen["status"]["initContainerStatuses"] = seen["status"].pop("containerStatuses")
    return seen


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        pytest.param(
            pod(waiting="CrashLoopBackOff", last={"exitCode": 3, "reason": "Error"}),
            "exit code 3",
            id="crash",
        ),
        pytest.param(pod(waiting="InvalidImageName"), "not valid", id="image"),
        pytest.param(init(waiting="InvalidImageName"), "What prepares the server", id="image-of-init"),
        pytest.param(
            pod("Failed", terminated={"exitCode": 137, "reason": "OOMKilled"}), "OOMKilled", id="memory"
        ),
        pytest.param(
            pod("Succeeded", terminated={"exitCode": 0, "reason": "Completed"}), "exit code 0", id="done"
        ),
        pytest.param(
            {"metadata": {}, "status": {"phase": "Failed", "reason": "Evicted"}}, "Evicted", id="evicted"
        ),
    ],
)
def test_no_hope(seen, words):
    _, sentence = describe_ending(seen)
    assert words in sentence


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(None, id="not-seen-yet"),
        pytest.param({"metadata": {}, "status": {}}, id="new"),
        pytest.param(pod(), id="pending"),
        pytest.param(pod(waiting="ContainerCreating"), id="creating"),
        pytest.param(pod(waiting="ImagePullBackOff"), id="a-registry-that-may-come-back"),
        pytest.param(pod("Running", terminated={"exitCode": 1}), id="first-crash-is-restarted"),
        pytest.param(pod("Running"), id="running"),
        pytest.param(init(waiting="CrashLoopBackOff"), id="an-init-container-is-tried-again"),
    ],
)
def test_hope(seen):
    assert describe_ending(seen) is None


def test_a_pod_that_ran_and_is_gone():
    assert describe_ending(None, started=True)
