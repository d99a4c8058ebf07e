"""How do the contract tests speak to an API server? In plain HTTP, so that they see what was sent."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    import aiohttp

    from tests.servers.target import Target

GROUPS = {"leases": "/apis/coordination.k8s.io/v1"}
CLUSTER_WIDE = {"namespaces", "nodes"}
MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"


def unique(prefix: str) -> str:
    """A name nobody else uses."""
    return f"{prefix}-{secrets.token_hex(3)}"


@dataclass(frozen=True)
class Answer:
    """One answer: its body is JSON where it can be, else text."""

    status: int
    headers: Any
    body: Any

    def ok(self, status: int | None = None) -> Any:
        """The body; fails with the server's own words when the request was refused."""
        assert self.status == (status or self.status) < 400, f"{self.status}: {self.body}"
        return self.body

    def failed(self, status: int, reason: str) -> dict[str, Any]:
        """The Status object; fails when the request did not fail in just this way."""
        assert isinstance(self.body, dict), f"{self.status}: {self.body!r}"
        said = (self.status, self.body.get("kind"), self.body.get("status"), self.body.get("reason"))
        assert said == (status, "Status", "Failure", reason), self.body
        assert (self.body["code"], self.body["apiVersion"]) == (status, "v1")
        assert self.body["message"]
        return self.body


class Watch:
    """An open watch; events as they come."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer

    async def next(self, seconds: float = 15) -> dict[str, Any] | None:
        """The next event, None when the server ended the watch."""
        async with asyncio.timeout(seconds):
            line = await self.answer.content.readline()
        return json.loads(line) if line else None

    async def until(
        self, wanted: Callable[[dict[str, Any]], Any], seconds: float = 30
    ) -> list[dict[str, Any]]:
        """Events up to and with the first one wanted."""
        seen = []
        async with asyncio.timeout(seconds):
            while event := await self.next(seconds):
                seen.append(event)
                if wanted(event):
                    return seen
        raise AssertionError(f"the watch ended before the wanted event; seen: {brief(seen)}")

    async def rest(self, seconds: float = 15) -> list[dict[str, Any]]:
        """All events until the server ends the watch."""
        seen = []
        async with asyncio.timeout(seconds):
            while event := await self.next(seconds):
                seen.append(event)
        return seen


def brief(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Type and name of each event."""
    return [(event["type"], event["object"].get("metadata", {}).get("name", "")) for event in events]


class Api:
    """One API server and one namespace."""

    def __init__(self, target: Target, session: aiohttp.ClientSession) -> None:
        self.target = target
        self.namespace = target.namespace
        self._session = session

    def path(self, resource: str, name: str = "", subresource: str = "", namespace: str | None = None) -> str:
        root = GROUPS.get(resource, "/api/v1")
        where = (
            ""
            if resource in CLUSTER_WIDE or namespace == ""
            else f"/namespaces/{namespace or self.namespace}"
        )
        return root + where + "".join(f"/{part}" for part in (resource, name, subresource) if part)

    async def ask(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, **query: Any
    ) -> Answer:
        """Any request; a body that is not bytes is sent as JSON."""
        sent = {
            "Authorization": f"Bearer {self.target.token}",
            "Accept": "application/json",
            **(headers or {}),
        }
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        params = {key: str(value) for key, value in query.items() if value is not None}
        async with self._session.request(method, path, data=body, headers=sent, params=params) as answer:
            text = await answer.text()
            return Answer(answer.status, answer.headers, _parsed(text))

    async def create(self, resource: str, body: Any, **query: Any) -> Answer:
        return await self.ask("POST", self.path(resource), body, **query)

    async def get(self, resource: str, name: str, subresource: str = "", **query: Any) -> Answer:
        return await self.ask("GET", self.path(resource, name, subresource), **query)

    async def list(self, resource: str, **query: Any) -> Answer:
        return await self.ask("GET", self.path(resource), **query)

    async def replace(self, resource: str, name: str, body: Any, **query: Any) -> Answer:
        return await self.ask("PUT", self.path(resource, name), body, **query)

    async def patch(self, resource: str, name: str, body: Any, kind: str = MERGE, **query: Any) -> Answer:
        return await self.ask(
            "PATCH", self.path(resource, name), body, headers={"Content-Type": kind}, **query
        )

    async def delete(self, resource: str, name: str, options: Any = None, **query: Any) -> Answer:
        return await self.ask("DELETE", self.path(resource, name), options, **query)

    async def log(self, pod: str, **query: Any) -> str:
        """What a container wrote."""
        answer = await self.get("pods", pod, "log", **query)
        assert answer.status == 200, answer.body
        return str(answer.body)

    @asynccontextmanager
    async def watch(self, resource: str, namespace: str | None = None, **query: Any) -> AsyncIterator[Watch]:
        params = {key: str(value) for key, value in {"watch": "true", **query}.items()}
        headers = {"Authorization": f"Bearer {self.target.token}", "Accept": "application/json"}
        path = self.path(resource, namespace=namespace)
        async with self._session.get(path, params=params, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            yield Watch(answer)

    @asynccontextmanager
    async def stream(
        self, resource: str, name: str, subresource: str, **query: str
    ) -> AsyncIterator[aiohttp.StreamReader]:
        """The body as it comes."""
        headers = {"Authorization": f"Bearer {self.target.token}", "Accept": "*/*"}
        path = self.path(resource, name, subresource)
        async with self._session.get(path, params=query, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            yield answer.content

    async def gone(self, resource: str, name: str, seconds: float = 30) -> None:
        """Wait until it does not exist any more."""
        await until(lambda: self._is_gone(resource, name), seconds, f"{resource} {name} is still there")

    async def _is_gone(self, resource: str, name: str) -> bool:
        return (await self.get(resource, name)).status == 404

    async def pod_until(
        self, name: str, condition: Callable[[dict[str, Any]], Any], seconds: float = 60
    ) -> dict[str, Any]:
        """The pod once the condition holds; when it does not in time, its status and events are shown."""
        deadline = time.monotonic() + seconds
        while True:
            pod = (await self.get("pods", name)).ok()
            if condition(pod):
                return pod
            if time.monotonic() > deadline:
                events = await self.events_of(name)
                raise AssertionError(f"{name}: {json.dumps(pod['status'], indent=1)}\n{events}")
            await asyncio.sleep(0.1)

    async def events_of(self, name: str) -> list[tuple[str, str, str]]:
        """Type, reason and message of the events about a pod."""
        found = (
            await self.list("events", fieldSelector=f"involvedObject.kind=Pod,involvedObject.name={name}")
        ).ok()
        return [(event["type"], event["reason"], event["message"]) for event in found["items"]]


async def until(condition: Callable[[], Awaitable[Any]], seconds: float, failure: str) -> Any:
    """Poll a condition with a deadline; its first true answer."""
    deadline = time.monotonic() + seconds
    while not (answer := await condition()):
        assert time.monotonic() < deadline, failure
        await asyncio.sleep(0.1)
    return answer


def fields_of(status: dict) -> set[str]:
    """The fields that the causes of a Status name."""
    return {cause.get("field", "") for cause in status.get("details", {}).get("causes", [])}


def page_token(**fields: object) -> str:
    """A continue token as k8s.io/apiserver/pkg/storage/continue.go writes it."""
    document = {"v": "meta.k8s.io/v1", "rv": 1, "start": "x\u0000", **fields}
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
