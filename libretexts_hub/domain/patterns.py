"""Which regular expressions may an operator write? Those that match a whole text, and soon."""

import re

from libretexts_hub.errors import ConfigurationError

LONGEST_PATTERN = 500
# Two repeats that share a character with what is behind them; the longest tag then takes a millisecond.
MOST_WAYS = 128**2


def compile_pattern(text: object, *, where: str) -> re.Pattern[str]:
    """The pattern, to be used with `fullmatch` only: a match of the beginning is no match.

    Raises ConfigurationError for what doesn't compile, matches the empty text, or may take for ever.
    """
    if not isinstance(text, str) or not text or len(text) > LONGEST_PATTERN:
        raise ConfigurationError(
            f"A pattern is a text of up to {LONGEST_PATTERN} characters, not {text!r:.60}",
            where=where,
            fix="Write a regular expression in single quotes.",
        )
    try:
        pattern = re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ConfigurationError(
            f"{text!r:.80} is not a regular expression: {error}",
            where=where,
            fix="Correct it; in YAML, write it in single quotes.",
        ) from None
    # Only a hub with patterns needs it, and a start waits for every import.
    from libretexts_hub.domain.pattern_cost import ways

    if ways(text) > MOST_WAYS:
        raise ConfigurationError(
            f"{text!r:.80} has repeats that may take each other's characters, so a text may take it for ever",
            where=where,
            fix="Let each repeat end at a character that it can't take, as in [a-z]+(?:-[a-z]+)*.",
        )
    if pattern.fullmatch(""):
        raise ConfigurationError(
            f"{text!r:.80} matches the empty text", where=where, fix="Use + where * stands."
        )
    return pattern
