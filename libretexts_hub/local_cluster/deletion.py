"""What does deleting an object do: now, after a grace period, or when its finalizers have gone?

The rules are those of k8s.io/apiserver/pkg/registry/rest/delete.go (BeforeDelete) and of the pod strategy's
CheckGracefulDelete in pkg/registry/core/pod/strategy.go.
"""

from typing import Any

from libretexts_hub.local_cluster import status

DEFAULT_GRACE_SECONDS = 30
Object = dict[str, Any]


def check_preconditions(
    resource: str, obj: Object, *, uid: str | None = None, resource_version: str | None = None
) -> None:
    """Raise ApiError 409 when the object is another one, or another version of it, than the caller means."""
    meta = obj["metadata"]
    if uid is not None and uid != meta["uid"]:
        why = (
            f"the UID in the precondition ({uid}) does not match the UID in record ({meta['uid']}). "
            "The object might have been deleted and then recreated"
        )
        raise status.precondition_failed(resource, meta["name"], why)
    if resource_version is not None and resource_version != meta["resourceVersion"]:
        why = (
            f"the ResourceVersion in the precondition ({resource_version}) does not match the "
            f"ResourceVersion in record ({meta['resourceVersion']}). The object might have been modified"
        )
        raise status.precondition_failed(resource, meta["name"], why)


def pod_grace_seconds(pod: Object, asked: int | None) -> int:
    """How long this pod may take to end: what was asked, else its own period; 0 when nothing runs."""
    spec = pod.get("spec", {})
    if not spec.get("nodeName") or pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
        return 0
    period = asked
    if period is None:
        period = spec.get("terminationGracePeriodSeconds", DEFAULT_GRACE_SECONDS)
    # A negative period means one second: zero would take the object away before the kubelet has ended the
    # pod.
    return 1 if period < 0 else period


def mark_deleted(obj: Object, grace: int, moment: str, finalizers: tuple[str, ...] = ()) -> None:
    """Write the deletion into the object; a second deletion can only shorten the period of the first."""
    meta = obj["metadata"]
    if finalizers:
        kept = [item for item in meta.get("finalizers", []) if item not in ("orphan", "foregroundDeletion")]
        meta["finalizers"] = [*kept, *finalizers]
    if "deletionTimestamp" in meta and grace >= meta.get("deletionGracePeriodSeconds", 0):
        return
    if meta.get("generation") and "deletionTimestamp" not in meta:
        meta["generation"] += 1
    meta["deletionTimestamp"] = moment
    if obj.get("kind") == "Namespace":  # it has no period: it ends when it is empty
        obj.setdefault("status", {})["phase"] = "Terminating"
    else:
        meta["deletionGracePeriodSeconds"] = grace


def is_finished(obj: Object) -> bool:
    """True when nothing holds a deleted object any more: no grace period, no finalizer."""
    meta = obj["metadata"]
    if "deletionTimestamp" not in meta or meta.get("finalizers"):
        return False
    if meta.get("deletionGracePeriodSeconds"):
        return False
    # A namespace has finalizers in its spec as well; they stand for its content.
    return not (obj.get("kind") == "Namespace" and obj.get("spec", {}).get("finalizers"))
