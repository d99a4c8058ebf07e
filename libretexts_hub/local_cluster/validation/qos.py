"""Which quality of service does a pod have?

The rules are those of pkg/apis/core/v1/helper/qos: cpu and memory of every container count.
"""

from typing import Any

COUNTED = ("cpu", "memory")


def qos_class(spec: dict[str, Any]) -> str:
    """Guaranteed, Burstable or BestEffort."""
    containers = [*spec.get("containers", []), *spec.get("initContainers", [])]
    requests = [_counted(item, "requests") for item in containers]
    limits = [_counted(item, "limits") for item in containers]
    if not any(requests) and not any(limits):
        return "BestEffort"
    if all(len(limit) == len(COUNTED) for limit in limits) and requests == limits:
        return "Guaranteed"
    return "Burstable"


def _counted(container: dict[str, Any], kind: str) -> dict[str, str]:
    values = (container.get("resources") or {}).get(kind) or {}
    return {name: values[name] for name in COUNTED if values.get(name, "0") != "0"}
