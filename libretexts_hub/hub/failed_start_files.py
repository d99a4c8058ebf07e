"""Where are failed starts kept after their pods are gone? One small file for each server, in one folder."""

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from libretexts_hub.domain.failed_start import VERSION

MOST_OF_ONE = 3
MOST_SERVERS = 500
LARGEST_FILE = 1 << 20


def keep(folder: Path, record: dict[str, Any]) -> None:
    """Add one, before those that are there; the oldest go. Blocking. Raises OSError."""
    import tempfile

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = _file(folder, record["person"], record["server"])
    content = [record, *load(folder, record["person"], record["server"])][:MOST_OF_ONE]
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".new-")  # with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _forget_oldest(folder)


def load(folder: Path, person: str, server: str) -> list[dict[str, Any]]:
    """What is kept of a server, the latest first; [] for a file that can't be read."""
    return _kept_in(_file(folder, person, server))


def _kept_in(path: Path) -> list[dict[str, Any]]:
    with contextlib.suppress(OSError, ValueError, RecursionError):
        if path.stat().st_size <= LARGEST_FILE:
            kept = json.loads(path.read_bytes())
            listed = kept if isinstance(kept, list) else []
            return [each for each in listed if isinstance(each, dict) and each.get("version") == VERSION]
    return []


def recent(folder: Path, most: int) -> list[dict[str, Any]]:
    """The last failed start of each server, the latest first; what can't be read is left out. Blocking."""
    found = []
    for path in sorted(_all(folder), key=_changed, reverse=True)[:most]:
        found += _kept_in(path)[:1]
    return found


def _file(folder: Path, person: str, server: str) -> Path:
    """A name of any script and length, as one that every file system takes."""
    digest = hashlib.sha256(f"{person}/{server}".encode(errors="surrogatepass")).hexdigest()
    return folder / f"{digest[:32]}.json"


def _forget_oldest(folder: Path) -> None:
    files = _all(folder)
    if len(files) > MOST_SERVERS:
        for path in sorted(files, key=_changed)[:-MOST_SERVERS]:
            with contextlib.suppress(OSError):
                path.unlink()


def _all(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*.json") if not path.name.startswith(".")]


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0  # it went meanwhile
