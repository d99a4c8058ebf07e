"""What does a request mean: which resource, which object, which options?"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from aiohttp import web
from multidict import MultiMapping

from libretexts_hub.local_cluster.resources import ALL, Resource
from libretexts_hub.local_cluster.status import ApiError, Cause, bad_request

ROOTS = {
    (
        f"apis/{resource.group}/{resource.version}" if resource.group else f"api/{resource.version}",
        resource.plural,
    ): resource
    for resource in ALL
}
INTEGER = re.compile(r"[+-]?[0-9]{1,400}")


@dataclass(frozen=True)
class Target:
    """The collection or object that a path names."""

    resource: Resource
    namespace: str | None = None
    name: str | None = None
    subresource: str | None = None


def parse_path(raw_path: str) -> Target | None:
    """The target of a path, or None when no such path is served."""
    parts = [unquote(part) for part in raw_path.strip("/").split("/")]
    depth = 2 if parts[0] == "api" else 3
    root, rest = "/".join(parts[:depth]), parts[depth:]
    namespace = None
    if len(rest) >= 3 and rest[0] == "namespaces" and (root, rest[2]) in ROOTS:
        namespace, rest = rest[1], rest[2:]
    if not rest or len(rest) > 3 or "" in rest:
        return None
    resource = ROOTS.get((root, rest[0]))
    if resource is None or (namespace is not None and not resource.namespaced):
        return None
    name, subresource = (*rest[1:], None, None)[:2]
    if name is not None and resource.namespaced and namespace is None:
        return None
    if subresource is not None and subresource not in resource.subresources:
        return None
    return Target(resource, namespace, name, subresource)


def boolean(query: MultiMapping[str], name: str) -> bool | None:
    """A query option as the real server converts it: absent is None; only "false" and "0" are false."""
    if name not in query:
        return None
    return query[name].lower() not in ("false", "0")


def integer(query: MultiMapping[str], name: str) -> int | None:
    """A whole number in the query, None when absent. Raises ApiError 400."""
    text = query.get(name, "")
    if not text:
        return None
    if not INTEGER.fullmatch(text):
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    if not -(2**63) <= int(text) < 2**63:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": value out of range')
    return int(text)


def invalid_options(kind: str, field: str, reason: str, message: str) -> ApiError:
    """422: the options of a request break rules."""
    return several_invalid_options(kind, [{"reason": reason, "message": message, "field": field}])


def several_invalid_options(kind: str, causes: list[Cause]) -> ApiError:
    """422: the options of a request break several rules."""
    details = {"group": "meta.k8s.io", "kind": kind, "causes": causes}
    texts = [f"{cause['field']}: {cause['message']}" for cause in causes]
    joined = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    return ApiError(422, "Invalid", f'{kind}.meta.k8s.io "" is invalid: {joined}', details)


def is_dry_run(query: MultiMapping[str], kind: str, body: list[str] | None = None) -> bool:
    """True for dryRun=All. Any other value is refused: it would be taken for a real run."""
    values = query.getall("dryRun", []) or body or []
    if [value for value in values if value != "All"]:
        listed = ", ".join(f'"{value}"' for value in values)
        message = f'Unsupported value: [{listed}]: supported values: "All"'
        raise invalid_options(kind, "dryRun", "FieldValueNotSupported", message)
    return bool(values)


def field_validation(query: MultiMapping[str], kind: str) -> str:
    """What to do with unknown fields: Warn (the default), Ignore or Strict."""
    value = query.get("fieldValidation", "")
    if value not in ("", "Ignore", "Strict", "Warn"):
        message = f'Unsupported value: "{value}": supported values: "", "Ignore", "Strict", "Warn"'
        raise invalid_options(kind, "fieldValidation", "FieldValueNotSupported", message)
    return value or "Warn"


def is_watch(request: web.Request) -> bool:
    """True when a list request asks to be told of changes."""
    return boolean(request.query, "watch") or False
