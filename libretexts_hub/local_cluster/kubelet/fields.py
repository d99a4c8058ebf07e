"""What does a pod see of itself? The values of the downward API (fieldRef, resourceFieldRef)."""

import json
import os
from collections.abc import Mapping
from typing import Any

from libretexts_hub.local_cluster.kubelet.quantity import divided
from libretexts_hub.local_cluster.store import Object

_PLAIN = {
    "metadata.name": ("metadata", "name"),
    "metadata.namespace": ("metadata", "namespace"),
    "metadata.uid": ("metadata", "uid"),
    "spec.nodeName": ("spec", "nodeName"),
    "spec.serviceAccountName": ("spec", "serviceAccountName"),
}
_ADDRESSES = {"status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"}


class FieldError(ValueError):
    """The pod asks for a field that the downward API does not have."""


def field_value(pod: Object, path: str, *, pod_ip: str, host_ip: str) -> str:
    """The value of a fieldRef (pkg/fieldpath/fieldpath.go). FieldError for a path that is not supported."""
    if path in _PLAIN:
        section, name = _PLAIN[path]
        return str(pod.get(section, {}).get(name, ""))
    if path in _ADDRESSES:
        return host_ip if path.startswith("status.host") else pod_ip
    for prefix in ("metadata.labels", "metadata.annotations"):
        values: Mapping[str, str] = pod["metadata"].get(prefix.partition(".")[2]) or {}
        if path == prefix:
            return "\n".join(f"{key}={json.dumps(values[key], ensure_ascii=False)}" for key in sorted(values))
        if path.startswith(f"{prefix}['") and path.endswith("']"):
            return values.get(path[len(prefix) + 2 : -2], "")
    raise FieldError(f"unsupported fieldPath: {path}")


def resource_value(pod: Object, container: Object, reference: Mapping[str, Any]) -> str:
    """The value of a resourceFieldRef; no limit shows the machine's size. FieldError if unsupported."""
    named = reference.get("containerName")
    if named and named != container.get("name"):
        container = _container(pod, named)
    section, _, resource = str(reference.get("resource", "")).partition(".")
    if section not in ("limits", "requests") or not resource:
        raise FieldError(f"unsupported container resource : {reference.get('resource')}")
    resources = container.get("resources") or {}
    limit = (resources.get("limits") or {}).get(resource)
    value = (resources.get("requests") or {}).get(resource, limit) if section == "requests" else limit
    if value is None:
        value = machine_capacity().get(resource, "0") if section == "limits" else "0"
    try:
        return divided(value, reference.get("divisor") or "1")
    except ValueError as error:
        raise FieldError(str(error)) from error


def _container(pod: Object, name: str) -> Object:
    spec = pod["spec"]
    for container in [*spec.get("containers", []), *(spec.get("initContainers") or [])]:
        if container.get("name") == name:
            found: Object = container
            return found
    raise FieldError(f"container {name} not found")


def machine_capacity() -> dict[str, str]:
    """Processors and bytes of memory of this machine, as a node would state them."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        memory = 8 * 1024**3
    return {"cpu": str(os.cpu_count() or 1), "memory": str(memory), "ephemeral-storage": "0"}
