"""What does `kubectl get pods` print about a pod?

The rules are those of printPod in pkg/printers/internalversion/printers.go.
"""

from dataclasses import dataclass
from typing import Any

from libretexts_hub.local_cluster.api.age import age

Object = dict[str, Any]
NONE = "<none>"


@dataclass
class Summary:
    """Counts over the containers of a pod, and the one word for its state."""

    reason: str
    ready: int = 0
    restarts: int = 0
    last_restart: str = ""

    def count(self, container: Object) -> None:
        """Count the restarts of a container."""
        self.restarts += container.get("restartCount", 0)
        ended = container.get("lastState", {}).get("terminated", {}).get("finishedAt") or ""
        self.last_restart = max(self.last_restart, ended)


def pod_cells(pod: Object) -> list[Any]:
    """The cells of a pod, the wide ones last."""
    meta, spec, status = pod["metadata"], pod["spec"], pod.get("status", {})
    sidecars = {
        item["name"] for item in spec.get("initContainers", []) if item.get("restartPolicy") == "Always"
    }
    summary = _summary(pod, sidecars)
    restarts = str(summary.restarts)
    if summary.restarts and summary.last_restart:
        restarts = f"{restarts} ({age(summary.last_restart)} ago)"
    ready = f"{summary.ready}/{len(spec.get('containers', [])) + len(sidecars)}"
    wide = [
        status.get("podIP") or NONE,
        spec.get("nodeName") or NONE,
        status.get("nominatedNodeName") or NONE,
    ]
    return [
        meta["name"],
        ready,
        summary.reason,
        restarts,
        age(meta.get("creationTimestamp")),
        *wide,
        _gates(spec, status),
    ]


def _summary(pod: Object, sidecars: set[str]) -> Summary:
    status = pod.get("status", {})
    conditions = {item["type"]: item for item in status.get("conditions", []) if "type" in item}
    summary = Summary(status.get("reason") or status.get("phase", ""))
    if conditions.get("PodScheduled", {}).get("reason") == "SchedulingGated":
        summary.reason = "SchedulingGated"
    is_initializing = _initial(pod, sidecars, summary)
    if not is_initializing or conditions.get("Initialized", {}).get("status") == "True":
        _main(pod, sidecars, summary, is_ready=conditions.get("Ready", {}).get("status") == "True")
    if pod["metadata"].get("deletionTimestamp"):
        if status.get("reason") == "NodeLost":
            summary.reason = "Unknown"
        elif status.get("phase") not in ("Succeeded", "Failed"):
            summary.reason = "Terminating"
    return summary


def _initial(pod: Object, sidecars: set[str], summary: Summary) -> bool:
    """Count the init containers; True when one of them is still what the pod waits for."""
    for index, container in enumerate(pod.get("status", {}).get("initContainerStatuses", [])):
        summary.count(container)
        state = container.get("state", {})
        if state.get("terminated", {}).get("exitCode") == 0:
            continue
        if container.get("name") in sidecars and container.get("started"):
            summary.ready += bool(container.get("ready"))
            continue
        waiting = state.get("waiting", {}).get("reason", "")
        if "terminated" in state:
            summary.reason = f"Init:{_ended(state['terminated'])}"
        elif waiting and waiting != "PodInitializing":
            summary.reason = f"Init:{waiting}"
        else:
            summary.reason = f"Init:{index}/{len(pod['spec'].get('initContainers', []))}"
        return True
    return False


def _main(pod: Object, sidecars: set[str], summary: Summary, *, is_ready: bool) -> None:
    status = pod.get("status", {})
    summary.restarts, summary.last_restart = 0, ""
    for container in status.get("initContainerStatuses", []):
        if container.get("name") in sidecars:
            summary.count(container)
    is_running, failure = False, ""
    for container in reversed(status.get("containerStatuses", [])):
        summary.count(container)
        state = container.get("state", {})
        if state.get("waiting", {}).get("reason"):
            summary.reason = state["waiting"]["reason"]
        elif "terminated" in state:
            summary.reason = _ended(state["terminated"])
            failure = summary.reason if state["terminated"].get("exitCode") else failure
        elif container.get("ready") and "running" in state:
            is_running = True
            summary.ready += 1
    if summary.reason == "Completed":
        if is_running and is_ready:
            summary.reason = "Running"
        elif failure:
            summary.reason = failure
        elif is_running:
            summary.reason = "NotReady"


def _ended(terminated: Object) -> str:
    if terminated.get("reason"):
        return str(terminated["reason"])
    if terminated.get("signal"):
        return f"Signal:{terminated['signal']}"
    return f"ExitCode:{terminated.get('exitCode', 0)}"


def _gates(spec: Object, status: Object) -> str:
    gates = spec.get("readinessGates", [])
    if not gates:
        return NONE
    true = {item.get("type") for item in status.get("conditions", []) if item.get("status") == "True"}
    return f"{sum(gate.get('conditionType') in true for gate in gates)}/{len(gates)}"
