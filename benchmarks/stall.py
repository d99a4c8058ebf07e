"""For how long did one process keep its event loop from everybody else?"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from dataclasses import dataclass
from typing import Self

TICK_SECONDS = 0.005


@dataclass
class StallMeter:
    """The longest gap between two ticks of a task, in three kinds of time.

    CPU time of the loop's thread is what the loop computed. Wall time counts all, also what other processes
    took on a busy machine. `own_seconds` is wall time without what the kernel had the thread wait for a CPU,
    so it also holds waiting for a socket, a lock or Python's GIL: a loop that is held up shows in it, a busy
    machine does not. Where the kernel does not count (only Linux does) it is the wall time.
    """

    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    own_seconds: float = 0.0

    async def _tick(self) -> None:
        with _RunQueue() as queue:
            wall, cpu, queued = time.perf_counter(), time.thread_time(), queue.seconds()
            while True:
                await asyncio.sleep(TICK_SECONDS)
                now_wall, now_cpu, now_queued = time.perf_counter(), time.thread_time(), queue.seconds()
                late = now_wall - wall - TICK_SECONDS
                self.wall_seconds = max(self.wall_seconds, late)
                self.cpu_seconds = max(self.cpu_seconds, now_cpu - cpu)
                self.own_seconds = max(self.own_seconds, late - (now_queued - queued))
                wall, cpu, queued = now_wall, now_cpu, now_queued

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._tick())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *exception: object) -> None:
        await asyncio.sleep(0)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


class _RunQueue:
    """For how long the kernel had this thread wait for a CPU (Linux, Documentation/scheduler/sched-stats)."""

    def __enter__(self) -> Self:
        self._file: int | None = None
        with contextlib.suppress(OSError):
            self._file = os.open(f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY)
        return self

    def __exit__(self, *exception: object) -> None:
        if self._file is not None:
            os.close(self._file)

    def seconds(self) -> float:
        return int(os.pread(self._file, 200, 0).split()[1]) / 1e9 if self._file is not None else 0.0
