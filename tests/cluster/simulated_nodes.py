"""How does the cluster get hundreds of nodes that cost nothing? KWOK (kwok.sigs.k8s.io) plays them."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.cluster import build, control, launcher, paths
from tests.cluster.api import Api
from tests.cluster.info import ClusterInfo
from tests.cluster.progress import Progress
from tests.cluster.run import Run

ANNOTATION = "kwok.x-k8s.io/node"
TAINT = {"key": ANNOTATION, "value": "fake", "effect": "NoSchedule"}


@contextmanager
def simulated_nodes(
    cluster: ClusterInfo, count: int, *, pods_per_node: int = 200, ready_seconds: float = 0.5
) -> Iterator[list[str]]:
    """`count` Ready nodes named simulated-N, and their names; gone at the end with the pods on them.

    They carry a taint, so that only a pod with the toleration TAINT (key, NoSchedule) and the node selector
    `type: kwok` lands there; everything else stays on the real node. Such a pod is Running and ready after
    `ready_seconds`, with `hub_ip` as its address: one responder of the test's own answers for all of them.
    KWOK is built at the first use.
    """
    run = cluster.own_run("simulated nodes")
    programs = build.build(build.kwok_suite(), Progress())
    _write_stages(run, ready_seconds)
    link = run.folder / "kwok"
    link.unlink(missing_ok=True)
    link.symlink_to(programs / "kwok")
    control.ask(run.folder, "start", "kwok")
    names = [f"simulated-{number}" for number in range(count)]
    api = cluster.api()
    try:
        for name in names:
            api.create("/api/v1/nodes", _node(name, pods_per_node), may_exist=True)
        launcher.wait_for(run, "simulated nodes", lambda: all_ready(api, names), seconds=60)
        yield names
    finally:
        for name in names:
            _forget(api, name)
        control.ask(run.folder, "stop", "kwok")


def _write_stages(run: Run, ready_seconds: float) -> None:
    stages = (paths.HERE / "kwok" / "stages.yaml").read_text()
    stages = stages.replace("POD_ADDRESS", run.host_address)
    stages = stages.replace("READY_MILLISECONDS", str(round(ready_seconds * 1000)))
    (run.folder / "kwok-stages.yaml").write_text(stages)


def all_ready(api: Api, names: list[str]) -> bool:
    """Whether every one of these nodes is Ready."""
    return all(launcher.is_node_ready(api, name) for name in names)


def _forget(api: Api, name: str) -> None:
    """Delete the node and, without waiting for anybody, the pods on it."""
    pods = api.get(f"/api/v1/pods?fieldSelector=spec.nodeName%3D{name}")["items"]
    for pod in pods:
        metadata = pod["metadata"]
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
        api.delete(f"{path}?gracePeriodSeconds=0")
    api.delete(f"/api/v1/nodes/{name}")


def _node(name: str, pods: int) -> dict:
    capacity = {"cpu": "64", "memory": "256Gi", "pods": str(pods)}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {ANNOTATION: "fake", "node.alpha.kubernetes.io/ttl": "0"},
            "labels": {"type": "kwok", "kubernetes.io/hostname": name, "kubernetes.io/os": "linux"},
        },
        "spec": {"taints": [TAINT]},
        "status": {"allocatable": capacity, "capacity": capacity},
    }
