"""Which controllers run, and how do they hear of changes?"""

import asyncio
import logging
from collections.abc import Callable

from libretexts_hub.local_cluster.controllers.claim_binding import ClaimBinding
from libretexts_hub.local_cluster.controllers.claim_protection import ClaimProtection
from libretexts_hub.local_cluster.controllers.event_expiry import expire_for_ever
from libretexts_hub.local_cluster.controllers.garbage_collection import GarbageCollection
from libretexts_hub.local_cluster.controllers.namespaces import Namespaces
from libretexts_hub.local_cluster.history import Event
from libretexts_hub.local_cluster.resources import RESOURCES
from libretexts_hub.local_cluster.store import Store

log = logging.getLogger(__name__)
Reaction = Callable[[str, Event], None]


class Controllers:
    """All controllers of the cluster, one task per resource that they watch."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tasks: list[asyncio.Task[None]] = []
        self._reactions: list[Reaction] = [
            ClaimBinding(store).react,
            ClaimProtection(store).react,
            GarbageCollection(store).react,
            Namespaces(store).react,
        ]

    def start(self) -> None:
        """Look at everything that exists, then at every change."""
        for resource in RESOURCES:
            self._tasks.append(asyncio.create_task(self._follow(resource), name=f"controllers of {resource}"))
        self._tasks.append(asyncio.create_task(expire_for_ever(self._store), name="expiry of events"))

    async def stop(self) -> None:
        """Stop all tasks."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _follow(self, resource: str) -> None:
        while True:
            subscription = self._store.watch(resource)
            async for event in subscription:
                for react in self._reactions:
                    self._react(react, resource, event)
                await asyncio.sleep(0)  # requests come first when a thousand events wait
            if not subscription.fell_behind:
                return

    def _react(self, react: Reaction, resource: str, event: Event) -> None:
        try:
            react(resource, event)
        except Exception:
            # One object that a controller cannot handle must not stop it for all others.
            log.exception("A controller failed on %s %s", resource, event.object["metadata"].get("name"))
