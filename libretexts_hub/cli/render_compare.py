"""What would change? The objects of one start under two configurations, or against the pod that runs."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from libretexts_hub.cli.render_yaml import as_yaml

Object = dict[str, Any]
CONTEXT = 3


def name_of(each: Object) -> str:
    """`Pod jhub/jupyter-alice`."""
    metadata = each["metadata"]
    return f"{each['kind']} {metadata.get('namespace', '')}/{metadata.get('name', '')}"


def compared(before: Sequence[Object], after: Sequence[Object]) -> str:
    """A unified diff of the objects, by their names; "" where nothing changes."""
    old, new = ({name_of(each): each for each in some} for some in (before, after))
    parts = [_compared(name, old.get(name), new.get(name)) for name in sorted(old.keys() | new.keys())]
    return "".join(part for part in parts if part)


def _compared(name: str, before: Object | None, after: Object | None) -> str:
    lines = [as_yaml([each]).splitlines() if each else [] for each in (before, after)]
    changed = difflib.unified_diff(*lines, f"a/{name}", f"b/{name}", n=CONTEXT, lineterm="")
    return "".join(f"{line}\n" for line in changed)


def as_asked(running: Any, wanted: Any) -> Any:
    """Of an object that the cluster has, what the wanted one speaks of: defaults and status are left out.

    Lists are matched by `name`, `mountPath` or `key` where their entries have one.
    """
    if isinstance(wanted, Mapping) and isinstance(running, Mapping):
        return {key: as_asked(running[key], value) for key, value in wanted.items() if key in running}
    if isinstance(wanted, list) and isinstance(running, list):
        return [
            _match(running, each, place) for place, each in enumerate(wanted) if _has(running, each, place)
        ]
    return running


def _key(entry: Any) -> tuple[str, Any] | None:
    if isinstance(entry, Mapping):
        return next(((key, entry[key]) for key in ("name", "mountPath", "key") if key in entry), None)
    return None


def _find(running: list[Any], wanted: Any, place: int) -> Any:
    key = _key(wanted)
    if key is None:
        return running[place] if place < len(running) else None
    return next((each for each in running if isinstance(each, Mapping) and each.get(key[0]) == key[1]), None)


def _has(running: list[Any], wanted: Any, place: int) -> bool:
    return _find(running, wanted, place) is not None


def _match(running: list[Any], wanted: Any, place: int) -> Any:
    return as_asked(_find(running, wanted, place), wanted)
