"""How much of a pod's grace period is left? It may become shorter while the pod ends."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any


class Deadline:
    """The end of a grace period, on the clock of the running event loop."""

    def __init__(self, seconds: float) -> None:
        self._end = asyncio.get_running_loop().time() + seconds
        self._changed = asyncio.Event()
        self.is_immediate = seconds <= 0

    def remaining(self) -> float:
        """Seconds left; never below 0."""
        return max(0.0, self._end - asyncio.get_running_loop().time())

    def shorten(self, seconds: float) -> None:
        """At most `seconds` from now; a later end than before is ignored, as the kubelet does."""
        end = asyncio.get_running_loop().time() + seconds
        if end < self._end:
            self._end = end
            self.is_immediate = self.is_immediate or seconds <= 0
            self._changed.set()

    async def wait_for(self, work: Coroutine[Any, Any, Any], *, at_least: float = 0.0) -> bool:
        """Run `work` until it ends (True) or the deadline passes (False; it is cancelled then).

        `at_least` seconds are given in any case, unless the deadline is shortened meanwhile.
        """
        task = asyncio.ensure_future(work)
        floor = asyncio.get_running_loop().time() + at_least
        try:
            while not task.done():
                floor_left = max(0.0, floor - asyncio.get_running_loop().time())
                left = max(self.remaining(), floor_left)
                if left <= 0:
                    return False
                changed = asyncio.ensure_future(self._changed.wait())
                await asyncio.wait({task, changed}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                changed.cancel()
                if self._changed.is_set():
                    self._changed.clear()
                    floor = asyncio.get_running_loop().time()
            task.result()
            return True
        finally:
            if not task.done():
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


async def pause(interrupted: asyncio.Event, seconds: float) -> bool:
    """Wait that long; True, at once, when `interrupted` is set before."""
    try:
        await asyncio.wait_for(interrupted.wait(), seconds)
    except TimeoutError:
        return False
    return True
