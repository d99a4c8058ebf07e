"""Which homes may go, and when? The operator's `homes`: who counts as gone, notices, grace, snapshot."""

from collections.abc import Iterable
from dataclasses import dataclass

from libretexts_hub.domain.access import ACCESS_KEYS, EVERYBODY, Access, folded, parse_access
from libretexts_hub.domain.cull_annotations import ERASE
from libretexts_hub.domain.culling import HubUser, Standing
from libretexts_hub.domain.durations import parse_duration
from libretexts_hub.domain.entries import Entry, did_you_mean, entries
from libretexts_hub.errors import ConfigurationError

HOME_KEYS = (
    *("inactive", "left", "orphans", "notices", "grace", "unsent", "snapshot", "snapshot_kept"),
    *("snapshot_class", "hub_user", "settle", "order", *ACCESS_KEYS),
)
DAY = 86400.0
LEFT = ("directory", "courses")
KEEP, DELETE = "keep", "delete"
COURSE = "course-"
DEFAULT_GRACE, DEFAULT_KEPT, DEFAULT_SETTLE = 14 * DAY, 90 * DAY, 600.0


@dataclass(frozen=True, slots=True)
class HomeRule:
    """Seconds. `left`: only of people who left the directory, or all courses. `orphans`: of people whom the
    hub does not have, `inactive` is then the age of the claim.

    `notices`: how long before the delete each is sent. `unsent`: what becomes of a claim whose notice did not
    reach the person. `hub_user`: whether the record of the person goes too. `settle`: how long after that the
    claim waits still, so that somebody who was just logging in comes back to it.
    """

    slug: str
    inactive: float
    left: str = ""
    orphans: bool = False
    notices: tuple[float, ...] = ()
    grace: float = DEFAULT_GRACE
    unsent: str = KEEP
    snapshot: bool = False
    snapshot_kept: float = DEFAULT_KEPT
    snapshot_class: str = ""
    hub_user: str = DELETE
    settle: float = DEFAULT_SETTLE
    access: Access = EVERYBODY

    @property
    def wait(self) -> float:
        """The shortest time from the mark to the delete."""
        return max(self.grace, *self.notices, 0.0)

    @property
    def takes_everybody(self) -> bool:
        """Whether it has no condition but the time."""
        return not self.left and self.access == EVERYBODY

    def takes(self, user: HubUser, standing: Standing) -> bool:
        """Whether the entry is about this person."""
        if self.orphans or not self.access.admits(folded(user.groups)):
            return False
        if self.left == "directory":
            return standing.is_member is False
        if self.left == "courses":
            return not any(group.startswith(COURSE) for group in folded(user.groups))
        return True


def rule_for(rules: Iterable[HomeRule], user: HubUser | None, standing: Standing) -> HomeRule | None:
    """The entry that counts: with a condition before one without, then as ordered. None user: an orphan."""
    if user is None:
        return next((rule for rule in rules if rule.orphans), None)
    fitting = [rule for rule in rules if rule.takes(user, standing)]
    return min(fitting, key=lambda rule: rule.takes_everybody, default=None)


def parse_home_rules(raw: object, *, where: str) -> tuple[HomeRule, ...]:
    """Read `homes`. Raises ConfigurationError for the first thing that is wrong."""
    rules = tuple(_rule(entry) for entry in entries(raw, where=where))
    if len([rule for rule in rules if rule.orphans]) > 1:
        raise ConfigurationError(
            "Two entries are about orphans", where=where, fix="Leave orphans: true in one of them."
        )
    return rules


def _rule(entry: Entry) -> HomeRule:
    entry.only(HOME_KEYS)
    if entry.slug == ERASE:
        raise ConfigurationError(
            f"{ERASE!r} is what cull erase writes on claims", where=entry.where, fix="Call the entry else."
        )
    orphans, left = entry.flag("orphans"), _word(entry, "left", LEFT, "")
    if "inactive" not in entry.fields:
        raise ConfigurationError(
            "An entry needs inactive: without it nobody is gone",
            where=entry.where,
            fix="Write inactive: 180d.",
        )
    if orphans and (left or any(key in entry.fields for key in ACCESS_KEYS)):
        raise ConfigurationError(
            "An orphan has no groups and left nothing",
            where=entry.where,
            fix="Write an entry of its own for them.",
        )
    grace = _seconds(entry, "grace", DEFAULT_GRACE, least=DAY)
    return HomeRule(
        slug=entry.slug,
        inactive=_seconds(entry, "inactive", 0.0, least=DAY),
        left=left,
        orphans=orphans,
        notices=_notices(entry, () if orphans else (grace,)),
        grace=grace,
        unsent=_word(entry, "unsent", (KEEP, DELETE), KEEP),
        snapshot=entry.flag("snapshot"),
        snapshot_kept=_seconds(entry, "snapshot_kept", DEFAULT_KEPT, least=DAY),
        snapshot_class=entry.text("snapshot_class", default=""),
        hub_user=_word(entry, "hub_user", (KEEP, DELETE), DELETE),
        settle=_seconds(entry, "settle", DEFAULT_SETTLE, least=0.0),
        access=parse_access(entry),
    )


def _seconds(entry: Entry, key: str, default: float, *, least: float) -> float:
    if key not in entry.fields:
        return default
    seconds = parse_duration(entry.fields[key], where=entry.place(key))
    if seconds < least:
        raise ConfigurationError(
            f"{key!r} is less than a day", where=entry.place(key), fix=f"Write {key}: 14d, or more."
        )
    return seconds


def _word(entry: Entry, key: str, known: tuple[str, ...], default: str) -> str:
    word = entry.text(key, default=default)
    if word != default and word not in known:
        raise ConfigurationError(
            f"{word!r:.60} is no value of {key}", where=entry.place(key), fix=did_you_mean(word, known)
        )
    return word


def _notices(entry: Entry, default: tuple[float, ...]) -> tuple[float, ...]:
    """Longest first, each once."""
    texts = entry.texts("notices")
    if texts is None:
        return default
    return tuple(sorted({parse_duration(text, where=entry.place("notices")) for text in texts}, reverse=True))
