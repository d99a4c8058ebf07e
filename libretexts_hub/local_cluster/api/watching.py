"""How is a client told of changes? As a stream of JSON lines, with bookmarks, until time is up."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from libretexts_hub.local_cluster.api.encoding import dump
from libretexts_hub.local_cluster.api.read import check_match, parse_version, selector_of
from libretexts_hub.local_cluster.api.requests import Target, boolean, integer
from libretexts_hub.local_cluster.history import Event, Object, Subscription
from libretexts_hub.local_cluster.selectors import Matcher
from libretexts_hub.local_cluster.status import ApiError
from libretexts_hub.local_cluster.store import Store

SHORTEST_SECONDS = (
    1800  # the real server's --min-request-timeout: a watch lasts this long, up to twice as long
)
BOOKMARK_SECONDS = 60
Line = Callable[[str, Object], bytes]


@dataclass
class Watch:
    """One client's watch."""

    subscription: Subscription
    matches: Matcher | None
    bookmarks: bool
    ends_initial: bool
    timeout_seconds: float


def open_watch(store: Store, request: web.Request, target: Target) -> Watch:
    """Start to listen, as the query asks. ApiError 400 or 422 for the query, 410 for an old version."""
    query = request.query
    check_match(query, watch=True)
    initial = boolean(query, "sendInitialEvents")
    version = parse_version(query.get("resourceVersion", ""))
    if initial is None:
        initial = not version
    since = None if initial else version or store.version
    seconds = integer(query, "timeoutSeconds") or random.uniform(1, 2) * SHORTEST_SECONDS  # noqa: S311 - no secret
    return Watch(
        matches=selector_of(query, target),
        bookmarks=boolean(query, "allowWatchBookmarks") or False,
        ends_initial=bool(boolean(query, "sendInitialEvents"))
        and (boolean(query, "allowWatchBookmarks") or False),
        timeout_seconds=max(seconds, 0),
        subscription=store.watch(target.resource.plural, target.namespace, since),
    )


async def stream(
    watch: Watch, store: Store, target: Target, response: web.StreamResponse, line: Line
) -> None:
    """Write events until the time is up, the client has gone or the cluster stops."""
    loop = asyncio.get_running_loop()
    end = loop.time() + watch.timeout_seconds
    await _send(watch, response, line)
    if watch.ends_initial:
        await response.write(line("BOOKMARK", bookmark(target, store.version, ends_initial=True)))
    while (left := end - loop.time()) > 0 and not watch.subscription.is_closed:
        if await watch.subscription.wait(min(left, BOOKMARK_SECONDS)):
            await _send(watch, response, line)
        elif watch.bookmarks and not watch.subscription.is_closed:
            await response.write(line("BOOKMARK", bookmark(target, store.version)))


async def _send(watch: Watch, response: web.StreamResponse, line: Line) -> None:
    events = [seen for event in watch.subscription.take() if (seen := visible(event, watch.matches))]
    if events:
        # One write for all that wait: 200 starts at once are a few packets, not thousands.
        await response.write(b"".join([line(kind, obj) for kind, obj in events]))


def visible(event: Event, matches: Matcher | None) -> tuple[str, Object] | None:
    """The event as a watcher with these selectors sees it: leaving the selection looks like being deleted."""
    if matches is None:
        return event.type, event.object
    before = event.previous is not None and matches(event.previous)
    now = event.type != "DELETED" and matches(event.object)
    if now:
        return ("MODIFIED" if before else "ADDED"), event.object
    if not before:
        return None
    if event.type == "DELETED" or event.previous is None:
        return "DELETED", event.object
    meta = event.previous["metadata"] | {"resourceVersion": event.object["metadata"]["resourceVersion"]}
    return "DELETED", {**event.previous, "metadata": meta}


def bookmark(target: Target, version: int, *, ends_initial: bool = False) -> Object:
    """An object that only says how far the watcher has seen."""
    meta: dict[str, Any] = {"resourceVersion": str(version)}
    if ends_initial:
        meta["annotations"] = {"k8s.io/initial-events-end": "true"}
    return {"kind": target.resource.kind, "apiVersion": target.resource.api_version, "metadata": meta}


def error_line(error: ApiError) -> bytes:
    """The last line of a watch that cannot go on, or never began."""
    return dump({"type": "ERROR", "object": error.as_status()}) + b"\n"


async def finish(response: web.StreamResponse) -> None:
    """End the stream; the client may have gone."""
    with contextlib.suppress(ConnectionError):
        await response.write_eof()
