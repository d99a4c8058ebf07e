"""Is a pattern refused that a text could keep busy for ever, and is every other one accepted?"""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libretexts_hub.domain.pattern_cost import ways
from libretexts_hub.domain.patterns import MOST_WAYS, compile_pattern
from libretexts_hub.errors import ConfigurationError

FINE = [
    r"registry\.example\.org/[a-z]+:[0-9]+",
    r"quay\.io/(?:ours|theirs)/[a-z0-9][a-z0-9._/-]*(?::[\w.-]+)?(?:@sha256:[a-f0-9]{64})?",
    r"[a-z]+(?:-[a-z]+)*",
    r"(?:/[a-z]+)+",
    r".+/.+:.+",
    r"(?P<year>\d+)\.(?P<month>\d+)-(?P<extra>.*)",
    r"(?P<year>\d{4})(?P<month>\d{2})(?:_(?P<extra>.*))?",
    r"(?:v|ver)?\d+(?:\.\d+){0,2}(?:-(?:alpha|beta|rc)\.?\d*)?",
    r"(?!w_).+",
    r"(?:[A-Z][a-z]+)+",
    r"(?>a+)+b",
    r"(a++)+b",
    r"(x(y)?)*z",
    r"(\d{1,3}\.){3}\d{1,3}",
]
# Each with a text on which most of them take minutes or more.
ENDLESS = [
    (r"(a+)+b", "a"),
    (r"(?:[a-z]+-?)*x", "a"),
    (r"(a|aa)+b", "a"),
    (r"((a)+)+b", "a"),
    (r"(a|a)*b", "a"),
    (r"(?:x|y|xy)+z", "xy"),
    (r"(?:a?){40}a{40}", "a"),
    (r"(a*)*b", "a"),
    (r"(a|b?)+c", "b"),
    (r"(?:-(?:a*)?)+!", "-"),
    (r"(?i)(k|K.?)+x", "k"),
    (r"(?i:(?:a|A.?))+b", "a"),
    (r"(?:[A-Z]|(?i:b))+c", "b"),
    (r"(\w+\s?)*x", "a"),
    (r"(.)(\1?)+x", "a"),
    (r".*.*.*.*.*.*.*x", "a"),
    (r"(?=(a+)+b).*", "a"),
    (r"(?>(a+)+b)", "a"),
    (r"(a)?(?(1)(b+)+|c)d", "b"),
    (r"\d+\d+\d+\d+\d+x", "1"),
]


@pytest.mark.parametrize("pattern", FINE)
def test_what_ends_soon_is_accepted(pattern):
    assert compile_pattern(pattern, where="pattern").pattern == pattern


@pytest.mark.parametrize("pattern", [each for each, _ in ENDLESS])
def test_what_may_take_for_ever_is_refused(pattern):
    with pytest.raises(ConfigurationError, match="for ever"):
        compile_pattern(pattern, where="pattern")


@pytest.mark.parametrize("pattern", ["a{99999999999999999999}", "(?<=a+)b", "[b-a]"])
def test_what_re_itself_refuses_is_one_sentence(pattern):
    with pytest.raises(ConfigurationError, match="not a regular expression"):
        compile_pattern(pattern, where="pattern")


ATOMS = st.sampled_from(
    ["a", "b", "ab", "[ab]", "a-", "-", ".", r"\w", r"\d", "a|b", "a|ab", "(?:a|)", "ba?", "a*", "b{0,3}"]
)
REPEATS = st.sampled_from(["", "?", "*", "+", "{2}", "{1,3}", "*?", "++"])
PIECES = st.lists(st.tuples(ATOMS, REPEATS), min_size=1, max_size=4)
TEXTS = ["a" * 128, "ab" * 64, "b" * 128, "a-" * 64, "-" * 128]


@settings(deadline=None, max_examples=200)
@given(PIECES, REPEATS)
def test_what_is_accepted_ends_soon_on_long_texts(pieces, outer):
    inner = "".join(f"(?:{atom}){repeat}" for atom, repeat in pieces)
    pattern = f"(?:{inner}){outer}!"
    if ways(pattern) <= MOST_WAYS:
        # CPU time of this thread, with room for a slow machine: what is not counted right takes minutes.
        began = time.thread_time()
        for text in TEXTS:
            re.fullmatch(pattern, text)
        assert time.thread_time() - began < 5
