"""What does the API server do to an object before it stores it: clear, complete, validate?

The counterpart of the strategy.go files under pkg/registry/core of the real server.
"""

import base64
from collections.abc import Callable
from typing import Any

from libretexts_hub.local_cluster.clock import timestamp
from libretexts_hub.local_cluster.names import generated_name
from libretexts_hub.local_cluster.status import Cause
from libretexts_hub.local_cluster.validation import defaults, simple
from libretexts_hub.local_cluster.validation.claim import validate_claim, validate_claim_update
from libretexts_hub.local_cluster.validation.errors import Errors
from libretexts_hub.local_cluster.validation.metadata import validate_metadata, validate_metadata_update
from libretexts_hub.local_cluster.validation.pod import validate_pod
from libretexts_hub.local_cluster.validation.pod_update import validate_pod_update
from libretexts_hub.local_cluster.validation.qos import qos_class

Object = dict[str, Any]
OWN_METADATA = (
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
)
NEVER_KEPT = ("managedFields", "selfLink")


def prepare_create(resource: str, obj: Object) -> None:
    """Make a decoded object a new object of its kind: the server's own fields cleared, defaults set."""
    meta = obj["metadata"]
    for key in (*OWN_METADATA, *NEVER_KEPT, "resourceVersion"):
        meta.pop(key, None)
    if not meta.get("name") and meta.get("generateName"):
        meta["name"] = generated_name(meta["generateName"])
    _complete(resource, obj)
    if resource in INITIAL_STATUS:
        obj["status"] = INITIAL_STATUS[resource](obj)
    if resource == "pods":
        meta["generation"] = 1
    elif resource == "namespaces":
        defaults.namespace(obj)
    elif resource == "persistentvolumeclaims":
        finalizers = meta.setdefault("finalizers", [])
        if defaults.PROTECTION not in finalizers:
            finalizers.append(defaults.PROTECTION)


def _complete(resource: str, obj: Object) -> None:
    if resource == "secrets" and "stringData" in obj:
        encoded = {
            key: base64.b64encode(text.encode()).decode() for key, text in obj.pop("stringData").items()
        }
        obj["data"] = obj.get("data", {}) | encoded
    if resource in defaults.DEFAULTS:
        defaults.DEFAULTS[resource](obj)


def _pod_status(pod: Object) -> Object:
    status: Object = {"phase": "Pending", "qosClass": qos_class(pod["spec"])}
    if pod["spec"].get("schedulingGates"):
        waiting = {
            "type": "PodScheduled",
            "status": "False",
            "lastProbeTime": None,
            "lastTransitionTime": timestamp(),
            "reason": "SchedulingGated",
            "message": "Scheduling is blocked due to non-empty scheduling gates",
        }
        status["conditions"] = [waiting]
    return status


INITIAL_STATUS: dict[str, Callable[[Object], Object]] = {
    "pods": _pod_status,
    "persistentvolumeclaims": lambda claim: {"phase": "Pending"},
    "services": lambda service: {"loadBalancer": {}},
    "namespaces": lambda namespace: {"phase": "Active"},
}


def prepare_update(resource: str, new: Object, old: Object, subresource: str | None) -> None:
    """Carry over what a client cannot change; /status changes the status only, everything else all but the
    status.
    """
    meta, old_meta = new["metadata"], old["metadata"]
    for key in NEVER_KEPT:
        meta.pop(key, None)
    for key in OWN_METADATA:
        meta.pop(key, None)
        if key in old_meta:
            meta[key] = old_meta[key]
    if subresource == "status":
        new["spec"] = old.get("spec", {})
        meta["ownerReferences"] = old_meta.get("ownerReferences")
        if meta["ownerReferences"] is None:
            del meta["ownerReferences"]
        if resource == "pods":
            _complete_pod_status(new.setdefault("status", {}), old.get("status", {}))
        return
    if resource == "services" and new.get("spec", {}).get("type", "ClusterIP") != "ExternalName":
        spec = new.setdefault("spec", {})
        spec["clusterIP"] = spec.get("clusterIP") or old["spec"].get("clusterIP", "")
    _complete(resource, new)
    if resource in INITIAL_STATUS and "status" in old:
        new["status"] = old["status"]
    if resource == "namespaces":
        new["spec"] = old["spec"]
        meta.setdefault("labels", {})[defaults.NAMESPACE_LABEL] = meta["name"]
    if resource == "pods" and new.get("spec") != old.get("spec"):
        meta["generation"] = old_meta.get("generation", 0) + 1


def _complete_pod_status(status: Object, old: Object) -> None:
    if "qosClass" in old:
        status["qosClass"] = old["qosClass"]
    if status.get("podIP"):
        status.setdefault("podIPs", [{"ip": status["podIP"]}])
    for condition in status.get("conditions", []):
        condition.setdefault("lastProbeTime", None)
        condition.setdefault("lastTransitionTime", None)


CREATE: dict[str, Callable[[Object, Errors], None]] = {
    "pods": validate_pod,
    "persistentvolumeclaims": validate_claim,
    "secrets": simple.validate_secret,
    "configmaps": simple.validate_config_map,
    "services": simple.validate_service,
    "events": simple.validate_event,
    "leases": simple.validate_lease,
}
UPDATE: dict[str, Callable[[Object, Object, Errors], None]] = {
    "pods": validate_pod_update,
    "persistentvolumeclaims": validate_claim_update,
    "secrets": simple.validate_secret_update,
    "configmaps": simple.validate_config_map_update,
    "services": simple.validate_service_update,
}


def validate_create(resource: str, obj: Object) -> list[Cause]:
    """What is wrong with a new object, after `prepare_create`."""
    errors = Errors()
    validate_metadata(resource, obj["metadata"], errors)
    if resource in CREATE:
        CREATE[resource](obj, errors)
    return errors.causes


def validate_update(resource: str, new: Object, old: Object, subresource: str | None) -> list[Cause]:
    """What is wrong with the new version of an object, after `prepare_update`."""
    errors = Errors()
    validate_metadata_update(new["metadata"], old["metadata"], errors)
    if subresource is None and resource in UPDATE:
        UPDATE[resource](new, old, errors)
    elif subresource is None and resource in CREATE:
        CREATE[resource](new, errors)
    return errors.causes
