"""What does this file say now? Read again when it changed; until it is right, what was good holds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Generic, TypeVar

from libretexts_hub.errors import ConfigurationError, LibreTextsHubError

if TYPE_CHECKING:
    from collections.abc import Callable
    from logging import Logger
    from pathlib import Path

# Pages ask at every request; a ConfigMap's new content takes about a minute to arrive anyway.
LOOK_EVERY_SECONDS = 2.0
LARGEST_BYTES = 1 << 20

Value = TypeVar("Value")


class WatchedFile(Generic[Value]):
    """The parsed content of a text file. The first read raises ConfigurationError; later ones are logged."""

    def __init__(self, path: Path, parse: Callable[[str, str], Value], *, where: str, log: Logger) -> None:
        self._path, self._parse, self._where, self._log = path, parse, where, log
        self._stamp = self._stamp_now()
        self._looked = time.monotonic()
        self._value = self._read()

    def value(self) -> Value:
        """What it says, as of at most two seconds ago."""
        if time.monotonic() - self._looked >= LOOK_EVERY_SECONDS:
            self._looked = time.monotonic()
            self._look()
        return self._value

    def _look(self) -> None:
        stamp = self._stamp_now()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._value = self._read()
            self._log.info("%s was read again", self._path)
        except LibreTextsHubError as error:
            self._log.error("%s What it said before holds.", error)

    def _stamp_now(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size

    def _read(self) -> Value:
        return self._parse(read_text(self._path, where=self._where), f"{self._where} ({self._path})")


def read_text(path: Path, *, where: str, largest: int = LARGEST_BYTES) -> str:
    """A text in UTF-8. Raises ConfigurationError for what can't be read or is too large."""
    content = read_bytes(path, where=where, largest=largest)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"{path} is not text in UTF-8 (byte {error.start})", where=where, fix="Save it as UTF-8."
        ) from None


def read_bytes(path: Path, *, where: str, largest: int) -> bytes:
    """The content. Raises ConfigurationError for what can't be read or is too large."""
    try:
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except OSError as error:
        raise ConfigurationError(
            f"{path} can't be read: {error.strerror}",
            where=where,
            fix="Correct the path, or who may read it.",
        ) from None
    if len(content) > largest:
        raise ConfigurationError(
            f"{path} has more than {largest // 1024} KiB", where=where, fix="Use a smaller file."
        )
    return content
