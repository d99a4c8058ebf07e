"""What is never culled, whatever the other rules say? The operator's `protect`, and holds on claims."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from libretexts_hub.domain import cull_annotations as keys
from libretexts_hub.domain.access import folded
from libretexts_hub.domain.culling import Claim, HubUser
from libretexts_hub.domain.durations import parse_duration
from libretexts_hub.domain.entries import Entry
from libretexts_hub.domain.moments import length_words
from libretexts_hub.domain.patterns import compile_pattern
from libretexts_hub.errors import ConfigurationError

PROTECT_KEYS = ("users", "groups", "admins", "labels", "annotations", "patterns", "claims", "younger_than")
DEFAULT_AGE = 30 * 86400.0
NO = ("", "false", "no", "0")


@dataclass(frozen=True, slots=True)
class Protection:
    """Administrators and what is younger than 30 days are protected unless the operator writes otherwise.

    `users` are exact names, `groups` folded, `patterns` are of user names and `claims` of claims' names, both
    whole. A label or annotation protects with its value; an empty one with any value.
    """

    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    admins: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    patterns: tuple[re.Pattern[str], ...] = ()
    claims: tuple[re.Pattern[str], ...] = ()
    younger_than: float = DEFAULT_AGE

    def of_name(self, name: str) -> str:
        """Why everything of this name is protected; empty where nothing says so."""
        if name in self.users:
            return f"{name} is protected by name"
        if any(pattern.fullmatch(name) for pattern in self.patterns):
            return f"{name} is protected by a pattern"
        return ""

    def of_user(self, user: HubUser) -> str:
        """Why a person's homes are protected."""
        if user.is_admin and self.admins:
            return f"{user.name} is an administrator"
        if shared := self.groups & folded(user.groups):
            return f"{user.name} is in the protected group {min(shared)}"
        return self.of_name(user.name)

    def of_claim(self, claim: Claim, now: float) -> str:
        """Why this claim is protected."""
        notes = claim.annotations
        if keys.HOLD in notes:
            return f"it is on hold: {notes[keys.HOLD]:.200}".rstrip(": ")
        if notes.get(keys.PROTECT, "").strip().lower() not in NO:
            return "it is protected by an annotation"
        for kind, wanted, there in (
            ("label", self.labels, claim.labels),
            ("annotation", self.annotations, notes),
        ):
            for key, value in wanted.items():
                if key in there and value in ("", there[key]):
                    return f"it is protected by the {kind} {key}"
        if any(pattern.fullmatch(claim.name) for pattern in self.claims):
            return "its name is protected by a pattern"
        if claim.created is None:
            return "its age is not known"
        if now - claim.created < self.younger_than:
            return f"it is younger than {length_words(self.younger_than)}"
        return ""


def parse_protection(entry: Entry | None) -> Protection:
    """Read `protect`. Raises ConfigurationError."""
    if entry is None:
        return Protection()
    entry.only(PROTECT_KEYS)
    age = entry.fields.get("younger_than")
    return Protection(
        users=frozenset(entry.texts("users") or ()),
        groups=folded(entry.texts("groups") or ()),
        admins=entry.flag("admins") if "admins" in entry.fields else True,
        labels=_values(entry, "labels"),
        annotations=_values(entry, "annotations"),
        patterns=_patterns(entry, "patterns"),
        claims=_patterns(entry, "claims"),
        younger_than=DEFAULT_AGE if age is None else parse_duration(age, where=entry.place("younger_than")),
    )


def _values(entry: Entry, key: str) -> Mapping[str, str]:
    part = entry.part(key)
    if part is None:
        return {}
    for name, value in part.fields.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise ConfigurationError(
                f"{name!r:.60} must have a text, not {value!r:.60}",
                where=part.where,
                fix='Write it like keep: "true"; an empty text takes any value.',
            )
    return dict(part.fields)  # type: ignore[arg-type]


def _patterns(entry: Entry, key: str) -> tuple[re.Pattern[str], ...]:
    return tuple(compile_pattern(text, where=entry.place(key)) for text in entry.texts(key) or ())
