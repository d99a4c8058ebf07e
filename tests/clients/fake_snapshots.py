"""A FAKE of the snapshot API of Kubernetes and of a driver behind it, over HTTP on loopback.

It keeps VolumeSnapshots as the real CRD does (names, uids, versions, preconditions, label selectors) and
plays the driver: `ready`, `error` or `never`. No CSI driver can be had for tests.
"""

from __future__ import annotations

import itertools
import uuid
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BASE = "/apis/snapshot.storage.k8s.io/v1"


class FakeSnapshots:
    """`driver` decides what becomes of the next snapshot; `policy` is the deletionPolicy of its content."""

    def __init__(self) -> None:
        self.driver, self.policy = "ready", "Retain"
        self.objects: dict[tuple[str, str], dict[str, Any]] = {}
        self._versions = itertools.count(1)
        self.url = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FakeSnapshots]:
        application = web.Application()
        place = f"{BASE}/namespaces/{{namespace}}/volumesnapshots"
        application.router.add_post(place, self._create)
        application.router.add_get(place, self._list)
        application.router.add_get(f"{place}/{{name}}", self._get)
        application.router.add_delete(f"{place}/{{name}}", self._delete)
        application.router.add_get(f"{BASE}/volumesnapshotcontents/{{name}}", self._content)
        application.router.add_get(f"{BASE}/volumesnapshotclasses/{{name}}", self._class)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _create(self, request: web.Request) -> web.Response:
        made = await request.json()
        key = (request.match_info["namespace"], made["metadata"]["name"])
        if key in self.objects:
            return _status(409, "AlreadyExists")
        made["metadata"] |= {"uid": str(uuid.uuid4()), "resourceVersion": str(next(self._versions))}
        status: dict[str, Any] = {"readyToUse": False}
        if self.driver == "ready":
            status = {
                "readyToUse": True,
                "restoreSize": "1Gi",
                "creationTime": "2026-01-01T00:00:00Z",
                "boundVolumeSnapshotContentName": f"snapcontent-{made['metadata']['uid']}",
            }
        elif self.driver == "error":
            status["error"] = {"message": "the disk is full"}
        self.objects[key] = {**made, "status": status}
        return web.json_response(self.objects[key], status=201)

    async def _list(self, request: web.Request) -> web.Response:
        key, _, value = request.query.get("labelSelector", "").partition("=")
        items = [
            each
            for (namespace, _), each in self.objects.items()
            if namespace == request.match_info["namespace"]
            and (not key or each["metadata"].get("labels", {}).get(key) == value)
        ]
        return web.json_response({"items": items, "metadata": {"resourceVersion": "1"}})

    async def _get(self, request: web.Request) -> web.Response:
        found = self.objects.get((request.match_info["namespace"], request.match_info["name"]))
        return _status(404, "NotFound") if found is None else web.json_response(found)

    async def _delete(self, request: web.Request) -> web.Response:
        key = (request.match_info["namespace"], request.match_info["name"])
        if key not in self.objects:
            return _status(404, "NotFound")
        wanted = (await request.json())["preconditions"]
        if any(self.objects[key]["metadata"][name] != value for name, value in wanted.items()):
            return _status(409, "Conflict")
        return web.json_response(self.objects.pop(key))

    async def _content(self, request: web.Request) -> web.Response:
        return web.json_response({"spec": {"deletionPolicy": self.policy}})

    async def _class(self, request: web.Request) -> web.Response:
        return web.json_response({"deletionPolicy": self.policy})


def _status(code: int, reason: str) -> web.Response:
    document = {"kind": "Status", "status": "Failure", "reason": reason, "message": reason, "code": code}
    return web.json_response(document, status=code)
