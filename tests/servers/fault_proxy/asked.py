"""What does this HTTP request ask for, in the words of the Kubernetes API?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

_BY_METHOD = {"POST": "create", "PUT": "update", "PATCH": "patch"}
_WATCH_ON = {"true", "1", "t"}


@dataclass(frozen=True)
class Asked:
    """One request. A path outside the Kubernetes API keeps the HTTP method in lower case as its verb."""

    verb: str
    path: str
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""

    @property
    def kind(self) -> str:
        """`pods` or `pods/log`, spelled as in a Role."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


def understand(method: str, path: str, query: str = "", body: bytes = b"") -> Asked:
    """Read a request. The name in a create is metadata.name (or else generateName) of its body."""
    parts = [unquote(part) for part in path.strip("/").split("/")]
    rest = _after_group_version(parts)
    if not rest:
        return Asked(method.lower(), path)
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in {"status", "finalize"}:
        namespace, rest = rest[1], rest[2:]
    resource, name, subresource = (*rest, "", "")[:3]
    if method == "POST" and not name:
        name = _name_in(body)
        verb = "create"
    else:
        verb = _verb(method, name, parse_qs(query))
    return Asked(verb, path, resource, subresource, namespace, name)


def _after_group_version(parts: list[str]) -> list[str]:
    if parts[0] == "api" and len(parts) > 2:
        return parts[2:]
    if parts[0] == "apis" and len(parts) > 3:
        return parts[3:]
    return []


def _verb(method: str, name: str, query: Mapping[str, list[str]]) -> str:
    if method == "GET":
        if query.get("watch", [""])[-1].lower() in _WATCH_ON:
            return "watch"
        return "get" if name else "list"
    if method == "DELETE":
        return "delete" if name else "deletecollection"
    return _BY_METHOD.get(method, method.lower())


def _name_in(body: bytes) -> str:
    try:
        metadata = json.loads(body)["metadata"]
        return str(metadata.get("name") or metadata.get("generateName") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
