"""What does the culler do some days from now? Here or by `python -m tests.e2e.culled_at DAYS SETTINGS`."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest.mock import patch

from libretexts_hub.clients.leases import Lease
from libretexts_hub.clients.polite_requests import Patience
from libretexts_hub.culler.app import IdleCuller
from libretexts_hub.culler.local import SystemClock
from libretexts_hub.culler.wiring import wired

if TYPE_CHECKING:
    from collections import Counter

    from libretexts_hub.clients.kube_api import KubeApi
    from libretexts_hub.culler.sweep import Report

DAY = 86400
LEASE_SECONDS = 2
QUICK = Patience(seconds=5, deadline=0.4, first_pause=0.02)


class Later(SystemClock):
    """The time in some days."""

    def __init__(self, days: float) -> None:
        self._later = days * DAY

    def now(self) -> float:
        return super().now() + self._later


async def run(
    settings: dict, days: float, counts: Counter[str] | None = None, lease_seconds: float = LEASE_SECONDS
) -> Report:
    """One run of the whole culler, which gives up soon, so that no test waits for minutes.

    What it did is added to `counts`.
    """
    app = IdleCuller(**settings)

    def own_lease(api: KubeApi, namespace: str, name: str, holder: str) -> Lease:
        """The culler's own namespace is that of other tests too."""
        return Lease(api, namespace, f"{name}-{settings['namespaces'][0]}", holder, duration=lease_seconds)

    with (
        patch("libretexts_hub.culler.wiring.Lease", own_lease),
        patch("libretexts_hub.clients.polite_requests.Patience", lambda: QUICK),
    ):
        async with wired(app.wires(app.policy(), needs_cluster=True)) as (ports, namespace):
            world = app.world(replace(ports, clock=Later(days)), namespace)
            report = await app.run_once(world, set())
            if counts is not None:
                counts.update(world.counts)
            return report


if __name__ == "__main__":
    print(asyncio.run(run(json.loads(sys.argv[2]), float(sys.argv[1]))))
