"""Which user or group number follows from a login? A place in auth_state, an offset, and a range."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from libretexts_hub.domain.auth_paths import Written, as_number, number_at, parse_path, value_at
from libretexts_hub.domain.entries import Entry
from libretexts_hub.domain.wording import refusal, shown
from libretexts_hub.errors import ConfigurationError

# Below are the accounts of the system: 0 is root, 33 www-data, 100 users.
LEAST = 1000
# What Kubernetes takes (runAsUser, runAsGroup, fsGroup).
MOST = 2**31 - 1
RANGE_KEYS = ("offset", "minimum", "maximum")
# Debian's nobody and nogroup: files of nobody are anybody's.
NOBODY = (65534,)
TELL = "Tell the operators of this hub."


@dataclass(frozen=True)
class Range:
    """`offset` is added to what the login says; the sum must be within `minimum` and `maximum`."""

    offset: int = 0
    minimum: int = LEAST
    maximum: int = MOST

    def holds(self, number: int) -> bool:
        """Whether files may belong to this number."""
        return self.minimum <= number <= self.maximum and number not in NOBODY

    def overlaps(self, other: "Range") -> bool:
        """Whether a number may be of both."""
        return self.minimum <= other.maximum and other.minimum <= self.maximum


@dataclass(frozen=True)
class NumberRule:
    """A person's number: what stands at `place`, moved and checked by `range`.

    Where nothing stands there the first of `others` counts that has something: other providers write it
    elsewhere. `everybody` is the number of all who have none; None: they are refused.
    """

    place: Written
    range: Range
    others: tuple["NumberRule", ...] = ()
    everybody: int | None = None

    def number(self, state: object) -> int:
        """Raises SelectionError, in words for the person."""
        rule = next((each for each in (self, *self.others) if value_at(state, each.place) is not None), self)
        found = number_at(state, rule.place)
        if found is not None:
            return checked(found, rule.range, f"Your account has the number {found} ({rule.place})")
        if self.everybody is not None and value_at(state, rule.place) is None:
            return self.everybody
        raise refusal(
            f"Your login says no number for your files ({rule.place}).",
            f"Log out and in again. If that does not help: {TELL}",
            key="provision",
        )

    def ranges(self) -> tuple[Range, ...]:
        """Of all who may get a number."""
        alone = () if self.everybody is None else (Range(0, self.everybody, self.everybody),)
        return (self.range, *(each.range for each in self.others), *alone)


def checked(found: int, within: Range, what: str) -> int:
    """The number with its offset. Raises SelectionError that begins with `what`."""
    number = found + within.offset
    if within.holds(number):
        return number
    moved = f", with the offset {number}" if within.offset else ""
    raise refusal(
        f"{what}{moved}, and this hub takes numbers from {within.minimum} to {within.maximum}.",
        TELL,
        key="provision",
    )


def parse_range(entry: Entry) -> Range:
    """Read `offset`, `minimum` and `maximum`. Raises ConfigurationError."""
    offset = whole(entry, "offset", 0, least=-MOST)
    made = Range(offset, whole(entry, "minimum", LEAST), whole(entry, "maximum", MOST))
    if made.minimum < LEAST:
        raise ConfigurationError(
            f"Numbers below {LEAST} are accounts of the system, 0 is root",
            where=entry.place("minimum"),
            fix=f"Write {LEAST} or more; offset: moves numbers up.",
        )
    if made.maximum < made.minimum:
        raise ConfigurationError(
            f"The range from {made.minimum} to {made.maximum} is empty",
            where=entry.place("maximum"),
            fix="Write a maximum above the minimum.",
        )
    return made


def parse_number_rule(entry: Entry, key: str) -> NumberRule | None:
    """Read a place alone, or `from` with a range. None: not written."""
    value = entry.fields.get(key)
    if value is None:
        return None
    if isinstance(value, str | list | tuple):
        return NumberRule(parse_path(value, where=entry.place(key)), Range())
    part = entry.part(key)
    assert part is not None  # noqa: S101 - it is not None above
    part.only(("from", *RANGE_KEYS, "or", "else"))
    first = _place_and_range(part)
    rule = NumberRule(first.place, first.range, _others(part), _everybody(part))
    _check_apart(rule, part)
    return rule


def _place_and_range(part: Entry) -> NumberRule:
    if "from" not in part.fields:
        raise ConfigurationError("'from' is missing", where=part.where, fix="Write from: github_user.id.")
    return NumberRule(parse_path(part.fields["from"], where=part.place("from")), parse_range(part))


def _others(part: Entry) -> tuple[NumberRule, ...]:
    """The places of other providers, each with its range."""
    value = part.fields.get("or") or ()
    found = []
    for index, fields in enumerate(value if isinstance(value, list | tuple) else [value]):
        where = f"{part.place('or')}[{index}]"
        if not isinstance(fields, Mapping):
            raise ConfigurationError(
                f"A mapping is needed, not {fields!r:.60}", where=where, fix="Write {from: github_user.id}."
            )
        other = Entry(part.slug, fields, where)
        other.only(("from", *RANGE_KEYS))
        found.append(_place_and_range(other))
    return tuple(found)


def _everybody(part: Entry) -> int | None:
    if part.fields.get("else") is None:
        return None
    number = whole(part, "else", LEAST)
    if not Range().holds(number):
        raise ConfigurationError(
            f"{number} is not a number for people", where=part.place("else"), fix=f"Write {LEAST} or more."
        )
    return number


def _check_apart(rule: NumberRule, part: Entry) -> None:
    """Two people of one number could read each other's files. Raises ConfigurationError."""
    ranges = rule.ranges()
    for index, one in enumerate(ranges):
        for other in ranges[:index]:
            if one.overlaps(other):
                raise ConfigurationError(
                    f"Two people could get one number, of {max(one.minimum, other.minimum)} to "
                    f"{min(one.maximum, other.maximum)}",
                    where=part.where,
                    fix="Give each place a minimum and a maximum of its own, and offset: where numbers are "
                    "moved up.",
                )


def whole(entry: Entry, key: str, default: int, *, least: int = 0) -> int:
    """A whole number that Kubernetes would take. Raises ConfigurationError."""
    value = entry.fields.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST:
        raise ConfigurationError(
            f"{key!r} must be a whole number from {least} to {MOST}, not {value!r:.60}",
            where=entry.place(key),
            fix=f"Write {key}: {default}.",
        )
    return value


def numbers(entry: Entry, key: str) -> tuple[int, ...]:
    """A list of numbers that the operator wrote: any but root's."""
    value = entry.fields.get(key)
    listed = value if isinstance(value, list | tuple) else [] if value is None else [value]
    found = [each for each in listed if not isinstance(each, bool) and isinstance(each, int)]
    if len(found) < len(listed) or not all(1 <= each <= MOST for each in found):
        raise ConfigurationError(
            f"{key!r} must be a list of numbers from 1 to {MOST}, not {value!r:.60}",
            where=entry.place(key),
            fix=f"Write {key}: [{LEAST}].",
        )
    return tuple(found)


def once(listed: Iterable[int]) -> tuple[int, ...]:
    """Without those that were there before."""
    return tuple(dict.fromkeys(listed))


def group_number(raw: object, name: str, within: Range) -> int:
    """The number of a group of the login. Raises SelectionError."""
    found = as_number(raw)
    if found is None:
        raise refusal(f"Your login says no number for your group {shown(name)}.", TELL, key="provision")
    return checked(found, within, f"Your group {shown(name)} has the number {found}")
