"""What do valid objects look like? The smallest of each kind that the hub uses."""

from __future__ import annotations

from typing import Any


def gated_pod(name: str, **spec: Any) -> dict[str, Any]:
    """A pod that no scheduler touches, so that only the API server has a hand in it."""
    return {
        "metadata": {"name": name},
        "spec": {
            "schedulingGates": [{"name": "example.com/never"}],
            "automountServiceAccountToken": False,
            "containers": [{"name": "c", "image": "localhost/none:1"}],
            **spec,
        },
    }


def claim(name: str, **spec: Any) -> dict[str, Any]:
    storage = {"requests": {"storage": "1Gi"}}
    return {
        "metadata": {"name": name},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": storage, **spec},
    }


def config_map(name: str, labels: dict[str, str] | None = None, **metadata: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "labels": labels or {}, **metadata}, "data": {"a": "1"}}


def secret(name: str, **fields: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, "stringData": {"password": "long and secret"}, **fields}


def service(name: str, **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"selector": {"a": "b"}, "ports": [{"port": 8888}], **spec}}


def lease(name: str, holder: str = "one") -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"holderIdentity": holder, "leaseDurationSeconds": 15}}


def event(name: str, namespace: str, pod: str = "somebody", **fields: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": name},
        "involvedObject": {
            "kind": "Pod",
            "name": pod,
            "namespace": namespace,
            "uid": "0-0",
            "apiVersion": "v1",
        },
        "reason": "Tested",
        "message": "said by a test",
        "type": "Normal",
        "source": {"component": "contract"},
        "firstTimestamp": "2026-01-01T00:00:00Z",
        "lastTimestamp": "2026-01-01T00:00:00Z",
        "count": 1,
        **fields,
    }


KINDS = {
    "pods": "Pod",
    "persistentvolumeclaims": "PersistentVolumeClaim",
    "secrets": "Secret",
    "services": "Service",
    "configmaps": "ConfigMap",
    "events": "Event",
    "serviceaccounts": "ServiceAccount",
    "leases": "Lease",
}


def sample(resource: str, name: str, namespace: str) -> dict[str, Any]:
    """A valid object of any namespaced kind."""
    if resource == "events":
        return event(name, namespace)
    if resource == "serviceaccounts":
        return {"metadata": {"name": name}}
    makers = {
        "pods": gated_pod,
        "persistentvolumeclaims": claim,
        "secrets": secret,
        "services": service,
        "configmaps": config_map,
        "leases": lease,
    }
    return makers[resource](name)
