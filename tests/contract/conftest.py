"""What every contract test is given: a client of the target's API server."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import aiohttp
import pytest_asyncio

from tests.contract.api_client import Api

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.servers.target import Target


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def api(target: Target) -> AsyncIterator[Api]:
    """Plain HTTP to the target, one connection pool for a module."""
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=str(target.ca_file)), limit=0)
    timeout = aiohttp.ClientTimeout(total=120)
    async with aiohttp.ClientSession(target.server, connector=connector, timeout=timeout) as session:
        yield Api(target, session)
