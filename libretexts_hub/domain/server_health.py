"""Which of several servers is asked next, and which is left alone because it failed a moment ago?"""

from dataclasses import dataclass

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0


@dataclass
class _Memory:
    failures: int = 0
    closed_until: float = 0.0
    failed_at: float = float("-inf")


class ServerHealth:
    """A circuit breaker per server, in the order of preference. Times are seconds of any steady clock.

    A server that failed is left alone for a second, then twice as long each time, up to a minute. After the
    pause one caller may try it; the others go on as if it were away until that one has an answer, or for
    `probe_seconds`.
    """

    def __init__(self, count: int, *, probe_seconds: float = 10.0) -> None:
        self._memories = [_Memory() for _ in range(count)]
        self._probe_seconds = probe_seconds

    def candidates(self, now: float) -> tuple[int, ...]:
        """The servers that may be asked now, the first preferred; none: all are known to be away."""
        return tuple(number for number, each in enumerate(self._memories) if each.closed_until <= now)

    def may_ask(self, number: int, now: float) -> bool:
        """Take the turn: after a failure only one caller gets it."""
        memory = self._memories[number]
        if memory.closed_until > now:
            return False
        if memory.failures:
            memory.closed_until = now + self._probe_seconds
        return True

    def worked(self, number: int) -> bool:
        """It answered. True where it was away before."""
        was_away = self._memories[number].failures > 0
        self._memories[number] = _Memory()
        return was_away

    def failed(self, number: int, *, began: float, now: float) -> float:
        """It did not answer who asked at `began`. For how many seconds it is left alone.

        Many who waited at the same time are one failure.
        """
        memory = self._memories[number]
        if memory.failed_at >= began:
            return max(0.0, memory.closed_until - now)
        pause = min(FIRST_PAUSE_SECONDS * 2.0**memory.failures, LONGEST_PAUSE_SECONDS)
        memory.failures = min(memory.failures + 1, 30)
        memory.closed_until, memory.failed_at = now + pause, now
        return pause

    def seconds_until_next(self, now: float) -> float:
        """For how long nobody needs to ask again."""
        return max(0.0, min((each.closed_until for each in self._memories), default=now) - now)
