"""How is a home kept before it is deleted? As a VolumeSnapshot of its claim.

https://kubernetes.io/docs/concepts/storage/volume-snapshots/ (snapshot.storage.k8s.io/v1). The class must say
`deletionPolicy: Retain`, and the driver must keep snapshots longer than their volumes: not every one does.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from libretexts_hub.clients.hub_answers import seconds
from libretexts_hub.clients.kube_api import Kind, KubeApi
from libretexts_hub.domain.cull_annotations import CLAIM_UID
from libretexts_hub.domain.culling import Claim, Snapshot
from libretexts_hub.domain.culling_errors import ConflictError, ForbiddenError, PartialListError
from libretexts_hub.domain.quantities import amount

GROUP = "snapshot.storage.k8s.io"
SNAPSHOTS = Kind("volumesnapshots", GROUP)
CONTENTS = Kind("volumesnapshotcontents", GROUP, is_namespaced=False)
CLASSES = Kind("volumesnapshotclasses", GROUP, is_namespaced=False)
MANAGED_BY, CULLER = "app.kubernetes.io/managed-by", "libretexts-culler"


class Snapshots:
    """Snapshots that the culler made in `namespaces`. `snapshot_class`: empty takes the driver's default."""

    def __init__(self, api: KubeApi, namespaces: Sequence[str], *, snapshot_class: str = "") -> None:
        self._api = api
        self._namespaces = tuple(namespaces) or ("",)
        self._class = snapshot_class
        # A class and a content never change their policy behind our back often enough to ask each time.
        self._policies: dict[str, bool | None] = {}

    async def create(self, claim: Claim, name: str, annotations: Mapping[str, str]) -> Snapshot:
        """Ask for a snapshot; one of this name and claim uid that is there is returned.

        Raises ConflictError where the name is another claim's, ForbiddenError, RefusedError.
        """
        spec: dict[str, Any] = {"source": {"persistentVolumeClaimName": claim.name}}
        spec |= {"volumeSnapshotClassName": self._class} if self._class else {}
        manifest = {
            "apiVersion": f"{GROUP}/v1",
            "kind": "VolumeSnapshot",
            "metadata": {
                "name": name,
                "namespace": claim.namespace,
                "labels": {MANAGED_BY: CULLER},
                "annotations": {**annotations, CLAIM_UID: claim.uid},
            },
            "spec": spec,
        }
        try:
            return await self._parsed(await self._api.create(SNAPSHOTS, claim.namespace, manifest))
        except ConflictError:
            found = await self.get(claim.namespace, name)
            if found is None or found.claim_uid != claim.uid or found.claim_name != claim.name:
                raise
            return found

    async def get(self, namespace: str, name: str) -> Snapshot | None:
        """One snapshot, read now, with what its content or class says about being retained."""
        found = await self._api.read(SNAPSHOTS, namespace, name)
        return None if found is None else await self._parsed(found)

    async def list(self) -> tuple[Snapshot, ...]:
        """All that the culler made. Raises PartialListError."""
        found = []
        for namespace in self._namespaces:
            items = await self._api.everything(SNAPSHOTS, namespace, selector=f"{MANAGED_BY}={CULLER}")
            found += [await self._parsed(item) for item in items]
        return tuple(found)

    async def delete(self, snapshot: Snapshot) -> None:
        """Delete exactly this one. Raises ConflictError, GoneError."""
        await self._api.delete(
            SNAPSHOTS, snapshot.namespace, snapshot.name, snapshot.uid, snapshot.resource_version
        )

    async def _parsed(self, item: dict[str, Any]) -> Snapshot:
        metadata, status, spec = item["metadata"], item.get("status") or {}, item.get("spec") or {}
        annotations = metadata.get("annotations") or {}
        if not isinstance(annotations, dict) or not metadata.get("uid"):
            raise PartialListError("A snapshot can't be read", where=str(metadata)[:120], fix="Look at it.")
        size = amount(status.get("restoreSize"))
        return Snapshot(
            namespace=metadata["namespace"],
            name=metadata["name"],
            uid=metadata["uid"],
            resource_version=metadata["resourceVersion"],
            claim_name=str((spec.get("source") or {}).get("persistentVolumeClaimName") or ""),
            claim_uid=str(annotations.get(CLAIM_UID) or ""),
            is_ready=status.get("readyToUse") is True and "deletionTimestamp" not in metadata,
            error=str((status.get("error") or {}).get("message") or "")[:500],
            created=seconds(status.get("creationTime")),
            restore_bytes=None if size is None else int(size),
            is_retained=await self._is_retained(status, spec),
            annotations=annotations,
        )

    async def _is_retained(self, status: dict[str, Any], spec: dict[str, Any]) -> bool | None:
        """By the content, else by the class; None where the culler may not look or nobody says."""
        content = status.get("boundVolumeSnapshotContentName")
        if content:
            return await self._policy(CONTENTS, str(content), ("spec", "deletionPolicy"))
        if spec.get("volumeSnapshotClassName"):
            return await self._policy(CLASSES, str(spec["volumeSnapshotClassName"]), ("deletionPolicy",))
        return None

    async def _policy(self, kind: Kind, name: str, path: tuple[str, ...]) -> bool | None:
        key = f"{kind.plural}/{name}"
        if key not in self._policies:
            try:
                found: Any = await self._api.read(kind, "", name)
            except ForbiddenError:
                found = None
            for step in path:
                found = found.get(step) if isinstance(found, dict) else None
            if found is None:
                return None
            self._policies[key] = found == "Retain"
        return self._policies[key]
