"""What do the tags of the Rubin Observatory's Science Platform say?

Releases `r29_1_1`, candidates `r29_1_1_rc2`, weeklies `w_2026_46`, dailies `d_2026_11_21`, and `exp_` before
any of them for an experiment; behind it a cycle `_c0047.003`, an RSP build `_rsp19`, any other text, and a
processor `-arm64`. The grammar is that of https://sqr-059.lsst.io/.
"""

import re
from datetime import date

from libretexts_hub.domain.tags import (
    LONGEST_TAG,
    UNKNOWN,
    Order,
    Tag,
    calendar_day,
    natural,
    thursday,
    unknown,
)

PRIMARY = re.compile(
    r"""
    (?: r(?P<major>\d{1,4})_(?P<minor>\d{1,4})_(?P<patch>\d{1,4}) (?:_rc(?P<candidate>\d{1,4}))?
      | r(?P<old>\d{3})
      | w_(?P<week_year>\d{4})_(?P<week>\d{1,2})
      | d_(?P<year>\d{4})_(?P<month>\d{1,2})_(?P<day>\d{1,2})
      | (?P<nameless>[A-Za-z0-9.]+(?:_[A-Za-z0-9.]+)*?) (?=_c\d{1,6})
    )
    (?:_c(?P<cycle>\d{1,6})(?:\.(?P<cycle_build>\d{1,6}))?)?
    (?:_rsp(?P<rsp>\d{1,6}))?
    (?:_(?P<extra>[A-Za-z0-9._]+))?
    (?:-(?P<arch>[A-Za-z0-9][A-Za-z0-9._-]*))?
    """,
    re.VERBOSE,
)
EXPERIMENTAL = "exp_"


class RubinScheme:
    """Releases first, then weeklies, dailies, candidates and experimental builds, as their own menu does."""

    kinds = ("release", "weekly", "daily", "release_candidate", "experimental")

    def read(self, raw: str) -> Tag:
        """The tag by this grammar; `exp_` is taken off first, and what is behind it is read again."""
        if raw.startswith(EXPERIMENTAL) and len(EXPERIMENTAL) < len(raw) <= LONGEST_TAG:
            return self._experimental(raw)
        found = PRIMARY.fullmatch(raw)
        return self._known(raw, found) if found else unknown(raw)

    def _experimental(self, raw: str) -> Tag:
        inner = self.read(raw[len(EXPERIMENTAL) :])
        # An experimental weekly and an experimental release have no common version: the kind decides first.
        rank = -self.kinds.index(inner.kind) if inner.kind in self.kinds else -len(self.kinds)
        return Tag(raw, "experimental", f"Experimental {inner.name}", (rank, inner.order, raw), inner.made)

    def _known(self, raw: str, found: re.Match[str]) -> Tag:
        part = found.groupdict()
        kind, name, version, made = _primary(part)
        if kind in ("weekly", "daily") and made is None:
            return unknown(raw)  # a week or a day that the calendar lacks
        if not kind:
            return Tag(raw, UNKNOWN, name + _suffixes(part), (natural(raw), raw))
        return Tag(raw, kind, name + _suffixes(part), (*version, *_suffix_order(part), raw), made)


def _primary(part: dict[str, str | None]) -> tuple[str, str, tuple[int, ...], date | None]:
    """Kind, name, version and day of the part before all suffixes."""
    if part["major"] is not None:
        version = tuple(int(part[key] or 0) for key in ("major", "minor", "patch"))
        dotted = ".".join(map(str, version))
        if part["candidate"] is None:
            return "release", f"Release r{dotted}", version, None
        number = int(part["candidate"])
        return "release_candidate", f"Release candidate r{dotted}-rc{number}", (*version, number), None
    if part["old"] is not None:
        digits = part["old"]
        return "release", f"Release r{digits[:2]}.{digits[2]}.0", (int(digits[:2]), int(digits[2]), 0), None
    if part["week"] is not None:
        year, week = int(part["week_year"] or 0), int(part["week"])
        return "weekly", f"Weekly {year}_{week:02}", (year, week), thursday(year, week)
    if part["day"] is not None:
        year, month, day = (int(part[key] or 0) for key in ("year", "month", "day"))
        made = calendar_day(year, month, day)
        return "daily", f"Daily {year}_{month:02}_{day:02}", (year, month, day), made
    return "", part["nameless"] or "", (), None


def _suffix_order(part: dict[str, str | None]) -> Order:
    """Later builds are newer; a tag without extra text or processor comes before those that have one."""
    cycle, build, rsp = (int(part[key] or -1) for key in ("cycle", "cycle_build", "rsp"))
    extra, arch = part["extra"] or "", part["arch"] or ""
    return (cycle, build, rsp, not extra, natural(extra), not arch, natural(arch))


def _suffixes(part: dict[str, str | None]) -> str:
    """The suffixes for a person."""
    words = ""
    if part["cycle"] is not None:
        build = f", build {int(part['cycle_build'])}" if part["cycle_build"] else ""
        words += f" (SAL cycle {int(part['cycle'])}{build})"
    if part["rsp"] is not None:
        words += f" (RSP build {int(part['rsp'])})"
    words += f" [{part['extra']}]" if part["extra"] else ""
    words += f" [{part['arch']}]" if part["arch"] else ""
    return words
