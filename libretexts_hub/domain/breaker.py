"""Is it worth asking this server now? Closed: yes. Open: no, it was away just now. Half open: one may try."""

from dataclasses import dataclass
from enum import Enum


class BreakerState(Enum):
    """The number is what the metric shows."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


@dataclass(slots=True)
class Breaker:
    """Opens after `failures_to_open` failures in a row, for `pause_seconds`, twice as long after each vain
    try.

    `now` is any clock that does not go back, in seconds.
    """

    failures_to_open: int = 3
    pause_seconds: float = 5.0
    longest_pause_seconds: float = 60.0
    failures: int = 0
    pauses: int = 0
    opened_at: float | None = None
    trying_since: float | None = None

    def state(self, now: float) -> BreakerState:
        """Whether it lets requests through."""
        if self.opened_at is None:
            return BreakerState.CLOSED
        is_over = now - self.opened_at >= self._pause()
        return BreakerState.HALF_OPEN if is_over else BreakerState.OPEN

    def may_ask(self, now: float) -> bool:
        """Take the turn of one request. In the half-open state there is one, until it ends or is too old."""
        state = self.state(now)
        if state is BreakerState.CLOSED:
            return True
        if state is BreakerState.OPEN:
            return False
        if self.trying_since is not None and now - self.trying_since < self.longest_pause_seconds:
            return False
        self.trying_since = now
        return True

    def succeeded(self) -> None:
        """An answer came, whatever it said."""
        self.failures = self.pauses = 0
        self.opened_at = self.trying_since = None

    def failed(self, now: float) -> None:
        """No answer came, or one that says that the server is broken."""
        self.failures += 1
        was_trying = self.trying_since is not None
        self.trying_since = None
        if self.opened_at is not None and not was_trying:
            return  # a request that began before it opened: old news
        if was_trying or self.failures >= self.failures_to_open:
            self.pauses += 1
            self.opened_at = now

    def gave_up(self) -> None:
        """The request was cancelled: it says nothing, and its turn is free again."""
        self.trying_since = None

    def seconds_left(self, now: float) -> float:
        """Until the next try."""
        return max(0.0, self._pause() - (now - self.opened_at)) if self.opened_at is not None else 0.0

    def _pause(self) -> float:
        longer: float = self.pause_seconds * 2 ** min(self.pauses - 1, 10)
        return min(self.longest_pause_seconds, longer)
