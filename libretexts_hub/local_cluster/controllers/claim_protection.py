"""When may a deleted claim go? When no pod that has a node names it any more.

The rule is podUsesPVCForDeletion of the real controller (pkg/controller/volume/pvcprotection): a pod that
has ended holds its claims until it is deleted, and one that never got a node holds none, because no kubelet
starts a pod with a claim that is going.
"""

from libretexts_hub.local_cluster.history import Event, Object
from libretexts_hub.local_cluster.store import Store

FINALIZER = "kubernetes.io/pvc-protection"


class ClaimProtection:
    """Takes the protecting finalizer off deleted claims once nothing uses them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def react(self, resource: str, event: Event) -> None:
        """A claim was deleted, or a pod has gone: look again."""
        if resource == "persistentvolumeclaims" and event.type != "DELETED":
            self._release(event.object["metadata"]["namespace"], event.object["metadata"]["name"])
        elif resource == "pods" and event.type == "DELETED":
            for name in claims_of(event.object):
                self._release(event.object["metadata"]["namespace"], name)

    def _release(self, namespace: str, name: str) -> None:
        claim = self._store.find("persistentvolumeclaims", namespace, name)
        if claim is None or "deletionTimestamp" not in claim["metadata"]:
            return
        if FINALIZER not in claim["metadata"].get("finalizers", []):
            return
        pods, _ = self._store.list("pods", namespace)
        if not any(pod["spec"].get("nodeName") and name in claims_of(pod) for pod in pods):
            self._store.update("persistentvolumeclaims", namespace, name, _unprotect)


def claims_of(pod: Object) -> list[str]:
    """The names of the claims that a pod mounts."""
    volumes = pod.get("spec", {}).get("volumes") or []
    return [item["persistentVolumeClaim"]["claimName"] for item in volumes if "persistentVolumeClaim" in item]


def _unprotect(claim: Object) -> None:
    kept = [item for item in claim["metadata"]["finalizers"] if item != FINALIZER]
    claim["metadata"]["finalizers"] = kept
    if not kept:
        del claim["metadata"]["finalizers"]
