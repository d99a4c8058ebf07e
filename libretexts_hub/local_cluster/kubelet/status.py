"""What does a pod's status say?"""

from collections.abc import Sequence
from dataclasses import dataclass

from libretexts_hub.local_cluster.kubelet.conditions import pod_conditions
from libretexts_hub.local_cluster.kubelet.container_state import ContainerState, Role
from libretexts_hub.local_cluster.kubelet.phase import pod_phase
from libretexts_hub.local_cluster.store import Object


@dataclass
class PodFacts:
    """What the kubelet knows of a pod besides its containers."""

    host_ip: str
    start_time: str
    pod_ip: str = ""
    sandbox_ready: bool = False
    has_initialized: bool = False
    is_terminal: bool = False
    failure: tuple[str, str] | None = None  # reason, message: the pod has been failed as a whole


def pod_status(pod: Object, states: Sequence[ContainerState], facts: PodFacts, now: str) -> Object:
    """The whole status, over the one that the pod has (generateAPIPodStatus in kubelet_pods.go)."""
    old: Object = pod.get("status") or {}
    policy = pod["spec"].get("restartPolicy") or "Always"
    phase = pod_phase(states, policy, is_terminal=facts.is_terminal, has_initialized=facts.has_initialized)
    if facts.failure is not None:
        phase = "Failed"
    elif old.get("phase") in ("Succeeded", "Failed"):
        phase = old["phase"]  # a pod never leaves a terminal phase
    conditions = pod_conditions(
        pod,
        states,
        phase=phase,
        sandbox_ready=facts.sandbox_ready,
        has_initialized=facts.has_initialized,
        now=now,
    )
    inits = [state for state in states if state.role is not Role.MAIN]
    shown: Object = {
        **{key: old[key] for key in ("nominatedNodeName", "resize") if key in old},
        "phase": phase,
        "conditions": conditions,
        "hostIP": facts.host_ip,
        "hostIPs": [{"ip": facts.host_ip}],
        "startTime": facts.start_time,
        "qosClass": old.get("qosClass") or qos_class(pod),
        "containerStatuses": [
            container_status(state, has_init=bool(inits)) for state in states if state.role is Role.MAIN
        ],
    }
    if "generation" in pod["metadata"]:
        shown["observedGeneration"] = pod["metadata"]["generation"]
    if facts.pod_ip:
        shown |= {"podIP": facts.pod_ip, "podIPs": [{"ip": facts.pod_ip}]}
    if inits:
        shown["initContainerStatuses"] = [container_status(state, has_init=True) for state in inits]
    if facts.failure is not None:
        shown |= {"reason": facts.failure[0], "message": facts.failure[1]}
    return shown


def container_status(state: ContainerState, *, has_init: bool) -> Object:
    """One entry of containerStatuses or initContainerStatuses."""
    return {
        "name": state.name,
        "image": state.spec.get("image", ""),
        "imageID": state.image_id,
        "containerID": state.container_id,
        "restartCount": state.restart_count,
        "ready": state.ready,
        "started": state.started,
        "state": _state(state, has_init),
        "lastState": {"terminated": state.last_termination.as_object()} if state.last_termination else {},
    }


def _state(state: ContainerState, has_init: bool) -> Object:
    if state.running_since:
        return {"running": {"startedAt": state.running_since}}
    if state.termination:
        return {"terminated": state.termination.as_object()}
    reason = state.waiting_reason
    if reason == "ContainerCreating" and has_init:
        reason = "PodInitializing"
    return {
        "waiting": {"reason": reason, **({"message": state.waiting_message} if state.waiting_message else {})}
    }


def qos_class(pod: Object) -> str:
    """BestEffort, Burstable or Guaranteed (pkg/apis/core/v1/helper/qos/qos.go)."""
    spec = pod["spec"]
    resources = [
        container.get("resources") or {}
        for container in [*spec.get("containers", []), *(spec.get("initContainers") or [])]
    ]
    compute = ("cpu", "memory")
    amounts = [
        {kind: {name: value for name, value in (entry.get(kind) or {}).items() if name in compute}}
        for entry in resources
        for kind in ("requests", "limits")
    ]
    if not any(value for amount in amounts for value in amount.values()):
        return "BestEffort"
    for entry in resources:
        limits = entry.get("limits") or {}
        requests = {**limits, **(entry.get("requests") or {})}
        if any(name not in limits or str(requests[name]) != str(limits[name]) for name in compute):
            return "Burstable"
    return "Guaranteed"
