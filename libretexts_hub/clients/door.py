"""How many requests may be under way at once? Fewer for a server that is slow or says that it is too much."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# Requests that were sent together are refused together: that counts once.
ONCE_IN_SECONDS = 1.0


class Door:
    """`async with door.entered()`: at most `widest` inside. `narrow` halves that, down to one; each `widen`
    gives a part of one back, so that as many good answers as there is room for give back one."""

    def __init__(self, widest: int) -> None:
        self._widest = self._room = float(max(1, widest))
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._narrowed = float("-inf")

    @property
    def room(self) -> int:
        """How many may be inside now."""
        return int(self._room)

    def narrow(self) -> None:
        """The server has too much to do."""
        now = time.monotonic()
        if now - self._narrowed >= ONCE_IN_SECONDS:
            self._narrowed = now
            self._room = max(1.0, self._room / 2)

    def widen(self) -> None:
        """It answered well."""
        self._room = min(self._widest, self._room + 1 / self._room)
        self._wake()

    @asynccontextmanager
    async def entered(self, *, first: bool = False) -> AsyncIterator[None]:
        """Inside, as soon as there is room; `first`: before all who wait already."""
        while self._inside >= self.room:
            ticket = asyncio.get_running_loop().create_future()
            self._waiting.appendleft(ticket) if first else self._waiting.append(ticket)
            try:
                await ticket
            except asyncio.CancelledError:
                # Whoever leaves hands on a place that was given to them.
                self._waiting.remove(ticket) if ticket in self._waiting else self._wake()
                raise
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
            self._wake()

    def _wake(self) -> None:
        free = self.room - self._inside
        while free > 0 and self._waiting:
            ticket = self._waiting.popleft()
            if not ticket.done():
                ticket.set_result(None)
                free -= 1
