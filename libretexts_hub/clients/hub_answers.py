"""What does an answer of the hub say? What can't be read is not known; a list that is not whole is none."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from libretexts_hub.clients.polite_requests import AGAIN, Answer
from libretexts_hub.domain.culling import HubServer, HubUser, UserPage
from libretexts_hub.domain.culling_errors import PartialListError


def parse_page(answer: Answer, *, asked_offset: int, where: str) -> UserPage:
    """A page of users. Raises PartialListError where it is cut, contradicts itself or can't be read."""

    def partial(what: str) -> PartialListError:
        return PartialListError(f"The list of users {what}", where=where, fix=AGAIN)

    document = answer.document()
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise partial("is not what a hub answers")
    paging = _mapping(document.get("_pagination"))
    numbers = [_count(paging.get(key)) for key in ("offset", "limit", "total")]
    if -1 in numbers:
        raise partial("has no pages: the hub, or a proxy before it, does not know how to give them")
    offset, limit, total = numbers
    users = [user for item in document["items"] if (user := parse_user(item)) is not None]
    if len(users) < len(document["items"]):
        raise partial("has an entry without a name")
    if offset != asked_offset:
        raise partial(f"begins at {offset} instead of {asked_offset}")
    if len({user.name for user in users}) < len(users):
        raise partial("names somebody twice")
    following = _following(paging)
    if following is not None and following != offset + limit:
        raise partial(f"goes on at {following} after {limit} from {offset}")
    if len(users) != max(0, min(limit, total - offset)) or (following is None) != (offset + limit >= total):
        raise partial(f"is cut: {len(users)} from {offset} on, {total} in all")
    return UserPage(tuple(users), offset, total, following, answer.time)


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else -1


def _following(paging: Mapping[str, Any]) -> int | None:
    after = paging.get("next")
    offset = after.get("offset") if isinstance(after, dict) else None
    return offset if type(offset) is int else None


def parse_user(item: object) -> HubUser | None:
    """A person; None where there is no name, and so nothing that could be acted upon."""
    if not isinstance(item, dict) or not isinstance(item.get("name"), str) or not item["name"]:
        return None
    servers = item.get("servers")
    groups = item.get("groups")
    return HubUser(
        name=item["name"],
        # Whoever is not surely none is treated as an admin: protected.
        is_admin=item.get("admin") is not False,
        groups=tuple(each for each in groups if isinstance(each, str)) if isinstance(groups, list) else (),
        created=seconds(item.get("created")),
        last_activity=seconds(item.get("last_activity")),
        servers=tuple(_server(str(name), each) for name, each in servers.items())
        if isinstance(servers, dict)
        else (),
    )


def _server(name: str, item: object) -> HubServer:
    """A server that can't be read counts as one that is doing something, so that it is left alone."""
    if not isinstance(item, dict):
        return HubServer(name, is_stopped=False, pending="unknown")
    is_ready = item.get("ready") is True
    pending = item.get("pending")
    return HubServer(
        name,
        is_ready=is_ready,
        # Before JupyterHub 5 there is no `stopped`, and no stopped servers either.
        is_stopped=item.get("stopped", False) is True and not is_ready and not pending,
        pending=str(pending or "")[:40],
        started=seconds(item.get("started")),
        last_activity=seconds(item.get("last_activity")),
        user_options=_mapping(item.get("user_options")),
        state=_mapping(item.get("state")),
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def seconds(value: object) -> float | None:
    """Seconds since 1970 of an RFC 3339 time, UTC where no zone is said; None where there is none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
