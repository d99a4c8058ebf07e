"""How long are events kept? One hour, as the real server keeps them (--event-ttl)."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

from libretexts_hub.local_cluster.clock import parse
from libretexts_hub.local_cluster.status import ApiError
from libretexts_hub.local_cluster.store import Store

LIFETIME = timedelta(hours=1)
PERIOD_SECONDS = 60


def expire_events(store: Store, now: datetime) -> None:
    """Delete the events that have not changed for an hour."""
    for event in store.list("events")[0]:
        meta = event["metadata"]
        made = parse(meta["creationTimestamp"])
        # The real server counts from the last write; whoever writes may name an older time.
        if now - max(made, parse(event.get("lastTimestamp") or meta["creationTimestamp"])) > LIFETIME:
            with contextlib.suppress(ApiError):
                store.delete("events", meta["namespace"], meta["name"], uid=meta["uid"])


async def expire_for_ever(store: Store) -> None:
    """Look every minute."""
    while True:
        await asyncio.sleep(PERIOD_SECONDS)
        expire_events(store, datetime.now(UTC))
