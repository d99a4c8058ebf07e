"""What did the operator write into one entry of a mapping by slug?

What is wrong is refused with its place.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from libretexts_hub.errors import ConfigurationError

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?")
LONGEST_TEXT = 1000
MOST_NAMED = 30
MOST_COMPARED = 1000
# Control characters, other ends of a line, halves of a character, which no page can be encoded with, and the
# marks that let a text claim to read in another order than it is stored.
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A sentence that names the nearest known word, or what is known, as far as a person reads it."""
    near = difflib.get_close_matches(word[:100], known[:MOST_COMPARED], n=1, cutoff=0.7)
    if near:
        return f"Did you mean {near[0]!r}?"
    more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
    return f"Known are: {', '.join(known[:MOST_NAMED])}{more}."


@dataclass(frozen=True)
class Entry:
    """One entry under its slug; `where` is what an operator looks for: `c.LibreTextsSpawner.images['r']`."""

    slug: str
    fields: Mapping[str, object]
    where: str

    def place(self, key: str) -> str:
        """Where one field of this entry is written."""
        return f"{self.where}.{key}"

    def only(self, known: Sequence[str]) -> None:
        """Refuse every key that is not among `known`."""
        for key in self.fields:
            if key not in known:
                raise ConfigurationError(
                    f"{key!r} is not a known key", where=self.where, fix=did_you_mean(str(key), known)
                )

    def text(self, key: str, *, default: str | None = None) -> str:
        """A printable text on one line; required unless there is a default."""
        value = self.fields.get(key, default)
        if not isinstance(value, str) or (not value.strip() and value != default):
            what = (
                f"{key!r} is missing"
                if key not in self.fields
                else f"{key!r} must be a text that is not empty"
            )
            raise ConfigurationError(
                what, where=self.place(key), fix=f"Write {key}: and a text in quotation marks."
            )
        if len(value) > LONGEST_TEXT or UNPRINTABLE.search(value):
            raise ConfigurationError(
                f"{key!r} has a control character or more than {LONGEST_TEXT} characters",
                where=self.place(key),
                fix="Write it on one short line.",
            )
        return value.strip()

    def flag(self, key: str) -> bool:
        """True or false; false when it is not written."""
        value = self.fields.get(key, False)
        if not isinstance(value, bool):
            raise ConfigurationError(
                f"{key!r} must be true or false, not {value!r:.60}",
                where=self.place(key),
                fix="Write true or false.",
            )
        return value

    def integer(self, key: str, *, default: int) -> int:
        """A whole number."""
        value = self.fields.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 10**9:
            raise ConfigurationError(
                f"{key!r} must be a whole number, not {value!r:.60}",
                where=self.place(key),
                fix=f"Write {key}: 10.",
            )
        return value

    def texts(self, key: str) -> tuple[str, ...] | None:
        """A list of texts; None when it is not written, which is not the same as an empty list."""
        value = self.fields.get(key)
        if value is None and key not in self.fields:
            return None
        if not isinstance(value, list | tuple) or not all(
            isinstance(item, str) and item.strip() for item in value
        ):
            raise ConfigurationError(
                f"{key!r} must be a list of texts, not {value!r:.60}",
                where=self.place(key),
                fix=f'Write {key}: ["one", "two"].',
            )
        return tuple(item.strip() for item in value)

    def part(self, key: str) -> "Entry | None":
        """A mapping below this entry; None when it is not written."""
        value = self.fields.get(key)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise ConfigurationError(
                f"{key!r} must be a mapping, not {value!r:.60}",
                where=self.place(key),
                fix=f"Write keys and values below {key}:.",
            )
        return Entry(self.slug, value, self.place(key))


def entries(raw: object, *, where: str) -> Iterator[Entry]:
    """The entries of a mapping by slug, or of a list whose entries carry `slug`: by `order`, then as written.

    An entry that is null is left out: that is how a later Helm values file removes one of an earlier file.
    """
    found = list(_entries(raw, where))
    seen: dict[str, str] = {}
    for entry in found:
        if entry.slug in seen:
            raise ConfigurationError(
                f"Two entries share the slug {entry.slug!r}",
                where=entry.where,
                fix="Give each entry its own slug.",
            )
        seen[entry.slug] = entry.where
    yield from sorted(found, key=lambda entry: entry.integer("order", default=0))


def _entries(raw: object, where: str) -> Iterator[Entry]:
    if isinstance(raw, Mapping):
        for slug, fields in raw.items():
            if fields is not None:
                yield _entry(slug, fields, f"{where}[{slug!r}]")
    elif isinstance(raw, list | tuple):
        for index, fields in enumerate(raw):
            place = f"{where}[{index}]"
            slug = fields.get("slug") if isinstance(fields, Mapping) else None
            if isinstance(fields, Mapping) and slug is None:
                raise ConfigurationError(
                    "'slug' is missing", where=place, fix="Give each entry of a list a slug."
                )
            yield _entry(slug, fields, place)
    else:
        raise ConfigurationError(
            f"A mapping by slug is needed, not {raw!r:.60}",
            where=where,
            fix="Write one entry below each slug.",
        )


def _entry(slug: object, fields: object, where: str) -> Entry:
    if not isinstance(fields, Mapping):
        raise ConfigurationError(
            f"An entry must be a mapping, not {fields!r:.60}",
            where=where,
            fix="Write keys such as name: below it.",
        )
    if not isinstance(slug, str) or not SLUG.fullmatch(slug):
        raise ConfigurationError(
            f"{slug!r:.80} is not a slug",
            where=where,
            fix="Use up to 63 lower-case letters, digits, dots and dashes; letters or digits at both ends.",
        )
    written = fields.get("slug", slug)
    if written != slug:
        raise ConfigurationError(
            f"The entry {slug!r} says slug: {written!r:.60}",
            where=where,
            fix="Leave slug out, the key is the slug.",
        )
    return Entry(slug, {key: value for key, value in fields.items() if key != "slug"}, where)
