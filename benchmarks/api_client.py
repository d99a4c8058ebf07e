"""How does a benchmark look at the API server and clean up there, without the worker it measures?"""

from __future__ import annotations

import asyncio
import ssl
import time
from typing import TYPE_CHECKING, Any, Self

import aiohttp

if TYPE_CHECKING:
    from tests.servers.target import Target

CLEANUP_SECONDS = 120
KINDS = ("pods", "persistentvolumeclaims", "secrets")


class ApiClient:
    """The pods and claims of the target's namespace."""

    def __init__(self, target: Target) -> None:
        self._base = f"{target.server}/api/v1/namespaces/{target.namespace}/"
        self._tls = ssl.create_default_context(cafile=str(target.ca_file))
        self._headers = {"Authorization": f"Bearer {target.token}"}

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=16, ssl=self._tls)
        self._session = aiohttp.ClientSession(self._base, headers=self._headers, connector=connector)
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._session.close()

    async def items(self, resource: str) -> list[dict[str, Any]]:
        async with self._session.get(resource) as answer:
            answer.raise_for_status()
            found: list[dict[str, Any]] = (await answer.json())["items"]
            return found

    async def pod(self, name: str) -> dict[str, Any] | None:
        async with self._session.get(f"pods/{name}") as answer:
            return await answer.json() if answer.status == 200 else None

    async def clear(self, *kinds: str) -> None:
        """Delete all of these kinds, or pods, claims and Secrets, and wait until pods and claims are gone.

        Raises TimeoutError.
        """
        kinds = kinds or KINDS
        for resource in kinds:
            names = [item["metadata"]["name"] for item in await self.items(resource)]
            await asyncio.gather(*(self._delete(resource, name) for name in names))
        deadline = time.monotonic() + CLEANUP_SECONDS
        while any([await self.items(resource) for resource in kinds if resource != "secrets"]):
            if time.monotonic() > deadline:
                raise TimeoutError("the pods of the last round do not go away")
            await asyncio.sleep(0.1)

    async def _delete(self, resource: str, name: str) -> None:
        async with self._session.delete(f"{resource}/{name}", params={"gracePeriodSeconds": "0"}) as answer:
            await answer.read()
