"""How is an object written to a client? Once: every list, get and watch shares the same bytes."""

import json
from typing import Any

from libretexts_hub.local_cluster.history import Object

KEPT = 4096


def dump(value: Any) -> bytes:
    """JSON without blanks."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


class Encoder:
    """Encodes stored objects; uid and resourceVersion together name one stored content."""

    def __init__(self, kept: int = KEPT) -> None:
        self._bodies: dict[tuple[str, str], tuple[Object, bytes]] = {}
        self._kept = kept

    def item(self, obj: Object) -> bytes:
        """The object as a list shows it: without kind and apiVersion, which the list has for all."""
        meta = obj["metadata"]
        key = (meta.get("uid", ""), meta.get("resourceVersion", ""))
        kept = self._bodies.get(key)
        # A dry run has the uid and version of the stored object, but is another object.
        if kept is not None and kept[0] is obj:
            return kept[1]
        body = dump({name: value for name, value in obj.items() if name not in ("kind", "apiVersion")})
        if all(key):
            self._keep(key, obj, body)
        return body

    def _keep(self, key: tuple[str, str], obj: Object, body: bytes) -> None:
        if len(self._bodies) >= self._kept:
            del self._bodies[next(iter(self._bodies))]
        self._bodies[key] = (obj, body)

    def whole(self, obj: Object) -> bytes:
        """The object as it is answered alone."""
        head = dump({"kind": obj["kind"], "apiVersion": obj["apiVersion"]})
        return head[:-1] + b"," + self.item(obj)[1:]

    def page(self, kind: str, api_version: str, meta: dict[str, Any], objects: list[Object]) -> bytes:
        """A list of objects of one kind."""
        head = dump({"kind": f"{kind}List", "apiVersion": api_version, "metadata": meta})
        return head[:-1] + b',"items":[' + b",".join([self.item(obj) for obj in objects]) + b"]}"

    def event(self, kind: str, obj: Object) -> bytes:
        """One line of a watch."""
        return b'{"type":"' + kind.encode() + b'","object":' + self.whole(obj) + b"}\n"
