"""How is a sentence of the hub said in another language? Its pattern is looked for in the catalogue.

What decides something says why in English, to the log and to REST clients. A page finds the pattern that a
sentence was made by, `%(image)s has no tags to choose from.`, and fills in the translation of that. Whatever
has no pattern stays as it is: an operator's own texts, and words of other programs.

Names of placeholders say what stands there: `words…` is a part that is itself in the catalogue, `rest…` is
text that is told as far as it is known, of `choices…` only the `or` is told, `number…` is digits, anything
else is a name and stays. A pattern that begins with `words…` is one of parts of sentences, never a whole one.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

HOLE = re.compile(r"%\((\w+)\)s")
# A sentence ends so, and the next one begins.
BREAK = re.compile(r"(?<=[.!?]) (?=\S)")
LONGEST, MOST_PARTS, KEPT, DEEPEST = 1200, 10, 2000, 3
NUMBER = r"[0-9][0-9.,:]*"
OR = re.compile(r"(?<=\S) or (?=\S)")


class Sentences:
    """The patterns of one catalogue, `translated` by English text."""

    def __init__(self, translated: Mapping[str, str]) -> None:
        self._exact = {text: told for text, told in translated.items() if not HOLE.search(text)}
        holed = [(text, told) for text, told in translated.items() if HOLE.search(text) and _has_words(text)]
        # The longer the fixed part, the surer: it is tried first.
        holed.sort(key=lambda pair: -len(HOLE.sub("", pair[0])))
        self._patterns = [
            (_fixed(text), _pattern(text), told, text.startswith("%(words")) for text, told in holed
        ]
        self._or = f" {translated.get('or', 'or')} "
        self.say: Callable[[str], str] = lru_cache(KEPT)(self._say)

    def _say(self, text: str) -> str:
        """The whole text in the other language, as far as it is known sentence by sentence."""
        if not text or len(text) > LONGEST:
            return text
        if " · " in text:
            return " · ".join(map(self._say, text.split(" · ")))
        return self._by_sentences(text, 0)

    def _by_sentences(self, text: str, depth: int) -> str:
        """Cut so that least is left in English, and then into most parts: names may hold full stops."""
        parts = BREAK.split(text)
        if len(parts) > MOST_PARTS:
            return text
        # For each start, from the last to the first: letters left in English, parts, and what is said.
        best: list[tuple[int, int, str]] = [(0, 0, "")] * (len(parts) + 1)
        for start in reversed(range(len(parts))):
            ways = []
            for end in range(start + 1, len(parts) + 1):
                told = self._whole(sentence := " ".join(parts[start:end]), depth)
                if told is None and end > start + 1:
                    continue
                left, count, rest = best[end]
                said = sentence if told is None else told
                left += len(sentence) if told is None else 0
                ways.append((left, count - 1, f"{said} {rest}" if rest else said))
            best[start] = min(ways, key=lambda way: way[:2])
        return best[0][2]

    def _whole(self, text: str, depth: int) -> str | None:
        told = self._exact.get(text)
        if told is not None or depth > DEEPEST:
            return told
        for fixed, pattern, template, is_part in self._patterns:
            if fixed in text and (depth or not is_part) and (found := pattern.fullmatch(text)):
                told = self._filled(template, found.groupdict(), depth)
                if told is not None:
                    return told
        return None

    def _filled(self, template: str, named: Mapping[str, str], depth: int) -> str | None:
        told = {name: self._hole(name, value, depth + 1) for name, value in named.items()}
        if any(value is None for value in told.values()):
            return None
        return HOLE.sub(lambda hole: told.get(hole[1]) or "", template)

    def _hole(self, name: str, value: str, depth: int) -> str | None:
        if name.startswith("words"):
            return self._whole(value, depth)
        if name.startswith("rest"):
            return self._by_sentences(value, depth)
        return OR.sub(self._or, value) if name.startswith("choices") else value


def _has_words(text: str) -> bool:
    return any(each.isalpha() for each in HOLE.sub("", text))


def _fixed(text: str) -> str:
    """The longest part that every sentence of this pattern has."""
    return max((part for part in HOLE.split(text)[::2]), key=len)


def _pattern(text: str) -> re.Pattern[str]:
    parts, seen = HOLE.split(text), set[str]()
    written = [re.escape(parts[0])]
    for name, fixed in zip(parts[1::2], parts[2::2], strict=True):
        found = NUMBER if name.startswith("number") else ".+?"
        written += [f"(?P={name})" if name in seen else f"(?P<{name}>{found})", re.escape(fixed)]
        seen.add(name)
    return re.compile("".join(written), re.DOTALL)
