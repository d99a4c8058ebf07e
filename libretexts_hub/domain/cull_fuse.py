"""Does what the culler sees look like a hub in order? If not, the run deletes nothing and says what it saw.

Anomalies end the run: a list that is not whole, a hub whose users vanished or whose activity went back,
clocks that disagree. The numbers `claims` and `percent` are no anomaly: they are how many may go in one run.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from libretexts_hub.domain.culling import Ledger
from libretexts_hub.domain.durations import parse_duration
from libretexts_hub.domain.entries import Entry
from libretexts_hub.domain.moments import length_words, to_text
from libretexts_hub.errors import ConfigurationError

FUSE_KEYS = ("claims", "percent", "marks", "fallen_users", "clock")


@dataclass(frozen=True, slots=True)
class Fuse:
    """In a run at most `claims` and `percent` of all are deleted, and at most `marks` new ones marked.

    `fallen_users`: percent by which the number of users may fall between two runs; `clock`: seconds by which
    the clocks of this machine, the hub and the API server may differ.
    """

    claims: int = 50
    percent: float = 5.0
    marks: int = 5000
    fallen_users: float = 10.0
    clock: float = 120.0

    def most_deletes(self, claims_in_all: int) -> int:
        """How many claims may go in this run; with a handful of claims one may always."""
        if not self.claims or not self.percent:
            return 0
        return min(self.claims, max(1, int(claims_in_all * self.percent / 100)))


@dataclass(frozen=True, slots=True)
class Seen:
    """What this run saw. `users` is what the hub says it has; `users_read` and `distinct_names` are None
    where the list was ended early on purpose; the times are those of the answers."""

    now: float
    users: int
    claims: int
    users_read: int | None = None
    distinct_names: int | None = None
    hub_time: float | None = None
    server_time: float | None = None
    newest_activity: float | None = None


def blown(fuse: Fuse, seen: Seen, last: Ledger) -> str:
    """Why nothing may be deleted, in one sentence that says what was seen; empty where all is well."""
    return next(_anomalies(fuse, seen, last), "")


def _anomalies(fuse: Fuse, seen: Seen, last: Ledger) -> Iterator[str]:
    if seen.users <= 0:
        yield "the hub says that it has no users"
    if seen.users_read is not None and seen.users_read != seen.users:
        yield f"the hub says that it has {seen.users} users, and {seen.users_read} were read"
    if seen.distinct_names is not None and seen.distinct_names != seen.users_read:
        yield f"of {seen.users_read} users only {seen.distinct_names} have different names"
    for who, time in (("hub", seen.hub_time), ("API server", seen.server_time)):
        if time is None:
            yield f"the {who} does not say what time it is"
        elif abs(time - seen.now) > fuse.clock:
            yield (
                f"the clock of the {who} says {to_text(time)}, ours {to_text(seen.now)}: more than"
                f" {length_words(fuse.clock)} apart"
            )
    if last.finished is not None and seen.now < last.finished - fuse.clock:
        yield f"the last run ended at {to_text(last.finished)}, and it is {to_text(seen.now)} now"
    if last.users and seen.users < last.users * (1 - fuse.fallen_users / 100):
        yield (
            f"the hub has {seen.users} users and had {last.users} at the last run: more than"
            f" {fuse.fallen_users:g} % fewer, as after a restored or emptied database"
        )
    if (
        last.newest_activity is not None
        and seen.newest_activity is not None
        and seen.newest_activity < last.newest_activity - fuse.clock
    ):
        yield (
            f"the newest activity of the hub is {to_text(seen.newest_activity)}, and was"
            f" {to_text(last.newest_activity)} at the last run, as after a restored database"
        )


def parse_fuse(entry: Entry | None) -> Fuse:
    """Read `fuse`. Raises ConfigurationError."""
    if entry is None:
        return Fuse()
    entry.only(FUSE_KEYS)
    standard = Fuse()
    clock = entry.fields.get("clock")
    return Fuse(
        claims=_count(entry, "claims", standard.claims),
        percent=_percent(entry, "percent", standard.percent),
        marks=_count(entry, "marks", standard.marks),
        fallen_users=_percent(entry, "fallen_users", standard.fallen_users),
        clock=standard.clock if clock is None else parse_duration(clock, where=entry.place("clock")),
    )


def _count(entry: Entry, key: str, default: int) -> int:
    count = entry.integer(key, default=default)
    if count < 0:
        raise ConfigurationError(
            f"{key!r} is negative: {count}", where=entry.place(key), fix=f"Write {key}: 0 for none, or more."
        )
    return count


def _percent(entry: Entry, key: str, default: float) -> float:
    value = entry.fields.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise ConfigurationError(
            f"{key!r} must be a number from 0 to 100, not {value!r:.60}",
            where=entry.place(key),
            fix=f"Write {key}: {default:g}.",
        )
    return float(value)
