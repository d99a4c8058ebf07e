"""What does every cluster have from the start? The namespace `default`, its service account, and one node."""

import os
import platform
import sys
from collections.abc import Mapping

from libretexts_hub.local_cluster.clock import timestamp
from libretexts_hub.local_cluster.history import Object
from libretexts_hub.local_cluster.store import Store

NODE = "local"
NAMESPACES = ("default", "kube-system")


def fill(store: Store, resources: Mapping[str, str] | None = None) -> None:
    """Make what is missing. `resources`: what the node has besides, such as {"nvidia.com/gpu": "2"}."""
    for name in NAMESPACES:
        if store.find("namespaces", None, name) is None:
            store.create("namespaces", None, namespace(name))
        if store.find("serviceaccounts", name, "default") is None:
            store.create("serviceaccounts", name, {"metadata": {"name": "default"}})
    if store.find("nodes", None, NODE) is None:
        store.create("nodes", None, node(resources))
    else:
        store.update(
            "nodes", None, NODE, lambda old: _renew(old, node(resources))
        )  # the machine may have changed


def namespace(name: str) -> Object:
    """A namespace as the API server completes it."""
    return {
        "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }


def _renew(old: Object, new: Object) -> None:
    old["metadata"]["labels"] = (old["metadata"].get("labels") or {}) | new["metadata"]["labels"]
    for part in ("capacity", "allocatable", "nodeInfo"):
        old["status"][part] = new["status"][part]


def node(resources: Mapping[str, str] | None = None) -> Object:
    """This machine, with `resources` that it is said to have."""
    capacity = {"cpu": str(os.cpu_count() or 1), "memory": _memory(), "pods": "1000", **(resources or {})}
    moment = timestamp()
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "KubeletReady",
        "message": "pods are processes of this machine",
        "lastHeartbeatTime": moment,
        "lastTransitionTime": moment,
    }
    machine = platform.machine()
    labels = {
        "kubernetes.io/hostname": NODE,
        "kubernetes.io/os": sys.platform,
        "kubernetes.io/arch": {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine),
    }
    labels |= {f"beta.{name}": labels[name] for name in ("kubernetes.io/os", "kubernetes.io/arch")}
    return {
        "metadata": {"name": NODE, "labels": labels},
        "spec": {},
        "status": {
            "capacity": capacity,
            "allocatable": capacity,
            "conditions": [ready],
            "addresses": [
                {"type": "InternalIP", "address": "127.0.0.1"},
                {"type": "Hostname", "address": NODE},
            ],
            "nodeInfo": {
                "kubeletVersion": "v1.36.3",
                "operatingSystem": sys.platform,
                "architecture": labels["kubernetes.io/arch"],
                "kernelVersion": platform.release(),
                "osImage": platform.system(),
                "containerRuntimeVersion": "process://1",
            },
        },
    }


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') // 1024}Ki"
    except (OSError, ValueError):  # pragma: no cover - not every system says
        return "4Gi"
