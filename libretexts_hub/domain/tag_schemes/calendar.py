"""What do tags say that are made from the calendar? `2026.11.2`, `26.04`, `2026-11-21`, `20261121-1530`."""

import re
from datetime import date

from libretexts_hub.domain.tags import Tag, calendar_day, natural, unknown

MODIFIER = r"(?:[._-]?(?P<modifier>(?:alpha|beta|dev|rc|pre|a|b)[._-]?\d{0,9}))?"
# https://calver.org/: YYYY or YY, MM or 0M, then MICRO or the day, and perhaps a modifier.
CALVER = re.compile(
    r"v?(?P<year>\d{4}|\d{2})[.](?P<month>0?[1-9]|1[0-2])(?:[.](?P<micro>\d{1,9}))?(?:[.-](?P<build>\d{1,9}))?"
    + MODIFIER
)
DAY = re.compile(
    r"(?:(?P<prefix>[A-Za-z][A-Za-z0-9]*)[._-])?"
    r"(?P<year>(?:19|20)\d{2})(?P<between>[._-]?)(?P<month>\d{2})(?P=between)(?P<day>\d{2})"
    r"(?:[T._-]?(?P<hour>[01]\d|2[0-3])[._-]?(?P<minute>[0-5]\d)(?:[._-]?(?P<second>[0-5]\d))?Z?)?"
    r"(?:[._-](?P<suffix>[A-Za-z0-9][A-Za-z0-9._-]*))?"
)


class CalverScheme:
    """Releases, then pre-releases (`2026.11rc1`)."""

    kinds = ("release", "prerelease")

    def read(self, raw: str) -> Tag:
        """The tag by this grammar. Its day is that of the tag, else the first of its month."""
        found = CALVER.fullmatch(raw)
        if not found:
            return unknown(raw)
        year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
        month = int(found["month"])
        micro, build = (-1 if found[key] is None else int(found[key]) for key in ("micro", "build"))
        modifier = found["modifier"] or ""
        order = (year, month, micro, build, not modifier, natural(modifier), raw)
        return Tag(
            raw, "prerelease" if modifier else "release", raw, order, _made(year, month, found["micro"])
        )


class DateScheme:
    """One kind: a build of a day, with or without the time."""

    kinds = ("date",)

    def read(self, raw: str) -> Tag:
        """The tag by this grammar; a day that the calendar lacks makes it unknown."""
        found = DAY.fullmatch(raw)
        made = calendar_day(*(int(found[key]) for key in ("year", "month", "day"))) if found else None
        if not found or made is None:
            return unknown(raw)
        clock = tuple(-1 if found[key] is None else int(found[key]) for key in ("hour", "minute", "second"))
        suffix, prefix = found["suffix"] or "", found["prefix"] or ""
        order = (made.toordinal(), *clock, not suffix, natural(suffix), not prefix, natural(prefix), raw)
        return Tag(raw, "date", _name(made, clock, prefix, suffix), order, made)


def _made(year: int, month: int, micro: str | None) -> date | None:
    # `2026.11.03` with a leading zero is a day for certain; `2026.11.3` may be the third release of November.
    if micro is not None and len(micro) == 2 and (made := calendar_day(year, month, int(micro))):
        return made
    return calendar_day(year, month, 1)


def _name(made: date, clock: tuple[int, ...], prefix: str, suffix: str) -> str:
    at = f" {clock[0]:02}:{clock[1]:02}" if clock[0] >= 0 else ""
    return f"{prefix + ' ' if prefix else ''}{made.isoformat()}{at}{f' [{suffix}]' if suffix else ''}"
