"""Which regular expressions may an operator write? Those that match a whole text, and soon."""

import re

from libretexts_hub.errors import ConfigurationError

LONGEST_PATTERN = 500
# A repeat inside a repeated group, as in (a+)+: a text that almost matches can take such a pattern hours.
NESTED_REPEAT = re.compile(r"\((?:[^()\\]|\\.)*(?<!\\)[*+}](?:[^()\\]|\\.)*\)(?:[*+]|\{\d*,)")


def compile_pattern(text: object, *, where: str) -> re.Pattern[str]:
    """The pattern, to be used with `fullmatch` only: a match of the beginning is no match.

    Raises ConfigurationError for what doesn't compile, matches the empty text, or repeats a repeat.
    """
    if not isinstance(text, str) or not text or len(text) > LONGEST_PATTERN:
        raise ConfigurationError(
            f"A pattern is a text of up to {LONGEST_PATTERN} characters, not {text!r:.60}",
            where=where,
            fix="Write a regular expression in single quotes.",
        )
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise ConfigurationError(
            f"{text!r:.80} is not a regular expression: {error.msg}",
            where=where,
            fix="Correct it; in YAML, write it in single quotes.",
        ) from None
    if NESTED_REPEAT.search(_without_sets(text)):
        raise ConfigurationError(
            f"{text!r:.80} repeats a group that repeats something itself, which may take for ever",
            where=where,
            fix="Write the repeat once, as in [a-z0-9.-]+.",
        )
    if pattern.fullmatch(""):
        raise ConfigurationError(
            f"{text!r:.80} matches the empty text", where=where, fix="Use + where * stands."
        )
    return pattern


def _without_sets(text: str) -> str:
    """The pattern with every [set] as one letter: what stands in a set neither repeats nor groups."""
    return re.sub(r"(?<!\\)\[\^?\]?(?:[^\]\\]|\\.)*\]", "x", text)
