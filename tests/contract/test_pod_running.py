"""Does a pod run, restart, get ready and end as a kubelet makes it?"""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio

from tests.contract.pod_samples import (
    condition,
    container,
    is_ready,
    phase,
    pod,
    sh,
    shared,
    state,
    terminated,
    waiting,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
FOREVER = "while :; do sleep 0.2; done"
STAMP = "date +%s%N"


def cast(target) -> list[dict]:
    """Every pod of this file."""
    return [
        pod("succeeds", container(target, "echo out; echo err >&2; exit 0")),
        pod("fails", container(target, "exit 3")),
        pod("last-words", container(target, "echo bad news; exit 1",
                                    terminationMessagePolicy="FallbackToLogsOnError")),
        pod("message", container(target, "printf 'all well' > $MESSAGE",
                                 env=[{"name": "MESSAGE", "value": "/dev/termination-log"}])),
        pod("runs", container(target, FOREVER), restartPolicy="Always"),
        shared(
            "retries",
            container(target, "[ -e $S/tried ] && exit 0; touch $S/tried; exit 9"),
            restartPolicy="OnFailure",
        ),
        pod("loops", container(target, "echo again; exit 4"), restartPolicy="Always"),
        shared(
            "in-order",
            container(target, f"{STAMP} > $S/main; cat $S/one $S/two $S/main"),
            initContainers=[
                container(target, f"{STAMP} > $S/one; sleep 1", "one"),
                container(target, f"[ -e $S/one ] && {STAMP} > $S/two", "two"),
            ],
        ),
        pod("init-fails", container(target, "exit 0"), initContainers=[container(target, "exit 5", "one")]),
        pod("init-loops", container(target, "exit 0"), restartPolicy="Always",
            initContainers=[container(target, "exit 5", "one")]),
        shared(
            "gets-ready",
            container(
                target,
                "while :; do sleep 3; touch $S/ready; sleep 4; rm $S/ready; done",
                readinessProbe={**sh("test -e $S/ready"), "periodSeconds": 1, "failureThreshold": 1},
            ),
        ),
        shared(
            "sick",
            container(
                target,
                f"[ -e $S/seen ] || {{ touch $S/seen $S/sick; }}; {FOREVER}",
                livenessProbe={**sh("! rm $S/sick 2>/dev/null"), "periodSeconds": 1, "failureThreshold": 1},
            ),
            restartPolicy="Always",
        ),
        shared(
            "sidecar",
            container(target, f"{STAMP} > $S/main; cat $S/up $S/main"),
            initContainers=[
                container(
                    target,
                    f"sleep 2; {STAMP} > $S/up; trap 'exit 0' TERM; {FOREVER}",
                    "database",
                    restartPolicy="Always",
                    startupProbe={**sh("test -e $S/up"), "periodSeconds": 1, "failureThreshold": 30},
                ),
                container(target, "test -e $S/up", "after"),
            ],
        ),
        pod("too-long", container(target, FOREVER), activeDeadlineSeconds=2),
        pod("two", container(target, "echo first", "first"), container(target, "echo second", "second")),
    ]  # fmt: skip


@pytest_asyncio.fixture(loop_scope="module", scope="module", autouse=True)
async def started(api) -> None:
    """All pods at once: they run side by side while the tests wait for one after the other."""
    answers = await asyncio.gather(*(api.create("pods", body) for body in cast(api.target)))
    for answer in answers:
        answer.ok(201)


async def test_a_pod_that_succeeds(api) -> None:
    ended = await api.pod_until("succeeds", phase("Succeeded"))
    over = terminated(ended)
    assert (over["exitCode"], over["reason"]) == (0, "Completed")
    assert over["startedAt"] <= over["finishedAt"]
    assert over["containerID"]
    assert [condition(ended, kind)["status"] for kind in ("PodScheduled", "Initialized")] == ["True", "True"]
    for kind in ("Ready", "ContainersReady"):
        assert (condition(ended, kind)["status"], condition(ended, kind)["reason"]) == (
            "False",
            "PodCompleted",
        )
    assert (state(ended)["ready"], state(ended)["started"], state(ended)["restartCount"]) == (False, False, 0)
    assert sorted((await api.log("succeeds")).split()) == ["err", "out"]


async def test_a_pod_that_fails(api) -> None:
    ended = await api.pod_until("fails", phase("Failed"))
    assert (terminated(ended)["exitCode"], terminated(ended)["reason"]) == (3, "Error")
    assert condition(ended, "Ready")["reason"] == "PodFailed"
    assert "reason" not in ended["status"]


async def test_a_failure_leaves_its_last_words(api) -> None:
    ended = await api.pod_until("last-words", phase("Failed"))
    assert terminated(ended)["message"] == "bad news\n"


async def test_a_process_leaves_a_message(api) -> None:
    ended = await api.pod_until("message", phase("Succeeded"))
    assert terminated(ended)["message"] == "all well"


async def test_a_pod_that_runs(api) -> None:
    running = await api.pod_until("runs", is_ready)
    status = running["status"]
    assert (status["phase"], status["podIPs"]) == ("Running", [{"ip": status["podIP"]}])
    assert {entry["type"] for entry in status["conditions"]} >= {
        "PodScheduled", "Initialized", "ContainersReady", "Ready", "PodReadyToStartContainers",
    }  # fmt: skip
    assert {entry["status"] for entry in status["conditions"]} == {"True"}
    assert status["hostIP"]
    assert status["startTime"]
    assert running["spec"]["nodeName"]
    main = state(running)
    assert (main["ready"], main["started"], main["restartCount"]) == (True, True, 0)
    assert main["state"]["running"]["startedAt"]
    assert main["imageID"]
    assert main["lastState"] == {}
    told = [(kind, reason) for kind, reason, _ in await api.events_of("runs")]
    assert {("Normal", reason) for reason in ("Scheduled", "Pulled", "Created", "Started")} <= set(told)


async def test_a_failure_is_tried_again(api) -> None:
    ended = await api.pod_until("retries", phase("Succeeded"))
    assert (state(ended)["restartCount"], terminated(ended)["exitCode"]) == (1, 0)
    # A kubelet keeps the last end but one here even when the last try has ended.
    assert state(ended)["lastState"].get("terminated", {"exitCode": 9})["exitCode"] == 9


async def test_a_crash_loop(api) -> None:
    seen = await api.pod_until("loops", lambda pod: waiting(pod).get("reason") == "CrashLoopBackOff")
    assert seen["status"]["phase"] == "Running"
    assert waiting(seen)["message"].startswith("back-off ")
    assert "restarting failed container=main pod=loops_" in waiting(seen)["message"]
    last = state(seen)["lastState"]["terminated"]
    assert (last["exitCode"], last["reason"]) == (4, "Error")
    assert state(seen)["restartCount"] >= 1
    assert condition(seen, "Ready")["reason"] == "ContainersNotReady"
    assert condition(seen, "Ready")["message"] == "containers with unready status: [main]"
    assert await api.log("loops", previous="true") == "again\n"
    assert ("Warning", "BackOff") in {(kind, reason) for kind, reason, _ in await api.events_of("loops")}


async def test_init_containers_run_in_order(api) -> None:
    await api.pod_until("in-order", phase("Succeeded"))
    stamps = [int(stamp) for stamp in (await api.log("in-order")).split()]
    assert stamps == sorted(stamps)
    assert stamps[1] - stamps[0] > 0.9e9


async def test_an_init_container_that_fails(api) -> None:
    ended = await api.pod_until("init-fails", phase("Failed"))
    assert terminated(ended, "one")["exitCode"] == 5
    assert waiting(ended)["reason"] == "PodInitializing"
    assert condition(ended, "Initialized")["status"] == "False"


async def test_an_init_container_that_fails_again_and_again(api) -> None:
    seen = await api.pod_until(
        "init-loops", lambda pod: waiting(pod, "one").get("reason") == "CrashLoopBackOff"
    )
    assert seen["status"]["phase"] == "Pending"
    initialized = condition(seen, "Initialized")
    assert (initialized["status"], initialized["reason"]) == ("False", "ContainersNotInitialized")
    assert initialized["message"] == "containers with incomplete status: [one]"


async def test_a_probe_makes_ready_and_unready(api) -> None:
    ready = await api.pod_until("gets-ready", is_ready)
    began, became = (
        state(ready)["state"]["running"]["startedAt"],
        condition(ready, "Ready")["lastTransitionTime"],
    )
    assert began < became
    seen = await api.pod_until("gets-ready", lambda pod: not is_ready(pod))
    assert (seen["status"]["phase"], state(seen)["restartCount"]) == ("Running", 0)
    told = await api.events_of("gets-ready")
    assert any(
        (kind, reason) == ("Warning", "Unhealthy") and "Readiness" in text for kind, reason, text in told
    )


async def test_a_sick_container_is_restarted(api) -> None:
    seen = await api.pod_until("sick", lambda pod: state(pod).get("restartCount", 0) >= 1 and is_ready(pod))
    assert state(seen)["lastState"]["terminated"]["exitCode"] in {137, 143}
    told = {(kind, reason) for kind, reason, _ in await api.events_of("sick")}
    assert {("Warning", "Unhealthy"), ("Normal", "Killing")} <= told


async def test_a_sidecar_is_up_before_and_goes_after(api) -> None:
    ended = await api.pod_until("sidecar", phase("Succeeded"))
    up, main = (int(stamp) for stamp in (await api.log("sidecar", container="main")).split())
    assert up < main
    assert terminated(ended, "after")["exitCode"] == 0
    assert terminated(ended, "database")["finishedAt"] >= terminated(ended)["finishedAt"]
    assert terminated(ended, "database")["exitCode"] == 0


async def test_a_pod_that_takes_too_long(api) -> None:
    ended = await api.pod_until("too-long", phase("Failed"))
    assert ended["status"]["reason"] == "DeadlineExceeded"


async def test_the_log_of_one_container(api) -> None:
    await api.pod_until("two", phase("Succeeded"))
    assert await api.log("two", container="second") == "second\n"
    (await api.get("pods", "two", "log", container="third")).failed(400, "BadRequest")
    (await api.get("pods", "absent", "log")).failed(404, "NotFound")
    assert (await api.log("two", container="first", tailLines=0)) == ""
