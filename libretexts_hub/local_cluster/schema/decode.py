"""Is this JSON an object of that kind? Wrong types are refused, unknown fields dropped and named.

The words of the refusals are those of Go's encoding/json as the real server passes them on. JSON null is the
absence of a field, as in Go.
"""

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from typing import Any

from libretexts_hub.local_cluster.schema.quantity import COMPLAINT, canonical
from libretexts_hub.local_cluster.status import bad_request

TYPES: dict[str, dict[str, str]] = json.loads(
    files("libretexts_hub.local_cluster.schema").joinpath("types.json").read_text(encoding="utf-8")
)
LIMITS = {"int32": 2**31, "int64": 2**63}
DEEPEST = 100  # far below Python's own limit; the deepest type has about 20 levels


class Repeating(dict[str, Any]):
    """A JSON object in which a key stood more than once; the last value counts."""

    def __init__(self, value: dict[str, Any], repeated: list[str]) -> None:
        super().__init__(value)
        self.repeated = repeated


class DecodeError(Exception):
    """The value has the wrong type; the text is what the real decoder says."""


@dataclass
class Decoder:
    """Decodes one body and collects what is wrong with its fields' names."""

    problems: list[str] = field(default_factory=list)

    def struct(self, value: Any, name: str, path: str, exact: str) -> dict[str, Any]:
        """An object of type `name`; `path` is without list indices, for errors, `exact` with them."""
        if value is None:
            return {}
        fields = TYPES[name]
        result: dict[str, Any] = {}
        self._note_repeated(value, exact)
        for key, item in value.items():
            here = f"{exact}.{key}" if exact else key
            if key not in fields:
                self.problems.append(f'unknown field "{here}"')
            elif item is not None and not is_empty(item, fields[key]):
                where = Place(name, f"{path}.{key}" if path else key, here)
                result[key] = self.value(item, fields[key], where)
        return result

    def value(self, value: Any, word: str, where: "Place") -> Any:
        """A value of the type that `word` names."""
        if word == "any":
            return value
        if word.startswith("[]"):
            return self._list(value, word, where)
        if word.startswith("{}"):
            return self._map(value, word, where)
        if word in TYPES:
            where.expect(value, dict, word)
            return self.struct(value, word, where.path, where.exact)
        return SCALARS[word](value, word, where)

    def _note_repeated(self, value: dict[str, Any], path: str) -> None:
        if isinstance(value, Repeating):
            prefix = f"{path}." if path else ""
            self.problems += [f'duplicate field "{prefix}{key}"' for key in value.repeated]

    def _list(self, value: Any, word: str, where: "Place") -> list[Any]:
        where.expect(value, list, word)
        inner = word[2:]
        return [
            ZEROS.get(inner, {}) if item is None else self.value(item, inner, where.at(f"[{index}]"))
            for index, item in enumerate(value)
        ]

    def _map(self, value: Any, word: str, where: "Place") -> dict[str, Any]:
        where.expect(value, dict, word)
        inner = word[2:]
        self._note_repeated(value, where.exact)
        return {
            key: ZEROS.get(inner, {}) if item is None else self.value(item, inner, where.at(f".{key}"))
            for key, item in value.items()
        }


@dataclass(frozen=True)
class Place:
    """Where a value stands: the Go struct that holds it, and the path to it without and with list indices."""

    struct: str
    path: str
    exact: str

    def at(self, suffix: str) -> "Place":
        """One step further in, for warnings only: Go's errors name neither indices nor keys of maps."""
        return Place(self.struct, self.path, self.exact + suffix)

    def expect(self, value: Any, kind: type, word: str) -> None:
        """Raise DecodeError unless the value is of that JSON type."""
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.mismatch(json_type(value), word)

    def mismatch(self, found: str, word: str) -> DecodeError:
        """What Go says of a value that does not fit."""
        return DecodeError(
            f"json: cannot unmarshal {found} into Go struct field {self.struct}.{self.path} "
            f"of type {go_type(word)}"
        )


def is_empty(value: Any, word: str) -> bool:
    """True for an empty list or map, which Go leaves out (omitempty)."""
    return (word.startswith("[]") and value == []) or (word.startswith("{}") and value == {})


def json_type(value: Any) -> str:
    """What Go's decoder calls the type of a value."""
    if isinstance(value, bool):
        return "bool"
    names: dict[type, str] = {dict: "object", list: "array", str: "string", int: "number", float: "number"}
    return names.get(type(value), "null")


def go_type(word: str) -> str:
    """How Go spells a type."""
    if word.startswith("[]"):
        return "[]" + go_type(word[2:])
    if word.startswith("{}"):
        return "map[string]" + go_type(word[2:])
    return {"boolean": "bool"}.get(word, f"v1.{word}" if word in TYPES else word)


def _string(value: Any, word: str, where: Place) -> str:
    where.expect(value, str, word)
    return str(value)


def _boolean(value: Any, word: str, where: Place) -> bool:
    where.expect(value, bool, word)
    return bool(value)


def _integer(value: Any, word: str, where: Place) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise where.mismatch(json_type(value), word)
    if isinstance(value, float) or not -LIMITS[word] <= value < LIMITS[word]:
        raise where.mismatch(f"number {value}", word)
    return value


def _int_or_string(value: Any, word: str, where: Place) -> int | str:
    return value if isinstance(value, str) else _integer(value, "int32", where)


def _quantity(value: Any, word: str, where: Place) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise DecodeError(COMPLAINT)
    try:
        return canonical(str(value))
    except ValueError as error:
        raise DecodeError(str(error)) from None


def _time(value: Any, word: str, where: Place) -> str:
    where.expect(value, str, "string")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or "T" not in value:
        layout = "2006-01-02T15:04:05Z07:00"
        complaint = (
            f'parsing time {json.dumps(value)} as "{layout}": cannot parse {json.dumps(value)} as "2006"'
        )
        raise DecodeError(complaint)
    return str(value)


def _bytes(value: Any, word: str, where: Place) -> str:
    where.expect(value, str, "[]uint8")
    try:
        base64.b64decode(value.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        raise DecodeError("illegal base64 data at input byte 0") from None
    return str(value)


SCALARS = {
    "string": _string,
    "boolean": _boolean,
    "int32": _integer,
    "int64": _integer,
    "int-or-string": _int_or_string,
    "quantity": _quantity,
    "time": _time,
    "bytes": _bytes,
}
ZEROS: dict[str, Any] = {"string": "", "bytes": "", "boolean": False, "int32": 0, "int64": 0, "quantity": "0"}


def decode(value: dict[str, Any], kind: str) -> tuple[dict[str, Any], list[str]]:
    """The object as the server understands it, and its unknown and repeated fields, in words.

    Raises ApiError 400 when a value has the wrong type.
    """
    decoder = Decoder()
    try:
        return decoder.struct(value, kind, "", ""), decoder.problems
    except DecodeError as error:
        message = f'{kind} in version "v1" cannot be handled as a {kind}: {error}'
        raise bad_request(message) from None
