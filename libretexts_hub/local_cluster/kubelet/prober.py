"""When is a container started, ready, or to be restarted? Probes repeated, and their thresholds."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from libretexts_hub.local_cluster.kubelet.probes import ProbeTarget, Verdict

KINDS = {"startup": "startupProbe", "liveness": "livenessProbe", "readiness": "readinessProbe"}


@dataclass
class Thresholds:
    """Counts equal results in a row.

    A result counts once it has come often enough (pkg/kubelet/prober/worker.go).
    """

    success: int
    failure: int
    _last: bool | None = None
    _run: int = 0

    def judge(self, succeeded: bool) -> bool | None:
        """True or False when the threshold is reached, None when it is not yet."""
        self._run = self._run + 1 if succeeded is self._last else 1
        self._last = succeeded
        return succeeded if self._run >= (self.success if succeeded else self.failure) else None


@dataclass(frozen=True)
class ProbeHandlers:
    """What the container does with results."""

    set_started: Callable[[], None]
    set_ready: Callable[[bool], None]
    restart: Callable[[str], Awaitable[None]]  # startup or liveness
    report: Callable[[str, Verdict], None]


class Prober:
    """Runs the probes of one attempt of a container, until it is cancelled.

    The startup probe comes first; liveness and readiness begin when it has succeeded. Without a readiness
    probe the container is ready as soon as it has started.
    """

    def __init__(self, target: ProbeTarget, handlers: ProbeHandlers) -> None:
        self._target = target
        self._handlers = handlers

    async def run(self) -> None:
        """Ends when nothing is left to probe, or with the restart that a failed probe asks for."""
        began = asyncio.get_running_loop().time()
        if self._spec("startup") is not None and not await self._repeat("startup", began):
            return
        self._handlers.set_started()
        if self._spec("readiness") is None:
            self._handlers.set_ready(True)
        async with asyncio.TaskGroup() as group:
            for kind in ("liveness", "readiness"):
                if self._spec(kind) is not None:
                    group.create_task(self._repeat(kind, began))

    def _spec(self, kind: str) -> Mapping[str, Any] | None:
        return self._target.container.get(KINDS[kind])

    async def _repeat(self, kind: str, began: float) -> bool:
        """Probe until a startup probe succeeds (True), or startup or liveness has failed for good (False)."""
        spec = self._spec(kind) or {}
        thresholds = Thresholds(
            int(spec.get("successThreshold") or 1), int(spec.get("failureThreshold") or 3)
        )
        period = max(0.1, float(spec.get("periodSeconds") or 10))
        loop = asyncio.get_running_loop()
        due = max(began + float(spec.get("initialDelaySeconds") or 0), loop.time())
        while True:
            await asyncio.sleep(max(0.0, due - loop.time()))
            result = await self._once(kind, spec, thresholds)
            if kind == "readiness" and result is not None:
                self._handlers.set_ready(result)
            elif kind == "startup" and result:
                return True
            elif kind != "readiness" and result is False:
                await self._handlers.restart(kind)
                return False
            # Ticks that a slow probe ran over are skipped, as a Go ticker skips them.
            due += period * max(1, math.ceil((loop.time() - due) / period))

    async def _once(self, kind: str, spec: Mapping[str, Any], thresholds: Thresholds) -> bool | None:
        verdict = await self._target.ask(spec)
        if verdict.succeeded is not True:
            self._handlers.report(kind, verdict)
        return None if verdict.succeeded is None else thresholds.judge(verdict.succeeded)
