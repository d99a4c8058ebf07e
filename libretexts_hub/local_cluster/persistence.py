"""What of the cluster outlives it? Everything but pods, events and leases, in one file."""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

from libretexts_hub.errors import SetupError
from libretexts_hub.local_cluster.certificate import write_private
from libretexts_hub.local_cluster.resources import RESOURCES
from libretexts_hub.local_cluster.store import Store

log = logging.getLogger(__name__)
FORMAT = 1
# Their processes, and what was said of them, are gone when the cluster has ended; nodes are made at each
# start.
FORGOTTEN = ("pods", "events", "leases", "nodes")
KEPT = tuple(resource for resource in RESOURCES if resource not in FORGOTTEN)
DELAY_SECONDS = 0.3
# After a kill the last versions may be missing from the file; none of them may be given out twice.
VERSION_GAP = 100_000


class ObjectsFile:
    """`objects.json`: read at the start, written soon after each change."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._timer: asyncio.TimerHandle | None = None

    def load(self) -> Store:
        """The store as it was saved, or an empty one. Raises SetupError when the file is not ours to read."""
        content = self._read()
        if content is None:
            return Store()
        try:
            return _restored(content)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise self._unusable("The saved objects are of an unknown format") from None

    def _read(self) -> dict[str, Any] | None:
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise self._unusable(f"The saved objects cannot be read: {error}") from None
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise self._unusable("The saved objects are of an unknown format")
        return content

    def _unusable(self, what: str) -> SetupError:
        fix = "Move the file away to start with an empty cluster."
        return SetupError(what, where=str(self._file), fix=fix)

    def watch(self, store: Store) -> None:
        """Save from now on, a moment after each change."""

        def changed(resource: str) -> None:
            if resource in KEPT and self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(DELAY_SECONDS, self.save, store)

        store.on_change = changed

    def save(self, store: Store) -> None:
        """Write the file: the old one or the new one is there at any time, never half of one.

        A disk that is full costs what was not saved, not the running cluster.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        objects = {resource: store.list(resource)[0] for resource in KEPT}
        content = json.dumps({"format": FORMAT, "version": store.version, "objects": objects})
        try:
            write_private(self._file, content.encode())  # Secrets are in it
        except OSError as error:
            log.error("The objects cannot be saved in %s: %s", self._file, error.strerror)


def _restored(content: dict[str, Any]) -> Store:
    store = Store(version=content["version"] + VERSION_GAP)
    for resource in KEPT:
        for obj in content["objects"].get(resource, []):
            store.restore(resource, obj)
    return store
