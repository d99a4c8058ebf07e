"""For how long did one process keep its event loop from everybody else?"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from typing import Self

TICK_SECONDS = 0.005


@dataclass
class StallMeter:
    """The longest gap between two ticks of a task, in CPU time of the loop's thread and in wall time.

    CPU time is the figure to compare: on a busy machine wall time also counts what other processes took.
    """

    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0

    async def _tick(self) -> None:
        wall, cpu = time.perf_counter(), time.thread_time()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now_wall, now_cpu = time.perf_counter(), time.thread_time()
            self.wall_seconds = max(self.wall_seconds, now_wall - wall - TICK_SECONDS)
            self.cpu_seconds = max(self.cpu_seconds, now_cpu - cpu)
            wall, cpu = now_wall, now_cpu

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._tick())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *exception: object) -> None:
        await asyncio.sleep(0)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
