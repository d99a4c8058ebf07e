"""What does a merge patch (RFC 7386) or a JSON patch (RFC 6902) make of an object?

Where the RFC and the real server's library (gopkg.in/evanphx/json-patch.v4) differ, the library is followed:
`replace` of a member that is absent adds it, and a missing `value` is null.
"""

from collections.abc import Iterable
from typing import Any

from libretexts_hub.local_cluster.api.body import parse_json
from libretexts_hub.local_cluster.schema.decode import json_type
from libretexts_hub.local_cluster.status import ApiError, bad_request
from libretexts_hub.local_cluster.store import copy_json

MERGE = "application/merge-patch+json"
JSON = "application/json-patch+json"
MOST_OPERATIONS = 10_000  # the real server's limit


class PatchError(Exception):
    """An operation of a JSON patch cannot be done."""


def check_patch_type(header: str) -> str:
    """The type of the patch. ApiError 415 for the others: strategic merge and apply are not served here."""
    kind = header.split(";")[0].strip().lower()
    if kind not in (MERGE, JSON):
        raise ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})
    return kind


def apply_patch(kind: str, body: bytes, obj: dict[str, Any]) -> dict[str, Any]:
    """The patched object; `obj` is used up. ApiError 400 for what is no patch, 422 for one that does not
    apply.
    """
    try:
        patch = parse_json(body)
    except ValueError as error:
        raise bad_request(f"error decoding patch: {error}") from None
    wanted, name = (dict, "map[string]interface {}") if kind == MERGE else (list, "[]handlers.jsonPatchOp")
    if not isinstance(patch, wanted):
        raise bad_request(
            f"error decoding patch: json: cannot unmarshal {json_type(patch)} into Go value of type {name}"
        )
    if kind == MERGE:
        merged: dict[str, Any] = merge(obj, patch)
        return merged
    for operation in patch:
        if not isinstance(operation, dict):
            found = json_type(operation)
            raise bad_request(
                f"error decoding patch: json: cannot unmarshal {found} into Go value of type "
                "handlers.jsonPatchOp"
            )
    if len(patch) > MOST_OPERATIONS:
        message = f"The allowed maximum operations in a JSON patch is {MOST_OPERATIONS}, got {len(patch)}"
        raise ApiError(413, "RequestEntityTooLarge", message)
    try:
        result = json_patch(obj, patch)
        if not isinstance(result, dict):
            raise PatchError("the result is not an object")
    except PatchError:
        raise ApiError(
            422, "Invalid", "the server rejected our request due to an error in our request", {}
        ) from None
    return result


def merge(target: Any, patch: Any) -> Any:
    """RFC 7386: null removes, objects merge, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


def json_patch(document: Any, operations: Iterable[dict[str, Any]]) -> Any:
    """RFC 6902. Raises PatchError; `document` is used up."""
    for operation in operations:
        document = _apply(document, operation)
    return document


def _apply(document: Any, operation: dict[str, Any]) -> Any:
    path = pointer(operation.get("path"))
    match operation.get("op"):
        case "add":
            return _add(document, path, copy_json(operation.get("value")))
        case "replace":
            return _replace(document, path, copy_json(operation.get("value")))
        case "remove":
            _remove(document, path)
        case "move":
            return _add(document, path, _remove(document, pointer(operation.get("from"))))
        case "copy":
            return _add(document, path, copy_json(_find(document, pointer(operation.get("from")))))
        case "test":
            _test(document, path, operation.get("value"))
        case unknown:
            raise PatchError(f"unknown operation {unknown!r}")
    return document


def pointer(text: Any) -> list[str]:
    """The steps of a JSON pointer (RFC 6901). Raises PatchError."""
    if not isinstance(text, str) or (text and not text.startswith("/")):
        raise PatchError(f"{text!r} is not a JSON pointer")
    return [step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:]]


def _find(document: Any, path: list[str]) -> Any:
    for step in path:
        if isinstance(document, dict) and step in document:
            document = document[step]
        elif isinstance(document, list):
            document = document[_index(step, len(document))]
        else:
            raise PatchError(f"{step!r} does not exist")
    return document


def _index(step: str, length: int) -> int:
    if not (step.isascii() and step.isdigit()) or len(step) > 9 or int(step) >= length:
        raise PatchError(f"{step!r} is no index")
    return int(step)


def _add(document: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    parent, last = _find(document, path[:-1]), path[-1]
    if isinstance(parent, dict):
        parent[last] = value
    elif isinstance(parent, list):
        parent.insert(len(parent) if last == "-" else _index(last, len(parent) + 1), value)
    else:
        raise PatchError("nothing can be added to this value")
    return document


def _replace(document: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    parent, last = _find(document, path[:-1]), path[-1]
    if isinstance(parent, dict):
        parent[last] = value
    elif isinstance(parent, list):
        parent[_index(last, len(parent))] = value
    else:
        raise PatchError("nothing can be replaced in this value")
    return document


def _remove(document: Any, path: list[str]) -> Any:
    if not path:
        raise PatchError("the whole document cannot be removed")
    parent, last = _find(document, path[:-1]), path[-1]
    if isinstance(parent, dict) and last in parent:
        return parent.pop(last)
    if isinstance(parent, list):
        return parent.pop(_index(last, len(parent)))
    raise PatchError(f"{last!r} does not exist")


def _test(document: Any, path: list[str], wanted: Any) -> None:
    try:
        found = _find(document, path)
    except PatchError:
        found = None  # the library takes an absent member for null
    if not _equal(found, wanted):
        raise PatchError("the test failed")


def _equal(one: Any, other: Any) -> bool:
    """JSON equality: in Python True equals 1, in JSON it does not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    return bool(one == other)
