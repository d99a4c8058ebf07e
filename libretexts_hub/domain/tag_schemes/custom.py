"""How does an operator describe tags of their own? By regular expressions with named groups."""

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass

from libretexts_hub.domain.entries import Entry, did_you_mean
from libretexts_hub.domain.patterns import compile_pattern
from libretexts_hub.domain.tags import ALIAS, UNKNOWN, Tag, calendar_day, natural, thursday, unknown
from libretexts_hub.errors import ConfigurationError

NUMBERS = ("year", "month", "week", "day", "major", "minor", "patch", "number")
GROUPS = (*NUMBERS, "pre", "extra")
KEYS = ("pattern", "patterns", "name", "names")
ONLY_KIND = "version"


@dataclass(frozen=True, slots=True)
class Rule:
    """Tags that match `pattern` are of this `kind`; `name` is how a person reads them."""

    kind: str
    pattern: re.Pattern[str]
    name: str


@dataclass(frozen=True)
class PatternScheme:
    """The rules are tried in order; the first that matches the whole tag decides."""

    rules: tuple[Rule, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """In the order written."""
        return tuple(dict.fromkeys(rule.kind for rule in self.rules))

    def read(self, raw: str) -> Tag:
        """The tag by the first rule that it matches."""
        for rule in self.rules:
            if found := rule.pattern.fullmatch(raw):
                return _tag(raw, rule, found.groupdict())
        return unknown(raw)


def parse_pattern_scheme(value: Mapping[object, object], *, where: str) -> PatternScheme:
    """Read `pattern` and `name`, or `patterns` and `names` by kind. Raises ConfigurationError."""
    entry = Entry("scheme", {str(key): part for key, part in value.items()}, where)
    entry.only(KEYS)
    if ("pattern" in value) == ("patterns" in value):
        raise ConfigurationError(
            "A scheme needs either pattern or patterns",
            where=where,
            fix="Write pattern: for one kind of tag, patterns: with one below each kind for several.",
        )
    patterns, names = entry.part("patterns"), entry.part("names")
    if patterns is None:
        return PatternScheme((_rule(ONLY_KIND, entry, "pattern", entry.text("name", default="")),))
    if names is not None:
        names.only([str(kind) for kind in patterns.fields])
    return PatternScheme(
        tuple(
            _rule(kind, patterns, kind, names.text(kind, default="") if names else "")
            for kind in map(str, patterns.fields)
        )
    )


def _rule(kind: str, entry: Entry, key: str, name: str) -> Rule:
    where = entry.place(key)
    if kind in (UNKNOWN, ALIAS):
        raise ConfigurationError(
            f"The kind {kind!r} means something else here", where=where, fix="Give it another name."
        )
    pattern = compile_pattern(entry.fields.get(key), where=where)
    for group in pattern.groupindex:
        if group not in GROUPS:
            raise ConfigurationError(
                f"{group!r:.60} is not a group of a tag", where=where, fix=did_you_mean(group, GROUPS)
            )
    _check_name(name, [*pattern.groupindex, "tag"], where)
    return Rule(kind, pattern, name)


def _check_name(name: str, known: list[str], where: str) -> None:
    """Only plain {group} is allowed: format would also follow attributes."""
    try:
        fields = [field for _, field, spec, change in string.Formatter().parse(name) if field is not None]
        plain = not any(spec or change for _, _, spec, change in string.Formatter().parse(name))
    except ValueError:
        fields, plain = [""], False
    for field in fields:
        if not plain or field not in known:
            raise ConfigurationError(
                f"The name {name!r:.80} uses what the pattern has not",
                where=where,
                fix=f"Use {', '.join('{' + each + '}' for each in known)}.",
            )


def _tag(raw: str, rule: Rule, parts: dict[str, str | None]) -> Tag:
    numbers = tuple(_number(parts.get(key)) for key in NUMBERS)
    pre, extra = parts.get("pre") or "", parts.get("extra") or ""
    order = (*numbers, not pre, natural(pre), not extra, natural(extra), natural(raw), raw)
    texts = {key: part or "" for key, part in parts.items()}
    name = string.Formatter().vformat(rule.name, (), texts | {"tag": raw}) if rule.name else raw
    year, month, week, day = numbers[:4]
    made = thursday(year, week) if week > 0 else calendar_day(year, month, max(day, 1)) if month > 0 else None
    return Tag(raw, rule.kind, name, order, made)


def _number(text: str | None) -> int:
    # A group may match letters too: they count as nothing, the tag itself still orders it.
    return int(text) if text and len(text) <= 128 and text.isascii() and text.isdigit() else -1
