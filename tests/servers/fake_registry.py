"""A fake registry that does on order what a real one does on a bad day.

As a program it serves many tags for the benchmarks: `python -m tests.servers.fake_registry --tags 10000`.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Callable

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@dataclass
class Behaviour:
    """What it does; a test changes this while it runs."""

    tags: list[str] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    page_size: int = 0
    has_etags: bool = True
    tells_digests: bool = True
    latency: float = 0.0
    status: int = 0
    retry_after: str = ""
    # Instead of the list: any body at all, and the Link to the next page.
    body: bytes | None = None
    link: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    answer: Callable[[web.Request], web.StreamResponse] | None = None


class FakeRegistry:
    """Every repository name holds the same tags. `requests` is what it was asked, as `METHOD path status`."""

    def __init__(self, **behaviour: object) -> None:
        self.does = Behaviour(**behaviour)  # type: ignore[arg-type]
        self.requests: list[str] = []
        self.host = ""
        self.port = 0

    async def __aenter__(self) -> FakeRegistry:
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen; the port that it had before a stop may be asked for again."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"

    async def stop(self) -> None:
        """Be down."""
        await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if self.does.latency:
            await asyncio.sleep(self.does.latency)
        answer = self._answer(request)
        self.requests.append(f"{request.method} {request.path_qs} {answer.status}")
        return answer

    def _answer(self, request: web.Request) -> web.StreamResponse:
        if self.does.answer is not None:
            return self.does.answer(request)
        if self.does.status:
            headers = {"Retry-After": self.does.retry_after} if self.does.retry_after else {}
            return web.Response(status=self.does.status, headers=headers)
        if request.path.endswith("/tags/list"):
            return self._tags(request)
        if "/manifests/" in request.path:
            return self._manifest(request.path.rpartition("/")[2])
        return web.json_response({})

    def _tags(self, request: web.Request) -> web.Response:
        start = int(request.query.get("last", "0"))
        size = self.does.page_size or len(self.does.tags)
        body = self.does.body
        if body is None:
            body = json.dumps({"name": "x", "tags": self.does.tags[start : start + size]}).encode()
        headers = dict(self.does.headers)
        if self.does.link is not None:
            headers["Link"] = self.does.link
        elif start + size < len(self.does.tags):
            headers["Link"] = f'<{request.path}?last={start + size}&n={size}>; rel="next"'
        if self.does.has_etags:
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            headers["ETag"] = etag
            if request.headers.get("If-None-Match") == etag:
                return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type="application/json", headers=headers)

    def _manifest(self, tag: str) -> web.Response:
        if tag.startswith("sha256:"):
            tag = next((each for each in self.does.tags if self.digest(each) == tag), "")
        if tag not in self.does.tags:
            return web.json_response({"errors": [{"code": "MANIFEST_UNKNOWN"}]}, status=404)
        headers = {"Docker-Content-Digest": self.digest(tag)} if self.does.tells_digests else {}
        return web.Response(body=self._content(tag), content_type=MANIFEST, headers=headers)

    def digest(self, tag: str) -> str:
        """The digest that it tells; a lie, if a test has put one into `does.digests`."""
        told = self.does.digests.get(tag)
        return told or f"sha256:{hashlib.sha256(self._content(tag)).hexdigest()}"

    def _content(self, tag: str) -> bytes:
        return json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "tag": tag}).encode()


async def _program(tags: int, latency: float, port: int) -> None:
    registry = FakeRegistry(
        tags=[f"w_{1000 + n // 52}_{n % 52 + 1:02}" for n in range(tags)], latency=latency
    )
    await registry.start(port)
    print(f"ready {registry.host}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tags", type=int, default=1000)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    asyncio.run(_program(given.tags, given.latency, given.port))
