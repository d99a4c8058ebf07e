"""What is kept of a person between the hub's list and the verdict? What claims follow from, in a few bytes.

Twenty thousand people who are gone are some megabytes so, where their records would be fifty.
"""

import marshal
from typing import NewType

from libretexts_hub.domain.claims import STATE_KEYS
from libretexts_hub.domain.culling import HubServer, HubUser

Brief = NewType("Brief", bytes)


def brief(user: HubUser) -> Brief:
    """All of the record but the options of its servers, and of their state what names a claim."""
    servers = [
        (
            *(server.name, server.is_ready, server.is_stopped, server.pending),
            *(server.started, server.last_activity),
            {key: server.state[key] for key in STATE_KEYS if key in server.state},
        )
        for server in user.servers
    ]
    person = (user.name, user.is_admin, user.groups, user.created, user.last_activity, servers)
    return Brief(marshal.dumps(person))


def opened(kept: Brief) -> HubUser:
    """The person again."""
    name, is_admin, groups, created, last_activity, servers = marshal.loads(kept)  # noqa: S302 - our own
    return HubUser(name, is_admin, groups, created, last_activity, tuple(_server(*each) for each in servers))


def _server(
    name: str,
    is_ready: bool,
    is_stopped: bool,
    pending: str,
    started: float | None,
    last_activity: float | None,
    state: dict[str, object],
) -> HubServer:
    return HubServer(name, is_ready, is_stopped, pending, started, last_activity, state=state)
