"""How does a pod end: what does its process see, how long is waited, what goes with it?"""

from __future__ import annotations

import asyncio
import time

import pytest
import pytest_asyncio

from tests.contract.api_client import unique
from tests.contract.pod_samples import container, is_ready, phase, pod, sh, shared, terminated
from tests.contract.samples import claim, secret

pytestmark = pytest.mark.asyncio(loop_scope="module")
FOREVER = "while :; do sleep 0.1; done"
DEAF = f"trap '' TERM; {FOREVER}"


def cast(target) -> list[dict]:
    """Every pod of this file."""
    hook = {"preStop": sh("touch $S/stop; sleep 1")}
    until_stopped = "while [ ! -e $S/stop ]; do sleep 0.1; done; exit 5"
    database = container(target, f"trap 'exit 0' TERM; {FOREVER}", "database", restartPolicy="Always")
    return [
        pod("polite", container(target, f"trap 'exit 7' TERM; {FOREVER}"), terminationGracePeriodSeconds=30),
        pod("deaf", container(target, DEAF), terminationGracePeriodSeconds=2),
        pod("shortened", container(target, DEAF), terminationGracePeriodSeconds=12),
        pod("at-once", container(target, DEAF), terminationGracePeriodSeconds=60),
        shared(
            "hooked",
            container(target, f"trap 'exit 6' TERM; {until_stopped}", lifecycle=hook),
            terminationGracePeriodSeconds=30,
        ),
        pod("owner", container(target, FOREVER)),
        pod("finished", container(target, "exit 0")),
        pod("user", container(target, f"trap 'exit 0' TERM; {FOREVER}"),
            volumes=[{"name": "home", "persistentVolumeClaim": {"claimName": "used"}}]),
        pod("with-database", container(target, f"trap 'sleep 1; exit 0' TERM; {FOREVER}"),
            initContainers=[database], terminationGracePeriodSeconds=30),
    ]  # fmt: skip


@pytest_asyncio.fixture(loop_scope="module", scope="module", autouse=True)
async def started(api) -> None:
    (await api.create("persistentvolumeclaims", claim("used"))).ok()
    for answer in await asyncio.gather(*(api.create("pods", body) for body in cast(api.target))):
        answer.ok(201)


async def ended(api, name: str, options: dict | None = None, seconds: float = 45) -> tuple[dict, float]:
    """Delete a pod; its last state before it was gone, and how long that took."""
    await api.pod_until(name, is_ready)
    await asyncio.sleep(0.3)  # the script needs a moment to set its trap, which no status shows
    async with api.watch("pods", fieldSelector=f"metadata.name={name}") as watch:
        await watch.next()
        began = time.monotonic()
        (await api.delete("pods", name, options)).ok(200)
        seen = await watch.until(lambda event: event["type"] == "DELETED", seconds)
    return seen[-1]["object"], time.monotonic() - began


async def test_a_process_may_say_goodbye(api) -> None:
    last, seconds = await ended(api, "polite")
    assert terminated(last)["exitCode"] == 7
    assert seconds < 15
    assert last["metadata"]["deletionGracePeriodSeconds"] in {0, 30}


async def test_a_process_that_does_not_listen_is_killed(api) -> None:
    last, seconds = await ended(api, "deaf")
    assert terminated(last)["exitCode"] == 137
    assert 1.5 < seconds < 15


async def test_a_deletion_is_marked_first(api) -> None:
    await api.pod_until("shortened", is_ready)
    marked = (await api.delete("pods", "shortened")).ok(200)
    assert marked["metadata"]["deletionGracePeriodSeconds"] == 12
    first = marked["metadata"]["deletionTimestamp"]
    assert (await api.get("pods", "shortened")).ok()["metadata"]["deletionTimestamp"] == first
    longer = (await api.delete("pods", "shortened", {"gracePeriodSeconds": 600})).ok(200)
    assert longer["metadata"]["deletionTimestamp"] == first
    (await api.create("pods", pod("shortened", container(api.target, "exit 0")))).failed(409, "AlreadyExists")
    shorter = (await api.delete("pods", "shortened", {"gracePeriodSeconds": 1})).ok(200)
    assert shorter["metadata"]["deletionGracePeriodSeconds"] == 1
    assert shorter["metadata"]["deletionTimestamp"] < first
    # Not sooner than now: a kubelet on containerd still waits for the first stop that it asked for.
    await api.gone("pods", "shortened", seconds=40)


async def test_no_grace_at_all(api) -> None:
    await api.pod_until("at-once", is_ready)
    (await api.delete("pods", "at-once", {"gracePeriodSeconds": 0})).ok(200)
    (await api.get("pods", "at-once")).failed(404, "NotFound")
    (await api.create("pods", pod("at-once", container(api.target, "exit 0")))).ok(201)
    again = await api.pod_until("at-once", phase("Succeeded"))
    assert "deletionTimestamp" not in again["metadata"]


async def test_a_hook_runs_before_the_signal(api) -> None:
    last, _ = await ended(api, "hooked")
    assert terminated(last)["exitCode"] == 5


async def test_the_database_goes_last(api) -> None:
    last, seconds = await ended(api, "with-database")
    assert seconds < 20
    assert (terminated(last)["exitCode"], terminated(last, "database")["exitCode"]) == (0, 0)
    assert terminated(last, "database")["finishedAt"] >= terminated(last)["finishedAt"]


async def test_what_a_running_pod_owns_goes_with_it(api) -> None:
    running = await api.pod_until("owner", is_ready)
    name = unique("owned")
    body = secret(name)
    body["metadata"]["ownerReferences"] = [
        {"apiVersion": "v1", "kind": "Pod", "name": "owner", "uid": running["metadata"]["uid"]}
    ]
    (await api.create("secrets", body)).ok()
    (await api.delete("pods", "owner")).ok()
    await api.gone("pods", "owner")
    await api.gone("secrets", name)
    assert (await api.get("secrets", name)).status == 404


async def test_a_finished_pod_stays_until_it_is_deleted(api) -> None:
    await api.pod_until("finished", phase("Succeeded"))
    (await api.delete("pods", "finished")).ok(200)
    await api.gone("pods", "finished")
    assert (await api.get("pods", "finished")).status == 404


async def test_a_home_in_use_is_kept(api) -> None:
    await api.pod_until("user", is_ready)
    (await api.delete("persistentvolumeclaims", "used")).ok(200)
    held = (await api.get("persistentvolumeclaims", "used")).ok()
    assert held["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]
    assert held["metadata"]["deletionTimestamp"]
    (await api.create("persistentvolumeclaims", claim("used"))).failed(409, "AlreadyExists")
    (await api.delete("pods", "user")).ok()
    await api.gone("pods", "user")
    await api.gone("persistentvolumeclaims", "used")
