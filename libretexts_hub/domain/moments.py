"""How is a point in time written for people and for the API server? RFC 3339 in UTC, whole seconds."""

from datetime import UTC, datetime

EARLIEST, LATEST = 0.0, 253_402_300_000.0  # the years 1970 and 9999


def to_text(moment: float) -> str:
    """`2026-11-21T08:00:00Z`. A part of a second is rounded up, so that nothing is due too soon."""
    whole = int(moment) + (moment > int(moment))
    clamped = min(max(whole, EARLIEST), LATEST)
    return datetime.fromtimestamp(clamped, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def exact_text(moment: float) -> str:
    """The same with its part of a second, for what is compared with what the hub says later."""
    return datetime.fromtimestamp(min(max(moment, EARLIEST), LATEST), UTC).isoformat()


def from_text(text: object) -> float | None:
    """The same read again, also with a part of a second or an offset; None for what has no zone."""
    if not isinstance(text, str) or not 10 < len(text) < 40:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read.timestamp() if read.tzinfo is not None else None


def length_words(seconds: float) -> str:
    """`180 days`, `3 hours`, `20 minutes`: for a reason, rounded down."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {unit}" + ("" if number == 1 else "s")
    return f"{max(0, int(seconds))} seconds"
