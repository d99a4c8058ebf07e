"""How many ways can a regular expression try before it gives up on a text?

`re` goes back to every place where a match could have gone on differently. Where two repeats in a row, or
one inside the other, may take the same character, those places multiply: `(a|aa)+b` takes seconds for 40
letters. Here the ways are counted from the parsed expression, for ASCII, as tags and references are: rather
too many than too few. What has separators, such as `[a-z]+(?:-[a-z]+)*`, counts as one way.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

# Not public, but the same in every supported Python; the tests of this file would say if that ends.
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

Token = tuple[Any, Any]

ALL = (1 << 128) - 1
# The length of a text for which the ways are counted.
LENGTH = 128


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an expression. `first`: characters that it may begin with, a bit for each; `more`: those that
    could make its match longer, up to `lengths` of them; `ways`: how many there are beside that."""

    first: int = 0
    more: int = 0
    lengths: float = 1
    ways: float = 1
    may_be_empty: bool = True


NOTHING = Part()
# What is not looked into: it may take anything, and a condition may hide anything.
ANYTHING = Part(ALL, ALL, LENGTH)
UNCOUNTED = Part(ALL, ALL, LENGTH, math.inf)
IGNORES_CASE = re.compile(r"\(\?[a-zA-Z]*i")
# A choice that is made more often in a row counts as one without an end.
MOST_COUNTED = 8


def ways(pattern: str) -> float:
    """The most ways that `pattern`, which compiles, may try on a text of 128 characters."""
    return _Counter(folds=IGNORES_CASE.search(pattern) is not None).sequence(_parser.parse(pattern)).ways


def _then(before: Part, after: Part) -> Part:
    """One after the other: where both may take a character, each length of the first is a way."""
    return Part(
        first=before.first | (after.first if before.may_be_empty else 0),
        more=after.more | (before.more if after.may_be_empty else 0),
        lengths=max(after.lengths, before.lengths) if after.may_be_empty else after.lengths,
        ways=before.ways * after.ways * (before.lengths if before.more & after.first else 1),
        may_be_empty=before.may_be_empty and after.may_be_empty,
    )


def _one_of(parts: Sequence[Part]) -> Part:
    """The first character tells which one, unless two may begin with the same, or with none."""
    first = reduce(or_, (part.first for part in parts), 0)
    more = reduce(or_, (part.more for part in parts), 0)
    empty = sum(part.may_be_empty for part in parts)
    is_clear = sum(part.first.bit_count() for part in parts) == first.bit_count() and empty <= 1
    return Part(
        first=first,
        # Where one of them is empty, the others are what could have been longer.
        more=more | first if empty else more,
        lengths=max(part.lengths for part in parts) + bool(empty),
        ways=max(part.ways for part in parts) if is_clear else sum(part.ways for part in parts),
        may_be_empty=empty > 0,
    )


def _repeat(least: int, most: int, body: Part) -> Part:
    """A repeat without an end has a `most` of 2**32 or so."""
    times, is_open = min(most, LENGTH), most > least
    each = _then(body, body).ways * (2 if body.may_be_empty else 1)
    several = each**times if times <= MOST_COUNTED else math.inf
    # Nothing can be matched in two ways: not at all, and by a body that is empty.
    once = body.ways * (2 if body.may_be_empty and is_open else 1)
    return Part(
        first=body.first,
        more=body.more | (body.first if is_open else 0),
        lengths=body.lengths * (times - least + 1) if is_open else body.lengths,
        ways=once if times <= 1 or each == 1 else several,
        may_be_empty=least == 0 or body.may_be_empty,
    )


@dataclass(frozen=True, slots=True)
class _Counter:
    """Walks through what the parser of `re` made. `folds`: a letter also stands for its other case."""

    folds: bool

    def sequence(self, tokens: Iterable[Token]) -> Part:
        return reduce(_then, (self.part(*token) for token in tokens), NOTHING)

    def part(self, name: Any, value: Any) -> Part:
        if name in SETS:
            return Part(first=self.characters(name, value), may_be_empty=False)
        if name is _constants.SUBPATTERN:
            return self.sequence(value[3])
        if name is _constants.BRANCH:
            return _one_of([self.sequence(each) for each in value[1]])
        if name in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
            return _repeat(value[0], value[1], self.sequence(value[2]))
        if name is _constants.POSSESSIVE_REPEAT:
            # What it has taken it keeps, but what is inside may search before it is done.
            return replace(_repeat(value[0], value[1], self.sequence(value[2])), more=0, lengths=1)
        if name is _constants.ATOMIC_GROUP:
            return replace(self.sequence(value), more=0, lengths=1)
        if name in (_constants.ASSERT, _constants.ASSERT_NOT):
            ahead = self.sequence(value[1])
            return Part(ways=ahead.ways * ahead.lengths)
        if name in (_constants.AT, _constants.FAILURE):
            return NOTHING
        return ANYTHING if name is _constants.GROUPREF else UNCOUNTED

    def characters(self, name: Any, value: Any) -> int:
        """One bit for each character that it may take."""
        taken = self._characters(name, value)
        if not self.folds:
            return taken
        upper, lower = taken & UPPER, taken & LOWER
        return taken | upper << 32 | lower >> 32

    def _characters(self, name: Any, value: Any) -> int:
        if name is _constants.ANY:
            return ALL
        if name is _constants.LITERAL:
            return _range(value, value)
        if name is _constants.NOT_LITERAL:
            return ALL & ~_range(value, value)
        if name is _constants.RANGE:
            return _range(*value)
        if name is _constants.CATEGORY:
            return CATEGORIES.get(value, ALL)
        taken = reduce(
            or_, (self._characters(*item) for item in value if item[0] is not _constants.NEGATE), 0
        )
        return ALL & ~taken if value[0][0] is _constants.NEGATE else taken


def _range(low: int, high: int) -> int:
    return sum(1 << code for code in range(low, min(high, 127) + 1))


def _bits(test: Callable[[str], bool]) -> int:
    return sum(1 << code for code in range(128) if test(chr(code)))


SETS = (_constants.ANY, _constants.LITERAL, _constants.NOT_LITERAL, _constants.IN)
UPPER, LOWER = _bits(str.isupper), _bits(str.islower)
DIGITS, SPACES = _bits(str.isdigit), _bits(str.isspace)
WORDS = _bits(str.isalnum) | _range(ord("_"), ord("_"))
CATEGORIES = {
    _constants.CATEGORY_DIGIT: DIGITS,
    _constants.CATEGORY_NOT_DIGIT: ALL & ~DIGITS,
    _constants.CATEGORY_SPACE: SPACES,
    _constants.CATEGORY_NOT_SPACE: ALL & ~SPACES,
    _constants.CATEGORY_WORD: WORDS,
    _constants.CATEGORY_NOT_WORD: ALL & ~WORDS,
}
