"""When may something that failed be tried again? The kubelet's doubling back-off."""

from dataclasses import dataclass

from libretexts_hub.local_cluster.kubelet.timing import Timing


@dataclass
class _Entry:
    delay: float
    updated: float


class BackOff:
    """Delays by key, doubled at each failure and forgotten after a long quiet time.

    As k8s.io/client-go/util/flowcontrol/backoff.go: the first failure is retried at once, the second after
    the base, then twice that, up to the maximum; a key that failed last more than two maxima ago starts
    anew. Times are seconds of a monotonic clock that the caller passes in.
    """

    def __init__(self, timing: Timing) -> None:
        self._base = timing.backoff_base
        self._max = timing.backoff_max
        self._entries: dict[str, _Entry] = {}

    def delay(self, key: str) -> float:
        """The delay that is in force, 0.0 when there is none."""
        entry = self._entries.get(key)
        return entry.delay if entry else 0.0

    def remaining(self, key: str, since: float, now: float) -> float:
        """Seconds to wait still, for something that failed at `since`; 0.0 means: try now."""
        entry = self._entries.get(key)
        if entry is None or self._has_expired(entry, since):
            return 0.0
        return max(0.0, since + entry.delay - now)

    def next(self, key: str, failed_at: float) -> None:
        """Note a retry of what failed at `failed_at`: the next one waits longer."""
        entry = self._entries.get(key)
        if entry is None or self._has_expired(entry, failed_at):
            self._entries[key] = _Entry(min(self._base, self._max), failed_at)
        else:
            self._entries[key] = _Entry(min(2 * entry.delay, self._max), failed_at)

    def _has_expired(self, entry: _Entry, now: float) -> bool:
        return now - entry.updated > 2 * self._max
