"""What does a text in YAML say, if it says anything that a program of ours may take in?

An alias has two letters and stands for all that its anchor holds: a dozen lines can be a billion values, and
whatever writes such a value out, an error message first, never comes to an end. And what is nested without
end takes the whole process with it: the reader in C calls itself for each level.
"""

import re
from typing import Any

import yaml

from libretexts_hub.errors import ConfigurationError

# Written out, with every alias in full; the largest file that is read has half of it.
MOST_LETTERS = 16 << 20
# What a value costs beside its letters: commas, quotation marks, a place in a list.
OF_EACH = 4
MOST_LEVELS = 100
LONGEST_PROBLEM = 200
BRACKET = re.compile(r"[\[\]{}]")
# What a line that opens blocks begins with; each level takes one more column.
BLOCKS = re.compile(r"^[ \t?:-]*", re.MULTILINE)


class NotYamlError(ValueError):
    """The text is no YAML, or more than one would write. `line` counts from 1; 0 where nobody can say.

    `has_tab`: there is one in that line, which is what is usually wrong with it.
    """

    def __init__(self, problem: str, line: int = 0, *, has_tab: bool = False) -> None:
        self.problem = "".join(each if each.isprintable() else "?" for each in problem[:LONGEST_PROBLEM])
        super().__init__(self.problem)
        self.line = line
        self.has_tab = has_tab


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Plain values only, read in C where that is there."""


class _OnceLoader(_Loader):
    """A key is written once (YAML 1.2.2, section 3.2.1.1)."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """A mapping, with the line of a key that is there already."""
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen and key.tag != "tag:yaml.org,2002:merge":
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key.value[:60]!r} is written twice", key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def parse_yaml(text: str, *, keys_once: bool = False) -> Any:
    """The value of the one document in it, None for an empty text. Raises NotYamlError."""
    try:
        if _may_be_deep(text):
            _check_levels(text)
        loader = (_OnceLoader if keys_once else _Loader)(text)
        try:
            node = loader.get_single_node()
            _letters(node, {})
            return None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except NotYamlError:
        raise
    except yaml.YAMLError as error:
        raise _from(error, text) from None
    except RecursionError:
        raise NotYamlError("it is nested too deeply") from None
    except Exception as error:
        # A tag that does not fit its value ends in whatever Python says: `!!bool maybe` in a KeyError,
        # `!!timestamp now` in an AttributeError, 2026-13-45 in a ValueError.
        raise NotYamlError(f"a value can't be read ({type(error).__name__})") from None


def read_yaml(text: str, where: str, *, keys_once: bool = False) -> Any:
    """What parse_yaml reads. Raises ConfigurationError with the line, in words for the operator."""
    try:
        return parse_yaml(text, keys_once=keys_once)
    except NotYamlError as error:
        what, fix = "The file is no YAML", "Correct that line."
        if "written twice" in error.problem:
            what, fix = f"{what}: {error.problem}", "Keep one of them."
        elif error.has_tab:
            what, fix = f"{what}: a tab", "Indent with spaces; YAML takes no tabs."
        line = f", line {error.line}" if error.line else ""
        raise ConfigurationError(what, where=f"{where}{line}", fix=fix) from None


def _from(error: yaml.YAMLError, text: str) -> NotYamlError:
    mark, problem = getattr(error, "problem_mark", None), str(getattr(error, "problem", "") or "")
    lines = text.splitlines()
    written = lines[mark.line] if mark and mark.line < len(lines) else ""
    has_tab = "\t" in written or "\\t" in problem
    return NotYamlError(problem, mark.line + 1 if mark else 0, has_tab=has_tab)


def _may_be_deep(text: str) -> bool:
    """Whether it could have more levels than it may, as far as that is seen at once."""
    level = most = 0
    for found in BRACKET.finditer(text):
        level = level + 1 if found[0] in "[{" else max(0, level - 1)
        most = max(most, level)
    return most > MOST_LEVELS or any(len(found[0]) > MOST_LEVELS for found in BLOCKS.finditer(text))


def _check_levels(text: str) -> None:
    """Raises NotYamlError at the first that is too deep; what comes after it is not read."""
    level = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            level += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            level -= 1
        if level > MOST_LEVELS:
            raise NotYamlError("it is nested too deeply", event.start_mark.line + 1)


def _letters(node: Any, known: dict[int, int | None]) -> int:
    """How much it would be, written out. Each anchor is counted once, however often it is used."""
    if node is None:
        return 0
    if id(node) in known:
        size = known[id(node)]
        if size is None:
            raise NotYamlError("an alias stands inside of what it means", node.start_mark.line + 1)
        return size
    known[id(node)] = None
    if isinstance(node, yaml.ScalarNode):
        size = len(node.value)
    elif isinstance(node, yaml.SequenceNode):
        size = sum(_letters(each, known) for each in node.value)
    else:
        size = sum(_letters(each, known) for pair in node.value for each in pair)
    size += OF_EACH
    if size > MOST_LETTERS:
        raise NotYamlError("its aliases make too much of it", node.start_mark.line + 1)
    known[id(node)] = size
    return size
