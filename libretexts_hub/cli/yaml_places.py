"""What does a YAML file say, and on which line? Keys that are written twice are told; YAML takes the last."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from libretexts_hub.errors import ConfigurationError
from libretexts_hub.yaml_text import NotYamlError, parse_yaml

Keys = tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """`value` as YAML has it; `lines`: the keys that lead to a value -> its line; `twice`: written again."""

    value: Any
    lines: dict[Keys, int] = field(default_factory=dict)
    twice: tuple[tuple[Keys, int], ...] = ()


def read_yaml(path: Path) -> Document:
    """Raises ConfigurationError, with the line where there is one, for what can't be read or is not YAML."""
    try:
        text = path.read_text(encoding="utf-8")
        value = parse_yaml(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        walked = list(_walk(node, ())) if node is not None else []
    except OSError as error:
        raise ConfigurationError(
            f"It can't be read: {error.strerror}", where=str(path), fix="Correct its permissions or its path."
        ) from None
    except NotYamlError as error:
        raise _not_yaml(path, error.line, has_tab=error.has_tab) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise _not_yaml(path) from None
    seen: dict[Keys, int] = {}
    twice = []
    for keys, line in walked:
        if keys in seen:
            twice.append((keys, line))
        seen[keys] = line
    return Document(value, seen, tuple(twice))


def _not_yaml(path: Path, line: int = 0, *, has_tab: bool = False) -> ConfigurationError:
    where = f"{path}:{line}" if line else str(path)
    if has_tab:
        return ConfigurationError(
            "The values are not YAML: a tab", where=where, fix="Indent with spaces; YAML takes no tabs."
        )
    return ConfigurationError("The values are not YAML", where=where, fix="Correct the file.")


def _walk(node: yaml.Node, keys: Keys) -> Iterator[tuple[Keys, int]]:
    """Every key of mappings within mappings. What an alias stands for is walked where it is written."""
    if not isinstance(node, yaml.MappingNode) or len(keys) > 20:
        return
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
            below = (*keys, key.value)
            yield below, key.start_mark.line + 1
            if value.start_mark.index >= key.start_mark.index:  # not an alias of something above
                yield from _walk(value, below)
