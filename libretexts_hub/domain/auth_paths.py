"""What stands at this place of a person's auth_state? Places are written as `github_user.id`."""

from collections.abc import Mapping
from dataclasses import dataclass

from libretexts_hub.domain.entries import LONGEST_TEXT, UNPRINTABLE, Entry
from libretexts_hub.errors import ConfigurationError

Path = tuple[str, ...]
# Of a number that a provider wrote as text; an LDAP directory does.
LONGEST_NUMBER = 12


@dataclass(frozen=True)
class Written:
    """A path, and how the operator wrote it."""

    path: Path

    def __str__(self) -> str:
        return ".".join(self.path)


def parse_path(value: object, *, where: str) -> Written:
    """`github_user.id`, or a list of keys where a key itself has a dot in it. Raises ConfigurationError."""
    keys = value.split(".") if isinstance(value, str) else value
    if isinstance(keys, list | tuple) and keys and all(isinstance(key, str) and key for key in keys):
        return Written(tuple(keys))
    raise ConfigurationError(
        f"{value!r:.80} is not a place in auth_state",
        where=where,
        fix='Write it like github_user.id, or as a list of keys: ["oauth_user", "https://example.edu/uid"].',
    )


def parse_paths(entry: Entry, key: str) -> tuple[Written, ...] | None:
    """A list of places, the first that has something wins; one alone may be a text. None: not written."""
    value = entry.fields.get(key)
    if value is None:
        return None
    listed = value if isinstance(value, list | tuple) else [value]
    return tuple(parse_path(each, where=entry.place(key)) for each in listed)


def value_at(state: object, written: Written) -> object:
    """What is there; None for nothing. A list of one thing is that thing: LDAP answers so."""
    found = state
    for key in written.path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found[0] if isinstance(found, list | tuple) and len(found) == 1 else found


def number_at(state: object, written: Written) -> int | None:
    """The whole number that is there; None where there is none, or something else."""
    return as_number(value_at(state, written))


def as_number(value: object) -> int | None:
    """A whole number, also as text of ASCII digits. `True` is none."""
    if isinstance(value, str):
        text = value.strip()
        is_digits = 0 < len(text) <= LONGEST_NUMBER and text.isascii() and text.isdigit()
        return int(text) if is_digits else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def text_at(state: object, written: Written) -> str:
    """The text that is there, on one line and without what can't be printed; empty for none."""
    value = value_at(state, written)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return UNPRINTABLE.sub("", value).strip()[:LONGEST_TEXT] if isinstance(value, str) else ""


def first_text(state: object, places: tuple[Written, ...]) -> str:
    """The first of these places that has a text."""
    return next((text for place in places if (text := text_at(state, place))), "")
