"""A FAKE of a CSI driver's snapshotter behind the real API server, with the real custom resources.

No CSI driver can be had for tests. It does what the external snapshotter is documented to do: a content for
each VolumeSnapshot, bound to it, and a status. https://kubernetes.io/docs/concepts/storage/volume-snapshots/
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from libretexts_hub.clients.kube_api import Kind
from libretexts_hub.clients.snapshots import CLASSES, CONTENTS, GROUP, SNAPSHOTS
from libretexts_hub.domain.culling_errors import ConflictError, CullingError
from tests.servers.namespace_objects import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from libretexts_hub.clients.kube_api import KubeApi

# The module that has the definitions; Go checks its sum.
MODULE = "github.com/kubernetes-csi/external-snapshotter/client/v8@v8.7.0"
DEFINITIONS = Kind("customresourcedefinitions", "apiextensions.k8s.io", is_namespaced=False)
PAUSE_SECONDS = 0.2


def definitions() -> list[dict[str, Any]]:
    """The custom resources as the project publishes them."""
    command = ["go", "mod", "download", "-json", MODULE]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd="/")
    folder = Path(json.loads(told.stdout)["Dir"]) / "config" / "crd"
    return [yaml.safe_load(path.read_text()) for path in sorted(folder.glob(f"{GROUP}_*.yaml"))]


class FakeSnapshotter:
    """`mode` is what becomes of new snapshots in `namespace`: ready, error or never."""

    def __init__(self, api: KubeApi, namespace: str) -> None:
        self.mode = "ready"
        self.snapshot_class = f"kept-{namespace}"
        self._api, self._namespace = api, namespace
        self._driver = f"{namespace}.fake.example.org"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FakeSnapshotter]:
        await self._define()
        made = {"apiVersion": f"{GROUP}/v1", "kind": "VolumeSnapshotClass"}
        made |= {
            "metadata": {"name": self.snapshot_class},
            "driver": self._driver,
            "deletionPolicy": "Retain",
        }
        await self._api.create(CLASSES, "", made)
        task = asyncio.create_task(self._turn())
        try:
            yield self
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await self._clean()

    async def objects(self) -> list[dict[str, Any]]:
        """The snapshots that are there."""
        return await self._api.everything(SNAPSHOTS, self._namespace)

    async def _define(self) -> None:
        """The definitions stay: other tests of this cluster may use them by now."""
        for document in definitions():
            with contextlib.suppress(ConflictError):
                await self._api.create(DEFINITIONS, "", document)

        async def served() -> bool:
            with contextlib.suppress(CullingError):
                await self._api.everything(CONTENTS, "")
                await self._api.everything(CLASSES, "")
                await self.objects()
                return True
            return False

        await eventually("the custom resources are served", served)

    async def _turn(self) -> None:
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            with contextlib.suppress(CullingError):
                for each in await self.objects():
                    if not (each.get("status") or {}).get("readyToUse") and self.mode != "never":
                        await self._answer(each)

    async def _answer(self, snapshot: dict[str, Any]) -> None:
        name, uid = snapshot["metadata"]["name"], snapshot["metadata"]["uid"]
        status: dict[str, Any] = {"readyToUse": False, "error": {"message": "the disk is full"}}
        if self.mode == "ready":
            content = f"snapcontent-{uid}"
            with contextlib.suppress(ConflictError):
                await self._api.create(CONTENTS, "", self._content(content, snapshot))
            status = {
                "readyToUse": True,
                "restoreSize": "1Mi",
                "creationTime": snapshot["metadata"]["creationTimestamp"],
                "boundVolumeSnapshotContentName": content,
                "error": None,
            }
        part = Kind(f"{SNAPSHOTS.plural}/{name}", GROUP)
        await self._api.merge(part, self._namespace, "status", {"status": status})

    def _content(self, name: str, snapshot: dict[str, Any]) -> dict[str, Any]:
        metadata = snapshot["metadata"]
        reference = {key: metadata[key] for key in ("name", "namespace", "uid")}
        return {
            "apiVersion": f"{GROUP}/v1",
            "kind": "VolumeSnapshotContent",
            "metadata": {"name": name},
            "spec": {
                "deletionPolicy": "Retain",
                "driver": self._driver,
                "source": {"volumeHandle": metadata["uid"]},
                "volumeSnapshotRef": {"apiVersion": f"{GROUP}/v1", "kind": "VolumeSnapshot"} | reference,
            },
        }

    async def _clean(self) -> None:
        for kind in (CONTENTS, CLASSES):
            for each in await self._api.everything(kind, ""):
                spec = each.get("spec") or each
                if spec.get("driver") == self._driver:
                    metadata = each["metadata"]
                    with contextlib.suppress(CullingError):
                        await self._api.delete(
                            kind, "", metadata["name"], metadata["uid"], metadata["resourceVersion"]
                        )
