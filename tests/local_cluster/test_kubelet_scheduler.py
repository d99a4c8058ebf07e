"""Which pods come to the node, and what do the others say?"""

import pytest

from libretexts_hub.local_cluster.kubelet.scheduler import refusal
from tests.local_cluster.node_harness import Harness, sh, until

NODE = {
    "metadata": {"name": "local", "labels": {"pool": "small", "cpus": "8"}},
    "status": {"allocatable": {"example.org/gpu": "1"}},
}
BOUND = {"metadata": {"name": "x"}, "status": {"phase": "Bound"}}
SELECTOR = "1 node(s) didn't match Pod's node affinity/selector"


def _affinity(*expressions: dict) -> dict:
    terms = [{"matchExpressions": list(expressions)}]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    return {"affinity": {"nodeAffinity": required}}


def _gpus(number: int) -> dict:
    return {"containers": [{"name": "c", "resources": {"limits": {"example.org/gpu": str(number)}}}]}


@pytest.mark.parametrize(
    ("spec", "claims", "words"),
    [
        pytest.param({}, {}, None, id="plain"),
        pytest.param({"nodeSelector": {"pool": "small"}}, {}, None, id="selector fits"),
        pytest.param({"nodeSelector": {"pool": "hpc"}}, {}, SELECTOR, id="selector"),
        pytest.param(
            _affinity({"key": "pool", "operator": "In", "values": ["a", "small"]}), {}, None, id="in"
        ),
        pytest.param(
            _affinity({"key": "pool", "operator": "NotIn", "values": ["small"]}), {}, SELECTOR, id="not in"
        ),
        pytest.param(_affinity({"key": "cpus", "operator": "Gt", "values": ["4"]}), {}, None, id="gt"),
        pytest.param(_affinity({"key": "cpus", "operator": "Lt", "values": ["4"]}), {}, SELECTOR, id="lt"),
        pytest.param(_affinity({"key": "none", "operator": "Exists"}), {}, SELECTOR, id="exists"),
        pytest.param(_affinity({"key": "none", "operator": "DoesNotExist"}), {}, None, id="does not exist"),
        pytest.param(_affinity(), {}, SELECTOR, id="an empty term selects nothing"),
        pytest.param(_gpus(1), {}, None, id="one gpu"),
        pytest.param(_gpus(2), {}, "1 Insufficient example.org/gpu", id="two gpus"),
        pytest.param({}, {"x": BOUND}, None, id="bound"),
        pytest.param({}, {"x": None}, 'persistentvolumeclaim "x" not found', id="no claim"),
        pytest.param(
            {},
            {"x": {**BOUND, "metadata": {"deletionTimestamp": "now"}}},
            'persistentvolumeclaim "x" is being deleted',
            id="deleted claim",
        ),
        pytest.param(
            {},
            {"x": {**BOUND, "status": {"phase": "Pending"}}},
            "pod has unbound immediate PersistentVolumeClaims",
            id="unbound",
        ),
    ],
)
def test_refusals(spec: dict, claims: dict, words: str | None) -> None:
    pod = {"metadata": {"name": "p"}, "spec": {"containers": [], **spec}}
    found = refusal(pod, NODE, claims)
    if words is None:
        assert found is None
    else:
        assert found is not None
        assert found.message.startswith(f"0/1 nodes are available: {words}. ")
        assert found.reason == "Unschedulable"


async def test_a_pod_waits_for_its_claim(node: Harness) -> None:
    node.pod("waits", sh("true"), volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "late"}}])
    await until(lambda: node.condition("waits", "PodScheduled").get("reason") == "Unschedulable")
    assert 'persistentvolumeclaim "late" not found' in node.condition("waits", "PodScheduled")["message"]
    failed = [item for item in node.events("waits") if item["reason"] == "FailedScheduling"]
    assert 'persistentvolumeclaim "late" not found' in failed[0]["message"]
    assert failed[0]["type"] == "Warning"
    node.claim("late")
    assert (await node.finished("waits"))["phase"] == "Succeeded"


async def test_a_gated_pod_waits_silently_until_its_gate_is_lifted(node: Harness) -> None:
    node.pod("gated", sh("true"), schedulingGates=[{"name": "queue"}])
    await until(lambda: node.condition("gated", "PodScheduled").get("reason") == "SchedulingGated")
    assert node.events("gated") == []
    node.store.update("pods", "default", "gated", lambda pod: pod["spec"].pop("schedulingGates"))
    await node.finished("gated")


async def test_a_pod_that_was_never_scheduled_is_deleted_at_once(node: Harness) -> None:
    node.pod("never", sh("true"), nodeSelector={"pool": "hpc"})
    await until(lambda: node.condition("never", "PodScheduled"))
    node.store.delete("pods", "default", "never")
    assert node.get("never") is None
