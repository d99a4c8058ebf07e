"""Which pods and events does the API server show while a server waits? As it writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

UID = "0d1e2f"
BEGAN = datetime(2026, 11, 21, 9, 0, 0, tzinfo=UTC).timestamp()


def at(seconds: float) -> str:
    """So many seconds after the pod was made."""
    return datetime.fromtimestamp(BEGAN + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def pod(
    *, node: str = "", phase: str = "Pending", labels: dict[str, str] | None = None, gates=(), **status: Any
) -> dict[str, Any]:
    """A pod as the watch shows it."""
    spec: dict[str, Any] = {"containers": [{"name": "notebook"}]}
    spec |= {"nodeName": node} if node else {}
    spec |= {"schedulingGates": [{"name": gate} for gate in gates]} if gates else {}
    metadata = {"name": "jupyter-alice", "uid": UID, "labels": labels or {}, "creationTimestamp": at(0)}
    return {"metadata": metadata, "spec": spec, "status": {"phase": phase, **status}}


def unschedulable(message: str, reason: str = "Unschedulable") -> dict[str, Any]:
    """A pod for which the scheduler finds no place."""
    told = {"status": "False", "reason": reason, "message": message, "lastTransitionTime": at(0)}
    return pod(conditions=[{"type": "PodScheduled", **told}])


def waiting(reason: str, message: str = "", name: str = "notebook") -> dict[str, Any]:
    """A pod on a node with a container that waits."""
    state = {"waiting": {"reason": reason, "message": message}}
    return pod(node="node-7.internal", containerStatuses=[{"name": name, "state": state, "ready": False}])


def event(
    reason: str, message: str = "", *, seconds: float = 0, kind: str = "Normal", path: str = "", **more
):
    """An event of that pod, as the kubelet writes it."""
    involved = {"kind": "Pod", "name": "jupyter-alice", "uid": UID} | ({"fieldPath": path} if path else {})
    return {
        "metadata": {"uid": f"{reason}-{seconds}"},
        "involvedObject": involved,
        "reason": reason,
        "message": message,
        "type": kind,
        "eventTime": None,
        "firstTimestamp": at(seconds),
        "lastTimestamp": at(seconds),
        "count": 1,
    } | more
