"""What is announced on all pages now? Levels, from when to when, to whom."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from libretexts_hub.domain.availability import ALWAYS, Availability, parse_availability
from libretexts_hub.domain.entries import LONGEST_TEXT, Entry
from libretexts_hub.errors import ConfigurationError

LEVELS = ("info", "warning", "error")
KEYS = ("text", "level", "start", "end", "dismissable", "groups")
MOST = 20


@dataclass(frozen=True)
class Announcement:
    """One text in Markdown on one line; `key` names it where somebody has put it away."""

    text: str
    level: str = "info"
    when: Availability = ALWAYS
    is_dismissable: bool = False
    groups: tuple[str, ...] | None = None

    @property
    def key(self) -> str:
        """Another text is another announcement: who put away the first one sees it."""
        return hashlib.sha256(f"{self.level} {self.text}".encode()).hexdigest()[:12]

    def is_for(self, groups: Collection[str], now: datetime) -> bool:
        """Whether somebody of these groups sees it at `now`."""
        folded = {group.casefold() for group in groups}
        return self.when.includes(now) and (self.groups is None or not folded.isdisjoint(self.groups))


def parse_announcements(written: object, *, where: str) -> tuple[Announcement, ...]:
    """A list of them, or of plain texts. Raises ConfigurationError."""
    if written is None or written == "":
        return ()
    if isinstance(written, Mapping) and set(written) == {"announcements"}:
        return parse_announcements(written["announcements"], where=where)
    listed = [written] if isinstance(written, str | Mapping) else written
    if not isinstance(listed, list | tuple):
        raise ConfigurationError(
            f"A list of announcements is needed, not {written!r:.60}",
            where=where,
            fix="Begin each with a dash.",
        )
    if len(listed) > MOST:
        raise ConfigurationError(
            f"{len(listed)} announcements are more than anybody reads",
            where=where,
            fix=f"Keep at most {MOST}.",
        )
    return tuple(_announcement(each, f"{where}[{number}]") for number, each in enumerate(listed))


def _announcement(written: object, where: str) -> Announcement:
    fields = {"text": written} if isinstance(written, str) else written
    if not isinstance(fields, Mapping):
        raise ConfigurationError(
            f"An announcement must be a text or a mapping, not {written!r:.60}",
            where=where,
            fix="Write text: and the words below it.",
        )
    entry = Entry("", {str(key): value for key, value in fields.items()}, where)
    entry.only(KEYS)
    level = entry.text("level", default=LEVELS[0])
    if level not in LEVELS:
        raise ConfigurationError(
            f"{level!r:.60} is not a level",
            where=entry.place("level"),
            fix=f"Known are: {', '.join(LEVELS)}.",
        )
    groups = entry.texts("groups")
    return Announcement(
        text=_one_line(entry),
        level=level,
        when=_times(entry),
        is_dismissable=entry.flag("dismissable"),
        groups=None if groups is None else tuple(group.casefold() for group in groups),
    )


def _one_line(entry: Entry) -> str:
    """YAML keeps the ends of lines of a long text; a page does not."""
    text = entry.fields.get("text")
    if isinstance(text, str):
        entry = Entry(
            entry.slug, {**entry.fields, "text": " ".join(text.split())[: LONGEST_TEXT + 1]}, entry.where
        )
    return entry.text("text")


def _times(entry: Entry) -> Availability:
    moments = {"from": entry.fields.get("start"), "until": entry.fields.get("end")}
    written = {key: value for key, value in moments.items() if value is not None}
    return parse_availability(Entry("", {"available": written}, entry.where)) if written else ALWAYS


def shown_to(
    announcements: Iterable[Announcement], groups: Collection[str], now: datetime
) -> tuple[Announcement, ...]:
    """What somebody of these groups sees, the gravest first."""
    mine = [each for each in announcements if each.is_for(groups, now)]
    return tuple(sorted(mine, key=lambda each: -LEVELS.index(each.level)))
