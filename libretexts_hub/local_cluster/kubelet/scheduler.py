"""May a pod run on the one node, and if not, why?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from libretexts_hub.local_cluster.clock import timestamp
from libretexts_hub.local_cluster.kubelet.events import Events
from libretexts_hub.local_cluster.kubelet.node_selection import selects
from libretexts_hub.local_cluster.kubelet.quantity import parse_quantity
from libretexts_hub.local_cluster.store import ApiError, Object, Store

NO_PREEMPTION = (
    "no new claims to deallocate, preemption: 0/1 nodes are available: "
    "1 Preemption is not helpful for scheduling."
)


@dataclass(frozen=True)
class Refusal:
    """Why a pod stays Pending. `message` is the scheduler's; a gated pod makes no event."""

    message: str
    reason: str = "Unschedulable"


def refusal(
    pod: Object, node: Object, claims: Mapping[str, Object | None], others: Iterable[Object] = ()
) -> Refusal | None:
    """None when the pod fits. `claims`: the claims that the pod names, None where there is none; `others`:
    the pods that are on the node.

    Follows the default plugins of k8s.io/kubernetes/pkg/scheduler as far as one node of a laptop needs
    them: gates, claims, node selector and required affinity, extended resources. Processors and memory are
    not counted, since the processes share them with everything else here anyway.
    """
    spec = pod["spec"]
    if spec.get("schedulingGates"):
        return Refusal("Scheduling is blocked due to non-empty scheduling gates", "SchedulingGated")
    for name, claim in claims.items():
        problem = _claim_problem(name, claim)
        if problem:
            return Refusal(f"0/1 nodes are available: {problem}. {NO_PREEMPTION}")
    reasons = []
    if not selects(spec, node):
        reasons.append("node(s) didn't match Pod's node affinity/selector")
    reasons += [f"Insufficient {name}" for name in _missing_resources(spec, node, others)]
    if reasons:
        counted = ", ".join(f"1 {reason}" for reason in reasons)
        return Refusal(f"0/1 nodes are available: {counted}. {NO_PREEMPTION}")
    return None


def claim_names(pod: Object) -> list[str]:
    """The claims that a pod mounts."""
    volumes = pod["spec"].get("volumes") or []
    return [
        item["persistentVolumeClaim"]["claimName"] for item in volumes if item.get("persistentVolumeClaim")
    ]


def _claim_problem(name: str, claim: Object | None) -> str | None:
    if claim is None:
        return f'persistentvolumeclaim "{name}" not found'
    if "deletionTimestamp" in claim["metadata"]:
        return f'persistentvolumeclaim "{name}" is being deleted'
    if claim.get("status", {}).get("phase") == "Lost":
        return f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume ""'
    if claim.get("status", {}).get("phase") != "Bound":
        return "pod has unbound immediate PersistentVolumeClaims"
    return None


def _missing_resources(spec: Mapping[str, Any], node: Object, others: Iterable[Object]) -> list[str]:
    """Extended resources (nvidia.com/gpu, ...) of which the node has too few left."""
    wanted = _extended_resources(spec)
    if not wanted:
        return []
    offered = node.get("status", {}).get("allocatable") or {}
    left = {name: parse_quantity(offered.get(name, 0)) for name in wanted}
    for other in others:
        for name, amount in _extended_resources(other["spec"]).items():
            if name in left:
                left[name] -= amount
    return sorted(name for name, amount in wanted.items() if amount > left[name])


def _extended_resources(spec: Mapping[str, Any]) -> dict[str, Decimal]:
    wanted: dict[str, Decimal] = {}
    for container in spec.get("containers") or []:
        resources = container.get("resources") or {}
        for name, amount in ((resources.get("limits") or {}) | (resources.get("requests") or {})).items():
            if "/" in name:
                wanted[name] = wanted.get(name, Decimal(0)) + parse_quantity(amount)
    return wanted


