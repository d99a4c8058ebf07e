"""What was done, when, to whom and why? One JSON object on each line, on disk before anything is deleted.

A line is only ever appended; a file that is full is renamed, and as many as are wanted are kept.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from libretexts_hub.domain.culling import AuditRecord
from libretexts_hub.domain.culling_errors import CullingError

VERSION = 1


class AuditLog:
    """Implements AuditPort in the file `path`. `largest_bytes` of one file; `kept` older ones, 0: all."""

    def __init__(self, path: Path, *, largest_bytes: int = 50 * 2**20, kept: int = 0) -> None:
        self._path = path
        self._largest = largest_bytes
        self._kept = kept
        # One thread: lines keep their order, and the disk never holds up the event loop.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="audit")

    async def write(self, record: AuditRecord) -> None:
        """Append one line; it is on disk when this returns. Raises CullingError."""
        text = line(record)
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._append, text)
        except OSError as error:
            raise CullingError(
                f"The audit log can't be written: {error.strerror or type(error).__name__}",
                where=str(self._path),
                fix="Make room, or the folder writable. Until then nothing is deleted.",
            ) from None

    def close(self) -> None:
        """End the thread, after what is in hand."""
        self._thread.shutdown(wait=True)

    def _append(self, text: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._rotate(len(text))
        is_new = not self._path.exists()
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            # A line that a killed process left half written stays alone on its line.
            start = b"" if _ends_whole(self._path) else b"\n"
            _write_all(file, start + text)
            os.fsync(file)
        finally:
            os.close(file)
        if is_new:
            _sync_folder(self._path.parent)

    def _rotate(self, more: int) -> None:
        try:
            size = self._path.stat().st_size
        except FileNotFoundError:
            return
        if size == 0 or size + more <= self._largest:
            return
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        os.rename(self._path, self._path.with_name(f"{self._path.name}.{stamp}"))
        _sync_folder(self._path.parent)
        older = sorted(self._path.parent.glob(f"{self._path.name}.*Z"))
        for path in older[: -self._kept] if self._kept else ():
            with contextlib.suppress(OSError):
                path.unlink()


def line(record: AuditRecord) -> bytes:
    """One record, in ASCII and with every control character escaped, so that it can't forge another."""
    document: dict[str, Any] = {"version": VERSION} | asdict(record)
    document["time"] = datetime.fromtimestamp(record.time, UTC).isoformat(timespec="milliseconds")
    if record.claim is not None:
        document["claim"] = {"namespace": record.claim[0], "name": record.claim[1]}
    return json.dumps(document, ensure_ascii=True, default=str, allow_nan=False).encode() + b"\n"


def read(path: Path) -> list[Mapping[str, Any]]:
    """The records of an audit file, oldest first; a line that is not whole is left out."""
    found: list[Mapping[str, Any]] = []
    for text in path.read_bytes().splitlines():
        with contextlib.suppress(ValueError):
            document = json.loads(text)
            if isinstance(document, dict):
                found.append(document)
    return found


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _write_all(file: int, text: bytes) -> None:
    while text:
        text = text[os.write(file, text) :]


def _sync_folder(folder: Path) -> None:
    """A new name is on disk too. Some network file systems can't do that."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
