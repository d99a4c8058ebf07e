"""What does every cluster have from the start? The namespace `default`, its service account, and one node."""

import os
import platform
import sys

from libretexts_hub.local_cluster.clock import timestamp
from libretexts_hub.local_cluster.history import Object
from libretexts_hub.local_cluster.store import Store

NODE = "local"
NAMESPACES = ("default", "kube-system")


def fill(store: Store) -> None:
    """Make what is missing."""
    for name in NAMESPACES:
        if store.find("namespaces", None, name) is None:
            store.create("namespaces", None, namespace(name))
        if store.find("serviceaccounts", name, "default") is None:
            store.create("serviceaccounts", name, {"metadata": {"name": "default"}})
    if store.find("nodes", None, NODE) is None:
        store.create("nodes", None, node())


def namespace(name: str) -> Object:
    """A namespace as the API server completes it."""
    return {
        "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }


def node() -> Object:
    """This machine."""
    capacity = {"cpu": str(os.cpu_count() or 1), "memory": _memory(), "pods": "1000"}
    moment = timestamp()
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "KubeletReady",
        "message": "pods are processes of this machine",
        "lastHeartbeatTime": moment,
        "lastTransitionTime": moment,
    }
    labels = {
        "kubernetes.io/hostname": NODE,
        "kubernetes.io/os": sys.platform,
        "kubernetes.io/arch": {"x86_64": "amd64", "aarch64": "arm64"}.get(
            platform.machine(), platform.machine()
        ),
    }
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
