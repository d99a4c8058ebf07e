"""When is this offered? An exam's image is there for its two hours."""

from dataclasses import dataclass
from datetime import date, datetime

from libretexts_hub.domain.entries import Entry
from libretexts_hub.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Availability:
    """From `opens` until just before `closes`; None: no limit on that side. Both carry a time zone."""

    opens: datetime | None = None
    closes: datetime | None = None

    def includes(self, now: datetime) -> bool:
        """Whether it is offered at `now`, which carries a time zone."""
        return (self.opens is None or now >= self.opens) and (self.closes is None or now < self.closes)

    def words(self, now: datetime) -> str:
        """For a person, in the operator's own time zone: `until 10:00 on 1 December 2026 (UTC+01:00)`."""
        if self.opens is not None and now < self.opens:
            return f"from {moment(self.opens)}"
        return f"until {moment(self.closes)}" if self.closes is not None else ""

    def is_past(self, now: datetime) -> bool:
        """Whether it closed, and will not open again."""
        return self.closes is not None and now >= self.closes


ALWAYS = Availability()


def moment(at: datetime) -> str:
    """`10:00 on 1 December 2026 (UTC+01:00)`; month names do not follow the hub's locale."""
    return f"{at:%H:%M} on {day(at)} ({at.tzname()})"


def day(at: date) -> str:
    """`1 December 2026`."""
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def parse_availability(entry: Entry) -> Availability:
    """Read `available: {from, until}`. Raises ConfigurationError, also for a time without a time zone."""
    part = entry.part("available")
    if part is None:
        return ALWAYS
    part.only(("from", "until"))
    opens, closes = _moment(part, "from"), _moment(part, "until")
    if opens is not None and closes is not None and opens >= closes:
        raise ConfigurationError(
            "It would close before it opens", where=part.where, fix="Write the earlier time after from:."
        )
    return Availability(opens, closes)


def _moment(part: Entry, key: str) -> datetime | None:
    """ISO 8601 as a text, or what YAML made of it: it turns an unquoted time into a datetime."""
    value = part.fields.get(key)
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        at = None
    if not isinstance(at, datetime):
        raise ConfigurationError(
            f"{value!r:.60} is not a time",
            where=part.place(key),
            fix=f'Write {key}: "2026-12-01T08:00:00+01:00".',
        )
    if at.utcoffset() is None:
        raise ConfigurationError(
            f"{value!r:.60} has no time zone",
            where=part.place(key),
            fix='Write the difference to UTC behind it, like "2026-12-01T08:00:00+01:00".',
        )
    return at
