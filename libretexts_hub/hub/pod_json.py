"""What is a pod of KubeSpawner as JSON, and a piece of JSON as one of the generated classes?

Several parts look at the whole pod in each start. kubernetes_asyncio and KubeSpawner have the same two
functions; of a pod with a database and a person in it theirs take longer than everything else in a start.
"""

from functools import cache
from types import NoneType
from typing import Any, TypeVar

from kubernetes_asyncio.client import ApiClient

ATOMS = frozenset({str, int, float, bool, NoneType})
Model = TypeVar("Model")


def as_json(value: Any) -> Any:
    """What the client would send for this value: a copy, down to its last mapping."""
    kind = type(value)
    if kind in ATOMS:
        return value
    if kind is dict:
        return {key: each if type(each) in ATOMS else as_json(each) for key, each in value.items()}
    if kind is list:
        return [each if type(each) in ATOMS else as_json(each) for each in value]
    names = _written_names(kind)
    if names is None:
        return ApiClient.sanitize_for_serialization(_CLIENT, value)
    return {
        names[key]: as_json(each) for key, each in vars(value).items() if each is not None and key in names
    }


def as_model(kind: type[Model], fields: dict[str, Any]) -> Model:
    """An object of this generated class; what is inside `fields` stays as it is, and is not copied.

    Raises ValueError for a field that the class does not know.
    """
    names = _names(kind)
    unknown = fields.keys() - names.keys()
    if unknown:
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}: upgrade kubernetes_asyncio")
    return kind(**{names[key]: value for key, value in fields.items()})


class _Client:
    """As much of a client as its way of making JSON needs."""

    PRIMITIVE_TYPES = ApiClient.PRIMITIVE_TYPES

    def sanitize_for_serialization(self, value: Any) -> Any:
        return as_json(value)


_CLIENT: Any = _Client()


@cache
def _written_names(kind: type) -> dict[str, str] | None:
    """Where an object of this class has a field -> how JSON calls it; None: it is not a generated class."""
    names = getattr(kind, "attribute_map", None)
    return {f"_{name}": written for name, written in names.items()} if isinstance(names, dict) else None


@cache
def _names(kind: type) -> dict[str, str]:
    names: dict[str, str] = getattr(kind, "attribute_map")  # noqa: B009 (no type checker knows it)
    return {written: name for name, written in names.items()}
