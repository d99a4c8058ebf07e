"""What would change? The objects of one start under two configurations, or against the pod that runs."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from libretexts_hub.cli.render_yaml import as_yaml
from libretexts_hub.domain.quantities import amount

Object = dict[str, Any]
CONTEXT = 3
# What is below these keys are quantities.
QUANTITIES = frozenset({"limits", "requests", "sizeLimit"})
# Nobody but a configuration writes these into a pod.
CONFIGURED_MAPPINGS = frozenset({"labels", "limits", "nodeSelector"})
CONFIGURED_LISTS = frozenset({"containers", "env", "initContainers", "volumeMounts", "volumes"})
API_VOLUME = "kube-api-access-"


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


def as_asked(running: Any, wanted: Any, path: tuple[str, ...] = ()) -> Any:
    """Of an object that the cluster has, what the wanted one speaks of: defaults and status are left out.

    Lists are matched by `name`, `mountPath` or `key` where their entries have one. What the API server only
    writes otherwise is as the wanted one has it: a quantity (`1.0` and `1`), the text of a Secret, and what
    is empty, which it leaves out. What only a configuration can have put there is never left out.
    """
    if isinstance(wanted, Mapping) and isinstance(running, Mapping):
        return _mapping_as_asked(running, wanted, path)
    if isinstance(wanted, list) and isinstance(running, list):
        found = [(_find(running, each, place), each) for place, each in enumerate(wanted)]
        kept = [as_asked(there, each, path) for there, each in found if there is not None]
        taken = [there for there, _ in found]
        return [*kept, *(each for each in _configured(path, running) if each not in taken)]
    is_same = QUANTITIES.intersection(path) and amount(running) is not None
    return wanted if is_same and amount(running) == amount(wanted) else running


def _mapping_as_asked(running: Mapping[str, Any], wanted: Mapping[str, Any], path: tuple[str, ...]) -> Object:
    there = {**running, "stringData": running["data"]} if _is_secret(running) else running
    made = {
        key: as_asked(there[key], value, (*path, key)) if key in there else value
        for key, value in wanted.items()
        if key in there or _is_left_out(key, value)
    }
    for key in there.keys() - wanted.keys():
        if path[-1:] and path[-1] in CONFIGURED_MAPPINGS:
            made[key] = there[key]
        elif key in CONFIGURED_MAPPINGS:
            made |= {key: there[key]} if there[key] else {}
        elif key in CONFIGURED_LISTS and (entries := _configured((key,), there[key])):
            made[key] = entries
    return made


def _configured(path: tuple[str, ...], entries: list[Any]) -> list[Any]:
    """Those that a configuration can have put there: not the token that the API server mounts itself."""
    if path[-1:] and path[-1] in CONFIGURED_LISTS:
        named = [each for each in entries if isinstance(each, Mapping)]
        return [each for each in named if not str(each.get("name", "")).startswith(API_VOLUME)]
    return []


def _is_secret(running: Mapping[str, Any]) -> bool:
    return running.get("kind") == "Secret" and "data" in running


def _is_left_out(key: str, value: Any) -> bool:
    """Whether the API server keeps no such value: `omitempty` of its types."""
    return value in (None, "", [], {}) or (key == "readOnly" and value is False)


def _key(entry: Any) -> tuple[str, Any] | None:
    if isinstance(entry, Mapping):
        return next(((key, entry[key]) for key in ("name", "mountPath", "key") if key in entry), None)
    return None


def _find(running: list[Any], wanted: Any, place: int) -> Any:
    key = _key(wanted)
    if key is None:
        return running[place] if place < len(running) else None
    return next((each for each in running if isinstance(each, Mapping) and each.get(key[0]) == key[1]), None)
