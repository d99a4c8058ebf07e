"""What was on the menu before the hub restarted? One JSON file, so that a registry may be down meanwhile."""

import contextlib
import json
import logging
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from libretexts_hub.domain.repositories import Repository, Snapshot

VERSION = 1
LARGEST_FILE = 64 << 20


def load(path: Path, repositories: Iterable[Repository], log: logging.Logger) -> dict[Repository, Snapshot]:
    """What the file knows of these repositories; a file that can't be read is no more than a warning."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ValueError("too large")
        saved = json.loads(path.read_bytes())
        if saved.get("version") != VERSION:
            raise ValueError(f"of version {saved.get('version')!r:.20}")
        entries = saved["repositories"]
        if not isinstance(entries, dict):
            raise TypeError("no repositories")
        return {each: _snapshot(entries[_name(each)]) for each in repositories if _name(each) in entries}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        log.warning("The menu kept in %s can't be used (%s): reading registries anew", path, error)
        return {}


def save(path: Path, snapshots: Mapping[Repository, Snapshot]) -> None:
    """Write all of it, in one step: a hub that is killed leaves the old file or the new one. Blocking.

    Raises OSError.
    """
    content = {
        "version": VERSION,
        "repositories": {
            _name(repository): {
                "tags": list(snapshot.tags),
                "digests": dict(snapshot.digests),
                "read_at": snapshot.read_at,
            }
            for repository, snapshot in snapshots.items()
        },
    }
    # Here, since a hub without live images writes nothing. mkstemp makes the file with mode 0600.
    import tempfile

    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _name(repository: Repository) -> str:
    # Not the credentials: who may read the same repository sees the same tags, and none belongs into a file.
    return f"{repository.api} {repository.name} {repository.connection.platform}".strip()


def _snapshot(entry: Mapping[str, object]) -> Snapshot:
    tags, digests, read_at = entry["tags"], entry["digests"], entry["read_at"]
    if not isinstance(tags, list) or not isinstance(digests, dict) or not isinstance(read_at, int | float):
        raise TypeError("an entry of another shape")
    return Snapshot(
        tuple(tag for tag in tags if isinstance(tag, str)),
        {tag: digest for tag, digest in digests.items() if isinstance(digest, str)},
        float(read_at),
    )
