"""How does the culler of a soak run, with its clock put forward, and whose record did it take?"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from libretexts_hub.clients.hub_api import HubApi
from libretexts_hub.domain.culling_errors import RefusedError
from tests.e2e.culled_at import run

if TYPE_CHECKING:
    from collections.abc import Iterator

PAUSE_SECONDS = 3.0
DAYS_OF_A_RUN = 0.5
LEASE_SECONDS = 30.0
REFUSED = "the hub would not delete"
HOMES = {"away": {"inactive": "1d", "notices": [], "grace": "1d", "settle": "1m"}}
POLICY = {
    "servers": {"everyone": {"idle": "1h"}},
    "fuse": {"clock": "3000d", "claims": 1000, "percent": 100, "fallen_users": 100},
}


class Culling:
    """The runs on one hub and namespace, one after the other, each half a day later than the last.

    It `deletes` homes only where the hub leaves them to it, which stock does not.
    """

    def __init__(self, hub_url: str, namespace: str, *, deletes: bool) -> None:
        self._settings: dict[str, Any] = POLICY | {"url": f"{hub_url}/hub/api", "namespaces": [namespace]}
        self.deletes = deletes
        if deletes:
            self._settings["homes"] = HOMES
        self._day = 40.0
        self._going: set[str] = set()
        self._gone_at: dict[str, float] = {}
        self.runs, self.done = 0, Counter[str]()
        self.problems: list[str] = []

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            await self.once()

    def took(self, name: str, since: float) -> bool:
        """Whether the record of this person is going, or went since that moment of the monotonic clock."""
        return name in self._going or self._gone_at.get(name, since) > since

    async def once(self) -> None:
        """One run, half a day after the last."""
        self._day += DAYS_OF_A_RUN
        refused = self.done[REFUSED]
        with self._noted():
            report = await run(self._settings, self._day, self.done, LEASE_SECONDS)
        self.runs += 1
        # JupyterHub's own: it deletes nobody whose server has begun to start, and says 500. They stay.
        if report.problem and self.done[REFUSED] == refused:
            self.problems.append(f"culler: {report.problem}")

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """The audit log is written before and after; this is the very moment of the hub's delete."""
        delete_user = HubApi.delete_user

        async def delete_and_note(api: HubApi, name: str) -> None:
            self._going.add(name)
            try:
                await delete_user(api, name)
            except RefusedError:
                self.done[REFUSED] += 1
                raise
            finally:
                self._going.discard(name)
                self._gone_at[name] = time.monotonic()

        with patch.object(HubApi, "delete_user", delete_and_note):
            yield