@dataclass
class Scheduler:
    """Binds pods to the node; the ones that do not fit are looked at again when something has changed."""

    store: Store
    events: Events
    node_name: str
    pending: dict[str, tuple[str, str]] = field(default_factory=dict)  # uid -> namespace, name

    def consider(self, pod: Object) -> None:
        """Bind the pod, or say why not. A pod that is bound, deleted or another scheduler's is left alone."""
        meta, spec = pod["metadata"], pod["spec"]
        others = (spec.get("schedulerName") or "default-scheduler") != "default-scheduler"
        if spec.get("nodeName") or "deletionTimestamp" in meta or others:
            self.pending.pop(meta["uid"], None)
            return
        found = {
            name: self.store.find("persistentvolumeclaims", meta["namespace"], name)
            for name in claim_names(pod)
        }
        problem = refusal(pod, self._node(), found, self._placed())
        try:
            if problem is None:
                self._bind(pod)
            else:
                self._refuse(pod, problem)
        except ApiError:  # deleted or replaced meanwhile
            self.pending.pop(meta["uid"], None)

    def consider_pending(self, namespace: str | None = None) -> None:
        """Something changed (a claim, the node).

        Look again at every pod that waits in this namespace, or in all.
        """
        for uid, (where, name) in list(self.pending.items()):
            if namespace not in (None, where):
                continue
            pod = self.store.find("pods", where, name)
            if pod is None or pod["metadata"]["uid"] != uid:
                del self.pending[uid]
            else:
                self.consider(pod)

    def forget(self, uid: str) -> None:
        """The pod has gone."""
        self.pending.pop(uid, None)

    def _placed(self) -> Iterator[Object]:
        """The pods that are on the node and have not ended; looked at only when it matters."""
        for pod in self.store.list("pods")[0]:
            ended = pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
            if pod["spec"].get("nodeName") == self.node_name and not ended:
                yield pod

    def _node(self) -> Object:
        found = self.store.find("nodes", None, self.node_name)
        return found or {"metadata": {"name": self.node_name, "labels": {}}}

    def _bind(self, pod: Object) -> None:
        meta = pod["metadata"]
        self.pending.pop(meta["uid"], None)

        def change(new: Object) -> None:
            new["spec"]["nodeName"] = self.node_name
            _set_scheduled(new, "True", {})

        bound = self.store.update("pods", meta["namespace"], meta["name"], change, uid=meta["uid"])
        message = f"Successfully assigned {meta['namespace']}/{meta['name']} to {self.node_name}"
        self.events.scheduled(bound, "Normal", "Scheduled", "Binding", message)

    def _refuse(self, pod: Object, problem: Refusal) -> None:
        meta = pod["metadata"]
        self.pending[meta["uid"]] = (meta["namespace"], meta["name"])
        details = {"reason": problem.reason, "message": problem.message}

        def change(new: Object) -> None:
            new.setdefault("status", {}).setdefault("phase", "Pending")
            _set_scheduled(new, "False", details)

        changed = self.store.update("pods", meta["namespace"], meta["name"], change, uid=meta["uid"])
        if changed is not pod and problem.reason == "Unschedulable":
            self.events.scheduled(changed, "Warning", "FailedScheduling", "Scheduling", problem.message)


def _set_scheduled(pod: Object, value: str, details: Mapping[str, str]) -> None:
    status = pod.setdefault("status", {})
    conditions = status.setdefault("conditions", [])
    old = next((item for item in conditions if item["type"] == "PodScheduled"), None)
    since = old["lastTransitionTime"] if old and old.get("status") == value else timestamp()
    fresh: Object = {
        "type": "PodScheduled",
        "status": value,
        "lastProbeTime": None,
        "lastTransitionTime": since,
        **details,
    }
    if "generation" in pod["metadata"]:
        fresh["observedGeneration"] = pod["metadata"]["generation"]
    if fresh != old:
        status["conditions"] = [item for item in conditions if item is not old] + [fresh]
