"""How do watchers learn of changes? From a bounded history per resource, and from then on live."""

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

from libretexts_hub.local_cluster.status import ApiError, expired

Object = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """One change. `previous` is the object before it, where there was one: selectors need it."""

    type: str  # ADDED, MODIFIED, DELETED or BOOKMARK
    object: Object
    previous: Object | None = None

    @property
    def version(self) -> int:
        """The resourceVersion that this change made."""
        return int(self.object["metadata"]["resourceVersion"])


class Subscription(AsyncIterator[Event]):
    """The changes that one watcher has still to see; ends when closed, or when it falls too far behind."""

    def __init__(self, namespace: str | None, since: int, backlog: list[Event], limit: int) -> None:
        self._namespace = namespace
        self._since = since
        self._pending: deque[Event] = deque(backlog)
        self._limit = max(limit, 2 * len(backlog))
        self._closed = False
        self.fell_behind = False
        self._wake = asyncio.Event()

    def offer(self, event: Event) -> None:
        """Queue a change if it concerns this watcher; one that never reads is cut off, as the real server
        does.
        """
        if not _concerns(event, self._namespace, self._since):
            return
        if len(self._pending) >= self._limit:
            self.fell_behind = True
            self.close()
            return
        self._pending.append(event)
        self._wake.set()

    def take(self) -> list[Event]:
        """All changes that wait now, without waiting for more."""
        events = list(self._pending)
        self._pending.clear()
        return events

    async def wait(self, timeout_seconds: float | None) -> bool:
        """Wait until something can be taken; False when the time is over or the subscription has ended."""
        while not self._pending:
            if self._closed:
                return False
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), timeout_seconds)
            except TimeoutError:
                return False
        return True

    def close(self) -> None:
        """No more changes; what is queued can still be read."""
        self._closed = True
        self._wake.set()

    @property
    def is_closed(self) -> bool:
        """True when no change will come any more."""
        return self._closed

    async def __anext__(self) -> Event:
        if not await self.wait(None):
            raise StopAsyncIteration
        return self._pending.popleft()


def _concerns(event: Event, namespace: str | None, since: int) -> bool:
    if namespace is not None and event.object["metadata"].get("namespace") != namespace:
        return False
    return event.version > since


class History:
    """The last `limit` changes of one resource, and who listens to it."""

    def __init__(self, floor: int, limit: int) -> None:
        self._events: deque[Event] = deque()
        self._floor = floor  # changes up to this version are forgotten
        self._limit = limit
        # Weak: a task that was cancelled in the middle of `async for` never says goodbye.
        self._subscriptions: WeakSet[Subscription] = WeakSet()

    def add(self, event: Event) -> None:
        """Remember a change and tell every watcher."""
        self._events.append(event)
        if len(self._events) > self._limit:
            self._floor = self._events.popleft().version
        for subscription in list(self._subscriptions):
            subscription.offer(event)

    def forget(self, version: int) -> None:
        """Drop all changes up to now, as a compaction does; older watches get 410."""
        self._events.clear()
        self._floor = version

    def check(self, since: int) -> None:
        """Raise ApiError 410 when changes after `since` have been forgotten."""
        if since < self._floor:
            raise expired(f"too old resource version: {since} ({self._floor + 1})")

    def newer_than(self, version: int) -> Iterator[Event]:
        """The changes after a version, the newest first. ApiError 410 when some have been forgotten."""
        self.check(version)
        return itertools.takewhile(lambda event: event.version > version, reversed(self._events))

    def subscribe(self, namespace: str | None, since: int) -> Subscription:
        """All changes after `since`: those remembered, then those to come. ApiError 410 when too old."""
        self.check(since)
        backlog = [event for event in self._events if _concerns(event, namespace, since)]
        return self._listen(Subscription(namespace, since, backlog, self._limit))

    def subscribe_with(self, namespace: str | None, since: int, initial: list[Event]) -> Subscription:
        """The given changes first, then those to come after `since`."""
        return self._listen(Subscription(namespace, since, initial, self._limit))

    def _listen(self, subscription: Subscription) -> Subscription:
        self._subscriptions.add(subscription)
        return subscription

    def close(self) -> None:
        """End every watch."""
        for subscription in list(self._subscriptions):
            subscription.close()


__all__ = ["ApiError", "Event", "History", "Object", "Subscription"]
