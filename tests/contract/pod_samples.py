"""What do pods that really run look like? A shell script each, on the image that every target has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.servers.target import Target

# A volume's path reaches a script by a variable: the embedded cluster has no mounts and rewrites the value.
SCRATCH = {"name": "scratch", "emptyDir": {}}
IN_SCRATCH = {
    "env": [{"name": "S", "value": "/scratch"}],
    "volumeMounts": [{"name": "scratch", "mountPath": "/scratch"}],
}


def container(target: Target, script: str, name: str = "main", **fields: Any) -> dict[str, Any]:
    """One container that runs a script."""
    return {"name": name, "image": target.shell_image, "command": ["/bin/sh", "-c", script], **fields}


def pod(name: str, *containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    """A pod that ends quickly when deleted, unless told otherwise."""
    return {
        "metadata": {"name": name},
        "spec": {
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 1,
            "containers": list(containers),
            **spec,
        },
    }


def shared(name: str, *containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    """A pod whose containers share the empty folder $S."""
    for one in [*containers, *spec.get("initContainers", [])]:
        for key, value in IN_SCRATCH.items():
            one[key] = [*one.get(key, []), *value]
    return pod(name, *containers, volumes=[SCRATCH, *spec.pop("volumes", [])], **spec)


def sh(script: str) -> dict[str, Any]:
    """The exec part of a probe or a hook."""
    return {"exec": {"command": ["/bin/sh", "-c", script]}}


def phase(wanted: str):
    """Condition: the pod is in this phase."""
    return lambda pod: pod["status"].get("phase") == wanted


def condition(pod: dict[str, Any], kind: str) -> dict[str, Any]:
    """One of the pod's conditions, {} when it is not there."""
    return next((entry for entry in pod["status"].get("conditions", []) if entry["type"] == kind), {})


def is_ready(pod: dict[str, Any]) -> bool:
    return condition(pod, "Ready").get("status") == "True"


def state(pod: dict[str, Any], name: str = "main") -> dict[str, Any]:
    """The status of a container or init container, {} before the kubelet has written one."""
    status = pod["status"]
    everyone = status.get("containerStatuses", []) + status.get("initContainerStatuses", [])
    return next((entry for entry in everyone if entry["name"] == name), {})


def terminated(pod: dict[str, Any], name: str = "main") -> dict[str, Any]:
    return state(pod, name).get("state", {}).get("terminated") or {}


def waiting(pod: dict[str, Any], name: str = "main") -> dict[str, Any]:
    return state(pod, name).get("state", {}).get("waiting") or {}
