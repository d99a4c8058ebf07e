"""What does `kubectl get` print about an object? The Table form of every kind.

Columns and cells follow pkg/printers/internalversion/printers.go of the real server.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from libretexts_hub.local_cluster.api.age import UNKNOWN, age
from libretexts_hub.local_cluster.api.pod_row import NONE, pod_cells
from libretexts_hub.local_cluster.history import Object

META = "meta.k8s.io/v1"
MODES = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}


@dataclass(frozen=True)
class Columns:
    """The columns of one kind; those after the first `narrow` are only for `-o wide`."""

    names: str
    narrow: int
    cells: Callable[[Object], list[Any]]

    def definitions(self) -> list[dict[str, Any]]:
        """The columns as a Table declares them."""
        return [
            {
                "name": name,
                "type": "string",
                "format": "name" if name == "Name" else "",
                "description": name,
                "priority": 0 if index < self.narrow else 1,
            }
            for index, name in enumerate(self.names.split("|"))
        ]


def _name(obj: Object) -> str:
    return str(obj["metadata"]["name"])


def _age(obj: Object) -> str:
    return age(obj["metadata"].get("creationTimestamp"))


def _claim(obj: Object) -> list[Any]:
    spec, status = obj["spec"], obj.get("status", {})
    phase = "Terminating" if obj["metadata"].get("deletionTimestamp") else status.get("phase", "")
    is_bound = bool(spec.get("volumeName"))
    modes = ",".join(MODES[mode] for mode in MODES if mode in (status.get("accessModes") or []))
    capacity = status.get("capacity", {}).get("storage", "") if is_bound else ""
    attributes = spec.get("volumeAttributesClassName") or "<unset>"
    return [
        _name(obj),
        phase,
        spec.get("volumeName", ""),
        capacity,
        modes if is_bound else "",
        spec.get("storageClassName", ""),
        attributes,
        _age(obj),
        spec.get("volumeMode", "<unset>"),
    ]


def _service(obj: Object) -> list[Any]:
    spec = obj["spec"]
    kind = spec.get("type", "")
    external = ",".join(spec.get("externalIPs", [])) or NONE
    if kind == "LoadBalancer":
        external = "<pending>" if external == NONE else external
    elif kind == "ExternalName":
        external = spec.get("externalName", "")
    ports = ",".join(_port(item) for item in spec.get("ports", [])) or NONE
    selector = ",".join(f"{key}={value}" for key, value in sorted(spec.get("selector", {}).items())) or NONE
    return [_name(obj), kind, spec.get("clusterIP") or NONE, external, ports, _age(obj), selector]


def _port(port: Object) -> str:
    number = f"{port['port']}:{port['nodePort']}" if port.get("nodePort") else str(port.get("port"))
    return f"{number}/{port.get('protocol', 'TCP')}"


def _event(obj: Object) -> list[Any]:
    involved, source = obj.get("involvedObject", {}), obj.get("source", {})
    first = obj.get("firstTimestamp") or obj.get("eventTime")
    last = obj.get("series", {}).get("lastObservedTime") or obj.get("lastTimestamp") or first
    component = source.get("component") or obj.get("reportingComponent", "")
    host = source.get("host", "")
    return [
        age(last) if last else UNKNOWN,
        obj.get("type", ""),
        obj.get("reason", ""),
        f"{involved.get('kind', '').lower()}/{involved.get('name', '')}",
        involved.get("fieldPath", ""),
        f"{component}, {host}" if host else component,
        obj.get("message", "").strip(),
        age(first) if first else UNKNOWN,
        str(obj.get("series", {}).get("count") or obj.get("count") or 1),
        _name(obj),
    ]


def _node(obj: Object) -> list[Any]:
    status = obj.get("status", {})
    ready = any(item["type"] == "Ready" and item["status"] == "True" for item in status.get("conditions", []))
    addresses = {item["type"]: item["address"] for item in status.get("addresses", [])}
    info = status.get("nodeInfo", {})
    return [
        _name(obj),
        "Ready" if ready else "NotReady",
        NONE,
        _age(obj),
        info.get("kubeletVersion", ""),
        addresses.get("InternalIP", NONE),
        addresses.get("ExternalIP", NONE),
        info.get("osImage", UNKNOWN),
        info.get("kernelVersion", UNKNOWN),
        info.get("containerRuntimeVersion", UNKNOWN),
    ]


def _config_map(obj: Object) -> list[Any]:
    return [_name(obj), len(obj.get("data", {})) + len(obj.get("binaryData", {})), _age(obj)]


COLUMNS = {
    "pods": Columns(
        "Name|Ready|Status|Restarts|Age|IP|Node|Nominated Node|Readiness Gates", narrow=5, cells=pod_cells
    ),
    "persistentvolumeclaims": Columns(
        "Name|Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age|VolumeMode",
        8,
        _claim,
    ),
    "secrets": Columns(
        "Name|Type|Data|Age",
        4,
        lambda obj: [_name(obj), obj.get("type", ""), len(obj.get("data", {})), _age(obj)],
    ),
    "services": Columns("Name|Type|Cluster-IP|External-IP|Port(s)|Age|Selector", 6, _service),
    "configmaps": Columns("Name|Data|Age", 3, _config_map),
    "events": Columns(
        "Last Seen|Type|Reason|Object|Subobject|Source|Message|First Seen|Count|Name", 10, _event
    ),
    "namespaces": Columns(
        "Name|Status|Age", 3, lambda obj: [_name(obj), obj.get("status", {}).get("phase", ""), _age(obj)]
    ),
    "nodes": Columns(
        "Name|Status|Roles|Age|Version|Internal-IP|External-IP|OS-Image|Kernel-Version|Container-Runtime",
        5,
        _node,
    ),
    "leases": Columns(
        "Name|Holder|Age",
        3,
        lambda obj: [_name(obj), obj.get("spec", {}).get("holderIdentity", ""), _age(obj)],
    ),
}
PLAIN = Columns("Name|Age", 2, lambda obj: [_name(obj), _age(obj)])
# The columns of events that only `-o wide` shows do not stand at the end.
WIDE_OF_EVENTS = ("Subobject", "Source", "First Seen", "Count", "Name")


class Table:
    """Renders the objects of one resource for one request; a watch declares its columns once."""

    def __init__(self, resource: str, include: str) -> None:
        self._columns = COLUMNS.get(resource, PLAIN)
        self._definitions = self._columns.definitions()
        if resource == "events":
            for column in self._definitions:
                column["priority"] = int(column["name"] in WIDE_OF_EVENTS)
        self._include = include or "Metadata"
        self._is_declared = False

    def of(self, objects: list[Object], meta: dict[str, Any]) -> Object:
        """A Table of these objects."""
        return {
            "kind": "Table",
            "apiVersion": META,
            "metadata": meta,
            "columnDefinitions": self._definitions,
            "rows": [self._row(obj) for obj in objects],
        }

    def event(self, kind: str, obj: Object) -> Object:
        """The Table of one watch event; a bookmark has no row worth printing but carries its version."""
        meta = {"resourceVersion": obj["metadata"].get("resourceVersion", "")}
        rows = [] if kind == "BOOKMARK" else [obj]
        table = self.of(rows, meta)
        if kind == "BOOKMARK":
            table["rows"] = [{"cells": [""] * len(self._definitions), "object": obj}]
        elif self._is_declared:
            table["columnDefinitions"] = None
        self._is_declared = True
        return table

    def _row(self, obj: Object) -> dict[str, Any]:
        row: dict[str, Any] = {"cells": self._columns.cells(obj)}
        if self._include == "Object":
            row["object"] = obj
        elif self._include == "Metadata":
            row["object"] = {"kind": "PartialObjectMetadata", "apiVersion": META, "metadata": obj["metadata"]}
        return row
