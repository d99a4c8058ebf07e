"""When does a claim get its volume? At once: the kubelet makes a folder for it."""

from libretexts_hub.local_cluster.clock import timestamp
from libretexts_hub.local_cluster.history import Event, Object
from libretexts_hub.local_cluster.store import Store

PROVISIONER = "local-cluster/folder"
STORAGE_CLASS = "local"
BOUND_ANNOTATIONS = {"pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes"}


class ClaimBinding:
    """Binds pending claims of the storage class that this cluster has; others stay pending and an event says
    why.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def react(self, resource: str, event: Event) -> None:
        """Bind a new claim."""
        claim = event.object
        if resource != "persistentvolumeclaims" or event.type != "ADDED":
            return
        if claim["metadata"].get("deletionTimestamp") or claim.get("status", {}).get("phase") != "Pending":
            return
        wanted = claim["spec"].get("storageClassName")
        if wanted != STORAGE_CLASS:
            message = f'storageclass.storage.k8s.io "{wanted}" not found' if wanted else NO_CLASS
            self._tell(
                claim,
                "Warning" if wanted else "Normal",
                "ProvisioningFailed" if wanted else "FailedBinding",
                message,
            )
            return
        meta = claim["metadata"]
        bound = self._store.update(
            "persistentvolumeclaims", meta["namespace"], meta["name"], _bind, uid=meta["uid"]
        )
        message = f"Successfully provisioned volume {bound['spec']['volumeName']}"
        self._tell(bound, "Normal", "ProvisioningSucceeded", message)

    def _tell(self, claim: Object, kind: str, reason: str, message: str) -> None:
        meta, moment = claim["metadata"], timestamp()
        involved = {
            "kind": "PersistentVolumeClaim",
            "namespace": meta["namespace"],
            "name": meta["name"],
            "uid": meta["uid"],
            "apiVersion": "v1",
            "resourceVersion": meta["resourceVersion"],
        }
        source = {"component": "persistentvolume-controller"}
        self._store.create(
            "events",
            meta["namespace"],
            {
                "metadata": {"generateName": f"{meta['name']}.", "namespace": meta["namespace"]},
                "involvedObject": involved,
                "type": kind,
                "reason": reason,
                "message": message,
                "source": source,
                "firstTimestamp": moment,
                "lastTimestamp": moment,
                "count": 1,
                "eventTime": None,
                "reportingComponent": source["component"],
                "reportingInstance": "",
            },
        )


NO_CLASS = "no persistent volumes available for this claim and no storage class is set"


def _bind(claim: Object) -> None:
    claim["metadata"].setdefault("annotations", {}).update(
        BOUND_ANNOTATIONS | {"volume.kubernetes.io/storage-provisioner": PROVISIONER}
    )
    claim["spec"]["volumeName"] = f"pvc-{claim['metadata']['uid']}"
    claim["status"] = {
        "phase": "Bound",
        "accessModes": claim["spec"]["accessModes"],
        "capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]},
    }
