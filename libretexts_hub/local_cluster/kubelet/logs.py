"""What did a container write? One file for each attempt."""

import os
import re
from pathlib import Path
from typing import BinaryIO

_CHUNK = 64 * 1024
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")


def log_file(folder: Path, attempt: int) -> Path:
    """Where attempt number `attempt` (from 0) of the container in `folder` writes stdout and stderr."""
    return folder / f"{attempt}.log"


def open_log(folder: Path, attempt: int) -> BinaryIO:
    """Open that file for a new attempt, readable by its owner only.

    The logs of all but the last two are removed.
    """
    if attempt >= 2:
        log_file(folder, attempt - 2).unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    return os.fdopen(os.open(log_file(folder, attempt), flags, 0o600), "ab", buffering=0)


def read_log(path: Path, tail_lines: int | None = None) -> bytes:
    """What was written so far, or the last lines of it; nothing when there is no such file."""
    try:
        with path.open("rb") as file:
            return file.read() if tail_lines is None else _tail(file, tail_lines)
    except FileNotFoundError:
        return b""


def _tail(file: BinaryIO, lines: int) -> bytes:
    """Read backwards in chunks until enough line ends have been seen."""
    if lines <= 0:
        return b""
    position = file.seek(0, os.SEEK_END)
    tail = b""
    # One more line end than lines asked for: the last line has one of its own.
    while position > 0 and tail.count(b"\n") <= lines:
        step = min(_CHUNK, position)
        position = file.seek(position - step)
        tail = file.read(step) + tail
    return b"".join(_LINE.findall(tail)[-lines:])
