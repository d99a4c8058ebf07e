"""A FAKE of the part of the Kubernetes API that a culler asks: claims, pods, one Lease, over HTTP.

It costs next to nothing, so that what is measured is the hub and the culler. Uids and versions are checked as
the API server does; tests/e2e/test_culler.py asks a real one.
"""

from __future__ import annotations

import itertools
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping
    from pathlib import Path

NAMESPACE = "hub"
CLAIMS = f"/api/v1/namespaces/{NAMESPACE}/persistentvolumeclaims"
LEASES = f"/apis/coordination.k8s.io/v1/namespaces/{NAMESPACE}/leases"


class FakeCluster:
    """`claims` and `leases` by name; no pod mounts any."""

    def __init__(self) -> None:
        self.claims: dict[str, dict[str, Any]] = {}
        self.leases: dict[str, dict[str, Any]] = {}
        self._versions = itertools.count(1)
        self._url = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FakeCluster]:
        application = web.Application(middlewares=[_refusals])
        router = application.router
        router.add_get(CLAIMS, self._page)
        router.add_get(f"/api/v1/namespaces/{NAMESPACE}/pods", self._no_pods)
        router.add_post(LEASES, self._create)
        for path, kept in ((CLAIMS, self.claims), (LEASES, self.leases)):
            _routes(router, f"{path}/{{name}}", kept, self)
        router.add_get(f"/api/v1/namespaces/{NAMESPACE}/secrets/{{name}}", self._nothing)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    def write_kubeconfig(self, path: Path) -> None:
        """As a file that KUBECONFIG can name."""
        cluster = {"name": "fake", "cluster": {"server": self._url}}
        context = {"name": "fake", "context": {"cluster": "fake", "user": "fake", "namespace": NAMESPACE}}
        user = {"name": "fake", "user": {"token": "none"}}
        known = {"clusters": [cluster], "contexts": [context], "users": [user], "current-context": "fake"}
        path.write_text(json.dumps(known))

    def fill(self, claims: Iterable[tuple[str, Mapping[str, str]]]) -> None:
        """Homes of these people, with these annotations, instead of all that were there."""
        self.claims.clear()
        self.leases.clear()
        for user, notes in claims:
            metadata = {
                "name": f"claim-{user}",
                "namespace": NAMESPACE,
                "uid": f"uid-{user}",
                "resourceVersion": str(next(self._versions)),
                "creationTimestamp": "2001-01-01T00:00:00Z",
                "labels": {"component": "singleuser-storage"},
                "annotations": {"hub.jupyter.org/username": user} | dict(notes),
            }
            spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
            self.claims[metadata["name"]] = {"metadata": metadata, "spec": spec, "status": {}}

    def change(self, found: dict[str, Any], change: dict[str, Any]) -> None:
        """A JSON merge patch of metadata and spec, at the version and uid that it names."""
        metadata = dict(change.get("metadata") or {})
        _expect(found, metadata)
        notes = found["metadata"].get("annotations", {}) | metadata.pop("annotations", {})
        metadata["annotations"] = {key: value for key, value in notes.items() if value is not None}
        found["metadata"] |= metadata | {"resourceVersion": str(next(self._versions))}
        found["spec"] |= change.get("spec") or {}

    async def _page(self, request: web.Request) -> web.Response:
        names = list(self.claims)
        begin, limit = int(request.query.get("continue") or 0), int(request.query["limit"])
        items = [self.claims[name] for name in names[begin : begin + limit]]
        left = len(names) - begin - len(items)
        more = {"continue": str(begin + limit), "remainingItemCount": left} if left > 0 else {}
        return _json({"items": items, "metadata": {"resourceVersion": "1"} | more})

    async def _no_pods(self, request: web.Request) -> web.Response:
        return _json({"items": [], "metadata": {"resourceVersion": "1"}})

    async def _nothing(self, request: web.Request) -> web.Response:
        raise _RefusalError(404, "NotFound")

    async def _create(self, request: web.Request) -> web.Response:
        made = await request.json()
        made["metadata"] |= {"uid": "lease", "resourceVersion": str(next(self._versions))}
        self.leases[made["metadata"]["name"]] = made
        return _json(made)


class _RefusalError(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


@web.middleware
async def _refusals(request: web.Request, handler: Any) -> web.StreamResponse:
    try:
        return await handler(request)
    except _RefusalError as refusal:
        answer = {"kind": "Status", "status": "Failure", "code": refusal.status, "reason": refusal.reason}
        return _json(answer, status=refusal.status)


def _routes(router: web.UrlDispatcher, path: str, kept: dict[str, Any], cluster: FakeCluster) -> None:
    def find(request: web.Request) -> dict[str, Any]:
        found = kept.get(request.match_info["name"])
        if found is None:
            raise _RefusalError(404, "NotFound")
        return found

    async def get(request: web.Request) -> web.Response:
        return _json(find(request))

    async def merge(request: web.Request) -> web.Response:
        found = find(request)
        cluster.change(found, await request.json())
        return _json(found)

    async def delete(request: web.Request) -> web.Response:
        found = find(request)
        _expect(found, (await request.json()).get("preconditions") or {})
        del kept[request.match_info["name"]]
        return _json(found)

    router.add_get(path, get)
    router.add_patch(path, merge)
    router.add_put(path, merge)
    router.add_delete(path, delete)


def _expect(found: dict[str, Any], wanted: Mapping[str, Any]) -> None:
    for key in ("uid", "resourceVersion"):
        if key in wanted and wanted[key] != found["metadata"][key]:
            raise _RefusalError(409, "Conflict")


def _json(document: object, status: int = 200) -> web.Response:
    now = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return web.json_response(document, status=status, headers={"Date": now})
