"""What do the API server's tests need? The server with its controllers and no kubelet, asked over HTTPS."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from libretexts_hub.local_cluster import bootstrap
from libretexts_hub.local_cluster.api.server import ApiServer
from libretexts_hub.local_cluster.certificate import ensure_certificate
from libretexts_hub.local_cluster.controllers.running import Controllers
from libretexts_hub.local_cluster.store import Store

TOKEN = "token-of-the-tests"
MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1"
PATIENCE_SECONDS = 60
Object = dict[str, Any]


@dataclass
class Answer:
    """One answer of the server."""

    status: int
    body: Any
    headers: Any

    def refused(self, status: int, reason: str) -> Object:
        """The Status object, when the request was refused in just this way."""
        said = (self.status, self.body.get("kind"), self.body.get("reason"))
        assert said == (status, "Status", reason), self.body
        assert self.body["code"] == status
        return self.body

    def ok(self, status: int = 200) -> Any:
        """The body, when the request succeeded."""
        assert self.status == status, self.body
        return self.body


class Api:
    """A client of the server, and the store behind it."""

    def __init__(self, store: Store, url: str, session: aiohttp.ClientSession) -> None:
        self.store = store
        self.url = url
        self.session = session

    async def ask(
        self, method: str, path: str, body: Any = None, *, kind: str = "", accept: str = ""
    ) -> Answer:
        """Any request; what is not bytes is sent as JSON. A path without a slash is below `default`."""
        if not path.startswith("/"):
            path = f"/api/v1/namespaces/default/{path}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        headers = {"Content-Type": kind or "application/json", "Accept": accept or "application/json"}
        async with self.session.request(method, self.url + path, data=body, headers=headers) as response:
            content = await response.read()
            is_json = response.content_type == "application/json"
            return Answer(
                response.status, json.loads(content) if is_json else content.decode(), response.headers
            )

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.ask("GET", path, **options)

    async def post(self, path: str, body: Any, **options: Any) -> Answer:
        return await self.ask("POST", path, body, **options)

    async def put(self, path: str, body: Any, **options: Any) -> Answer:
        return await self.ask("PUT", path, body, **options)

    async def patch(self, path: str, body: Any, kind: str = MERGE) -> Answer:
        return await self.ask("PATCH", path, body, kind=kind)

    async def delete(self, path: str, body: Any = None) -> Answer:
        return await self.ask("DELETE", path, body)

    @asynccontextmanager
    async def watch(self, path: str, accept: str = "application/json") -> AsyncIterator["Watch"]:
        """A watch that is open when this is entered."""
        path = path if path.startswith("/") else f"/api/v1/namespaces/default/{path}"
        async with self.session.get(self.url + path, headers={"Accept": accept}) as response:
            assert response.status == 200, await response.text()
            yield Watch(response)


class Watch:
    """The events of a watch as they come."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def next(self) -> Object:
        """The next event."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            line = await self._response.content.readline()
        assert line, "the watch has ended"
        return json.loads(line)

    async def brief(self, count: int) -> list[tuple[str, str]]:
        """Type and name of the next events."""
        events = [await self.next() for _ in range(count)]
        return [(event["type"], event["object"]["metadata"].get("name", "")) for event in events]

    async def rest(self) -> list[Object]:
        """All events until the server ends the watch."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return [json.loads(line) async for line in self._response.content]


async def until(condition: Callable[[], Any], failure: str) -> Any:
    """Wait until the condition gives something true."""
    end = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while not (found := condition()):
        assert asyncio.get_running_loop().time() < end, failure
        await asyncio.sleep(0.01)
    return found


async def followed_log(*names: str, **options: Any) -> AsyncIterator[bytes]:
    """In the place of the kubelet's."""
    yield f"{names} ".encode()
    yield f"{options}".encode()


@asynccontextmanager
async def running_api(folder: Path, store: Store | None = None) -> AsyncIterator[Api]:
    """A running server with controllers; what a kubelet would do, a test does itself in the store."""
    store = store or Store()
    bootstrap.fill(store)
    files = ensure_certificate(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*files)
    controllers = Controllers(store)
    server = ApiServer(store, TOKEN, lambda *names, **options: f"{names} {options}".encode(), followed_log)
    controllers.start()
    port = await server.start(0, context)
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=str(files[0])))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    try:
        async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
            yield Api(store, f"https://127.0.0.1:{port}", session)
    finally:
        await server.stop()
        await controllers.stop()


def pod(name: str = "p", **spec: Any) -> Object:
    """A small pod that is valid."""
    return {"metadata": {"name": name}, "spec": {"containers": [{"name": "c", "image": "a/b:1"}], **spec}}


def claim(name: str = "c", **spec: Any) -> Object:
    """A small claim that is valid."""
    asked = {"requests": {"storage": "1Gi"}}
    return {
        "metadata": {"name": name},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": asked, **spec},
    }


def config_map(name: str = "m", **meta: Any) -> Object:
    """A small config map."""
    return {"metadata": {"name": name, **meta}, "data": {"a": "1"}}
