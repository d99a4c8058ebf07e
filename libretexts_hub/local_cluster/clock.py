"""How does the API write times? RFC 3339 in UTC: whole seconds, or microseconds for events and leases."""

from datetime import UTC, datetime, timedelta


def timestamp() -> str:
    """Now, in whole seconds (metav1.Time)."""
    return seconds_from_now(0)


def seconds_from_now(seconds: int) -> str:
    """That many seconds from now, as metav1.Time; the far future where the calendar ends."""
    try:
        moment = datetime.now(UTC) + timedelta(seconds=seconds)
    except OverflowError:
        moment = datetime.max.replace(tzinfo=UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def micro_timestamp() -> str:
    """Now, in microseconds (metav1.MicroTime)."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse(text: str) -> datetime:
    """The moment of a timestamp that the API wrote or accepted."""
    return datetime.fromisoformat(text)
