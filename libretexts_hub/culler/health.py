"""Does the culler still turn? Over HTTP: /health for a probe, /metrics for Prometheus; nothing else."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from libretexts_hub.culler.metrics import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable


class Health:
    """What is known of the runs. `stale_after`: seconds without a beat after which the process is stuck."""

    def __init__(self, *, stale_after: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stale_after = stale_after
        self._beat = clock()
        self.last_end = "none yet"

    def beat(self) -> None:
        """Said by whatever goes on: a page was read, a step was done, a pause was begun."""
        self._beat = self._clock()

    def ended(self, words: str) -> None:
        """How the last run ended: `done`, or why it did not."""
        self.last_end = words
        self.beat()

    @property
    def is_alive(self) -> bool:
        """Whether something was heard recently."""
        return self._clock() - self._beat <= self._stale_after


class HealthServer:
    """Listens on `address:port`; port 0 takes a free one, which `port` then says."""

    def __init__(self, health: Health, *, address: str = "0.0.0.0", port: int = 8080) -> None:  # noqa: S104
        self._health = health
        self._place = (address, port)
        self._runner: web.AppRunner | None = None
        self.port = port

    async def __aenter__(self) -> HealthServer:
        application = web.Application()
        application.router.add_get("/health", self._answer_health)
        application.router.add_get("/metrics", self._answer_metrics)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, *self._place)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *exception: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer_health(self, _: web.Request) -> web.Response:
        is_alive = self._health.is_alive
        document = {"status": "ok" if is_alive else "stuck", "last_run": self._health.last_end}
        return web.json_response(document, status=200 if is_alive else 503)

    async def _answer_metrics(self, _: web.Request) -> web.Response:
        body = generate_latest(REGISTRY)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})
