"""Which requests came through, and what became of each?"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .asked import Asked


@dataclass
class Entry:
    """One request; `status` is what the client got (None: nothing), `upstream_status` what the server said.

    `end` is `open` while it runs, then `complete`, `broken` (by a rule or by the server) or `client left`.
    Queries and headers are not kept: they can hold tokens.
    """

    verb: str
    resource: str
    subresource: str
    namespace: str
    name: str
    path: str
    user_agent: str = ""
    status: int | None = None
    upstream_status: int | None = None
    started: float = field(default_factory=time.time)
    duration: float | None = None
    rules: list[int] = field(default_factory=list)
    end: str = "open"
    bytes: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Journal:
    """The requests in the order of their arrival; running ones are in it too."""

    def __init__(self, limit: int = 200_000) -> None:
        self._limit = limit
        self.entries: list[Entry] = []
        self.lost = 0

    def clear(self) -> None:
        self.entries = []
        self.lost = 0

    @contextmanager
    def entry(self, asked: Asked, user_agent: str = "") -> Iterator[Entry]:
        """Keep one request from its arrival to its end; whatever ends it without a word was the client."""
        entry = Entry(
            asked.verb, asked.resource, asked.subresource, asked.namespace, asked.name, asked.path, user_agent
        )
        if len(self.entries) < self._limit:
            self.entries.append(entry)
        else:
            self.lost += 1
        began = time.monotonic()
        try:
            yield entry
        finally:
            entry.duration = time.monotonic() - began
            if entry.end == "open":
                entry.end = "client left"
