"""Who makes the directories behind claims, and removes them?

A provisioner of our own, because the controller manager's host-path one keeps all volumes of the machine in
one folder under /tmp, makes them for root alone, and knows no run. Volumes are of type `local`, so a pod's
fsGroup is applied by the kubelet as on a cloud disk; the directory is open to every uid at first, as NFS
shares and local-path volumes are, since KubeSpawner sets no fsGroup of its own accord.

Run in the cluster's namespaces: `python -m tests.cluster.volumes FOLDER`.
"""

import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.cluster.api import Api, ApiError
from tests.cluster.credentials import api_as
from tests.cluster.run import Run

PROVISIONER = "libretexts.org/directory"
CLASS_NAME = "standard"
CLAIMS = "/api/v1/persistentvolumeclaims"
VOLUMES = "/api/v1/persistentvolumes"
STORAGE_CLASS = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {
        "name": CLASS_NAME,
        "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
    },
    "provisioner": PROVISIONER,
    "reclaimPolicy": "Delete",
    "volumeBindingMode": "Immediate",
}


def volume_for(claim: dict, folder: Path) -> dict:
    """The PersistentVolume, bound in advance to `claim`, that is the directory `folder`."""
    metadata, spec = claim["metadata"], claim["spec"]
    anywhere = {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "Exists"}]}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {
            "name": f"pvc-{metadata['uid']}",
            "annotations": {"pv.kubernetes.io/provisioned-by": PROVISIONER},
        },
        "spec": {
            "accessModes": spec["accessModes"],
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": metadata["namespace"],
                "name": metadata["name"],
                "uid": metadata["uid"],
            },
            "local": {"path": str(folder)},
            # Required for local volumes; every node has the label, those that KWOK simulates too.
            "nodeAffinity": {"required": {"nodeSelectorTerms": [anywhere]}},
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": spec["storageClassName"],
            "volumeMode": "Filesystem",
        },
    }


def is_waiting(claim: dict) -> bool:
    """Whether this claim asks for a volume of ours and has none."""
    spec, metadata = claim["spec"], claim["metadata"]
    return (
        spec.get("storageClassName") == CLASS_NAME
        and not spec.get("volumeName")
        and spec.get("volumeMode", "Filesystem") == "Filesystem"
        and "deletionTimestamp" not in metadata
    )


def is_released(volume: dict) -> bool:
    """Whether this is a volume of ours whose claim is gone."""
    annotations = volume["metadata"].get("annotations", {})
    return (
        annotations.get("pv.kubernetes.io/provisioned-by") == PROVISIONER
        and volume.get("status", {}).get("phase") == "Released"
        and volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete"
    )


def provision(api: Api, claims: Path, claim: dict) -> None:
    """Make the directory, then the volume object."""
    if not is_waiting(claim):
        return
    folder = claims / f"pvc-{claim['metadata']['uid']}"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)
    api.create(VOLUMES, volume_for(claim, folder), may_exist=True)


def reclaim(api: Api, claims: Path, volume: dict) -> None:
    """Remove the directory, then the volume object."""
    if not is_released(volume):
        return
    name = volume["metadata"]["name"]
    shutil.rmtree(claims / name, ignore_errors=True)
    api.delete(f"{VOLUMES}/{name}")


def follow(api: Api, path: str, act: Callable[[dict], None]) -> None:
    """Call `act` for every object there is and every change, for ever; after any failure begin again with a
    list."""
    while True:
        try:
            for item in _objects(api, path):
                act(item)
        except (OSError, ApiError, ValueError) as error:
            print(f"{path}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            time.sleep(0.5)


def _objects(api: Api, path: str) -> Iterator[dict]:
    listed = api.get(path)
    yield from listed["items"]
    for event in api.watch(path, listed["metadata"]["resourceVersion"]):
        if event["type"] == "ERROR":
            return
        if event["type"] != "DELETED":
            yield event["object"]


def main() -> None:
    run = Run.load(Path(sys.argv[1]))
    claims = run.folder / "claims"
    claims.mkdir(exist_ok=True)
    api = api_as(run, "volumes")
    threading.Thread(
        target=follow, args=(api, VOLUMES, lambda item: reclaim(api, claims, item)), daemon=True
    ).start()
    follow(api, CLAIMS, lambda item: provision(api, claims, item))


if __name__ == "__main__":
    main()
