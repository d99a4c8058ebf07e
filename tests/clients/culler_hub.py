"""Which hub do the tests of the culler's client ask? A real one; its people are written before it starts."""

from __future__ import annotations

import sqlite3
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING

from jupyterhub import orm

from libretexts_hub.clients.hub_api import HubApi
from libretexts_hub.clients.kube_access import fixed
from libretexts_hub.clients.polite_requests import Patience, PoliteClient
from libretexts_hub.hub.roles import CULLER_SCOPES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from pathlib import Path

    from tests.servers.hub import HubProcess

SPAWNER = "jupyterhub.spawner.SimpleLocalProcessSpawner"
TOKEN, FILTERED, WEAK = "c" * 32, "f" * 32, "w" * 32
QUICK = Patience(seconds=10, deadline=10, first_pause=0.02)


def services() -> str:
    """Configuration of three services: one with what `libretexts-hub roles` prints, and two with less."""
    scopes = list(CULLER_SCOPES)
    filtered = [f"{scope}!group=x" for scope in scopes]
    roles = [
        {"name": "culler", "scopes": scopes, "services": ["culler"]},
        {"name": "filtered", "scopes": filtered, "services": ["filtered"]},
        {"name": "weak", "scopes": ["list:users"], "services": ["weak"]},
    ]
    known = [
        {"name": name, "api_token": token}
        for name, token in (("culler", TOKEN), ("filtered", FILTERED), ("weak", WEAK))
    ]
    return (
        f"c.JupyterHub.services = {known!r}\nc.JupyterHub.load_roles += {roles!r}\n"
        'c.JupyterHub.load_groups = {"x": {"users": []}}\n'
    )


def make_database(hub: HubProcess) -> Path:
    """The hub's own empty schema."""
    database = hub.folder / "hub.sqlite"
    orm.new_session_factory(f"sqlite:///{database}")().bind.dispose()
    return database


def add_people(database: Path, people: Iterable[tuple[str, str | None]]) -> None:
    """`(name, last activity)` of each, with a stopped default server and its state."""
    with closing(sqlite3.connect(database)) as connection, connection:
        first = connection.execute("select coalesce(max(id), 0) + 1 from users").fetchone()[0]
        rows = [(first + number, *each) for number, each in enumerate(people)]
        connection.executemany(
            "insert into users (id, name, admin, created, last_activity, cookie_id, state)"
            " values (?, ?, 0, '2020-01-01 00:00:00.000000', ?, 'c' || ?, '{}')",
            [(number, name, activity, number) for number, name, activity in rows],
        )
        connection.executemany(
            "insert into spawners (user_id, name, state, user_options) values (?, '', ?, '{}')",
            [(number, f'{{"pvc_name": "claim-{number}"}}') for number, _, _ in rows],
        )


@asynccontextmanager
async def culler_of(url: str, token: str = TOKEN, **more) -> AsyncIterator[HubApi]:
    """The client under test, for a hub or a fault proxy before it."""
    options = {"patience": QUICK, "concurrency": 4} | more
    async with PoliteClient(f"{url}/hub/api", fixed(f"token {token}"), **options) as client:
        api = HubApi(client)
        api.client = client
        yield api
