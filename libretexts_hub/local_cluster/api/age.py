"""How old is it, in the few characters that kubectl shows?

The steps are those of k8s.io/apimachinery/pkg/util/duration.
"""

from datetime import UTC, datetime

from libretexts_hub.local_cluster.clock import parse

UNKNOWN = "<unknown>"


def age(timestamp: str | None, now: datetime | None = None) -> str:
    """The time since a timestamp: `5s`, `3m20s`, `7h`, `12d`."""
    if not timestamp:
        return UNKNOWN
    try:
        elapsed = (now or datetime.now(UTC)) - parse(timestamp)
    except (ValueError, TypeError, OverflowError):
        return UNKNOWN
    return human_duration(elapsed.total_seconds())


def human_duration(seconds: float) -> str:
    """Two units while the larger one is small, then one."""
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    if whole < 120:
        return f"{max(whole, 0)}s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if minutes < 10:
        return _two(minutes, "m", whole % 60, "s")
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return _two(days, "d", hours % 24, "h")
    if days < 2 * 365:
        return f"{days}d"
    years = days // 365
    return _two(years, "y", days % 365, "d") if years < 8 else f"{years}y"


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large}{large_unit}{small}{small_unit}" if small else f"{large}{large_unit}"
