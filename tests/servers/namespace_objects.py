"""What is really there? A look into a target's namespace past the hub and the fault proxy."""

from __future__ import annotations

import asyncio
import ssl
import time
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .target import Target


class NamespaceObjects:
    """Reads and deletes objects of one namespace; makes one request per call, so it fits any event loop."""

    def __init__(self, target: Target) -> None:
        self._base = f"{target.server}/api/v1/namespaces/{target.namespace}"
        self._headers = {"Authorization": f"Bearer {target.token}"}
        self._tls = ssl.create_default_context(cafile=str(target.ca_file))

    async def list(self, resource: str, *, user: str = "") -> list[dict[str, Any]]:
        """The objects of one kind, of one person when `user` is given, that are not on their way out."""
        items = (await self._ask("GET", resource))["items"]
        name = "hub.jupyter.org/username"
        return [
            item
            for item in items
            if "deletionTimestamp" not in item["metadata"]
            and user in ("", item["metadata"].get("annotations", {}).get(name))
        ]

    async def pods(self, user: str) -> list[dict[str, Any]]:
        return await self.list("pods", user=user)

    async def delete(self, resource: str, name: str) -> None:
        await self._ask("DELETE", f"{resource}/{name}")

    async def create(self, resource: str, document: dict[str, Any]) -> dict[str, Any]:
        """Make one object."""
        return await self._ask("POST", resource, document)

    async def patch(self, path: str, change: dict[str, Any]) -> dict[str, Any]:
        """Merge `change` into one object, or into its status (`pods/NAME/status`)."""
        return await self._ask("PATCH", path, change)

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        more = {"json": body, "headers": {"Content-Type": kind}} if body else {}
        timeout = aiohttp.ClientTimeout(total=20)
        async with (
            aiohttp.ClientSession(headers=self._headers, timeout=timeout) as session,
            session.request(method, f"{self._base}/{path}", ssl=self._tls, **more) as answer,
        ):
            answer.raise_for_status()
            return await answer.json()


async def eventually(what: str, check: Callable[[], Awaitable[Any]], timeout_seconds: float = 60) -> Any:
    """What `check` gives as soon as that is true. Raises AssertionError with `what` at the deadline."""
    deadline = time.monotonic() + timeout_seconds
    while not (found := await check()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout_seconds:.0f} s: {what}")
        await asyncio.sleep(0.1)
    return found
