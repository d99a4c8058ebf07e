"""How does a test ask a registry as the hub does?"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import aiohttp

from libretexts_hub.clients.registry import RegistryClient
from libretexts_hub.domain.connections import Connection, CredentialsSource
from libretexts_hub.domain.repositories import Repository

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def repository(host: str, path: str = "team/lab", **connection: object) -> Repository:
    """A repository over plain HTTP, unless there is an authority to check a certificate by."""
    return Repository(host, path, Connection(**{"plain_http": "ca" not in connection} | connection))


def password(tmp_path, username: str, text: str) -> CredentialsSource:
    """Credentials as an operator gives them: a name and a file."""
    file = tmp_path / "password"
    file.write_text(text + "\n")
    return CredentialsSource(username=username, password_file=str(file))


@contextlib.asynccontextmanager
async def asking(**settings: object) -> AsyncIterator[RegistryClient]:
    """A client of its own."""
    async with aiohttp.ClientSession() as session:
        yield RegistryClient(session, **settings)
