"""What does a tag of an image say? A value that can be ordered, from one of several grammars."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

# https://github.com/opencontainers/distribution-spec/blob/main/spec.md, "pulling manifests"
LONGEST_TAG = 128
TAG = re.compile(rf"[A-Za-z0-9_][A-Za-z0-9._-]{{0,{LONGEST_TAG - 1}}}")
DIGITS = re.compile(r"([0-9]+)")
UNKNOWN = "unknown"
ALIAS = "alias"

# Bigger is newer. Tuples of one kind have one shape, so that any two of them can be compared.
Order = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag, read: `kind` as release or weekly, `name` for a person, `made` the day that it tells."""

    raw: str
    kind: str
    name: str
    order: Order
    made: date | None = None


class Scheme(Protocol):
    """A grammar of tags."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that it knows, in the order of the menu; `unknown` is not among them."""

    def read(self, raw: str) -> Tag:
        """The tag; of kind `unknown` where the grammar does not know it. Never raises."""


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts `v10` after `v9`."""
    return tuple(
        number(part) if part.isascii() and part.isdigit() else (0, 0, part)
        for part in DIGITS.split(text)
        if part
    )


def number(digits: str) -> tuple[int, int, str]:
    """A key that sorts numbers of any length by value, after words; int() refuses very long ones."""
    value = digits.lstrip("0")
    return (1, len(value), value)


def unknown(raw: str) -> Tag:
    """A tag that says nothing to its grammar: shown as it is, ordered as a person would."""
    return Tag(raw, UNKNOWN, raw, (natural(raw), raw))


def calendar_day(year: int, month: int, day: int) -> date | None:
    """The day, or None where the calendar has no such day."""
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def thursday(year: int, week: int) -> date | None:
    """The Thursday of an ISO 8601 week, the day that decides to which year the week belongs."""
    try:
        return date.fromisocalendar(year, week, 1) + timedelta(days=3)
    except (ValueError, OverflowError):
        return None
