"""Which conditions does a pod have, and since when?"""

from collections.abc import Sequence

from libretexts_hub.local_cluster.kubelet.container_state import ContainerState, Role
from libretexts_hub.local_cluster.store import Object

OWNED = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")


def pod_conditions(
    pod: Object,
    states: Sequence[ContainerState],
    *,
    phase: str,
    sandbox_ready: bool,
    has_initialized: bool,
    now: str,
) -> list[Object]:
    """The conditions that the kubelet writes (pkg/kubelet/status/generate.go).

    Others that the pod has are kept.
    """
    old = {condition["type"]: condition for condition in pod.get("status", {}).get("conditions") or []}
    others = [condition for kind, condition in old.items() if kind not in OWNED]
    containers_ready = _containers_ready(states, phase)
    fresh = [
        _condition("PodReadyToStartContainers", sandbox_ready),
        _initialized(states, phase, has_initialized),
        {**_ready(pod, containers_ready, old), "type": "Ready"},
        containers_ready,
        _condition("PodScheduled", True),
    ]
    generation = pod["metadata"].get("generation")
    return others + [_dated(condition, old.get(condition["type"]), generation, now) for condition in fresh]


def _condition(kind: str, holds: bool, reason: str = "", message: str = "") -> Object:
    condition = {"type": kind, "status": "True" if holds else "False"}
    if reason:
        condition["reason"] = reason
    if message:
        condition["message"] = message
    return condition


def _dated(condition: Object, old: Object | None, generation: int | None, now: str) -> Object:
    changed = old is None or old.get("status") != condition["status"]
    since = now if changed or old is None else old.get("lastTransitionTime") or now
    dated = {**condition, "lastProbeTime": None, "lastTransitionTime": since}
    return dated if generation is None else {**dated, "observedGeneration": generation}


def _initialized(states: Sequence[ContainerState], phase: str, has_initialized: bool) -> Object:
    if phase == "Succeeded":
        return _condition("Initialized", True, "PodCompleted")
    if has_initialized:
        return _condition("Initialized", True)
    incomplete = [
        state.name
        for state in states
        if (state.role is Role.SIDECAR and not state.started) or (state.role is Role.INIT and not state.ready)
    ]
    if incomplete:
        message = f"containers with incomplete status: [{' '.join(incomplete)}]"
        return _condition("Initialized", False, "ContainersNotInitialized", message)
    return _condition("Initialized", True)


def _containers_ready(states: Sequence[ContainerState], phase: str) -> Object:
    if phase in ("Succeeded", "Failed"):
        reason = "PodCompleted" if phase == "Succeeded" else "PodFailed"
        return _condition("ContainersReady", False, reason)
    unready = [state.name for state in states if state.role is not Role.INIT and not state.ready]
    if unready:
        message = f"containers with unready status: [{' '.join(unready)}]"
        return _condition("ContainersReady", False, "ContainersNotReady", message)
    return _condition("ContainersReady", True)


def _ready(pod: Object, containers_ready: Object, old: dict[str, Object]) -> Object:
    if containers_ready["status"] != "True":
        return containers_ready
    messages = []
    for gate in pod["spec"].get("readinessGates") or []:
        kind = gate["conditionType"]
        found = old.get(kind)
        if found is None:
            messages.append(f'corresponding condition of pod readiness gate "{kind}" does not exist.')
        elif found.get("status") != "True":
            messages.append(
                f'the status of pod readiness gate "{kind}" is not "True", but {found.get("status")}'
            )
    if messages:
        return _condition("Ready", False, "ReadinessGatesNotReady", ", ".join(messages))
    return _condition("Ready", True)
