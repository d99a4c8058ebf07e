"""What did a container write? One file for each attempt."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO

# How often a log that is followed is looked at.
_FOLLOW_SECONDS = 0.1
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


async def follow_log(path: Path, tail_lines: int | None, is_over: Callable[[], bool]) -> AsyncIterator[bytes]:
    """What was written so far, and on as it is written until `is_over`; b"" when nothing comes."""
    text = read_log(path)
    position = len(text)
    lines = _LINE.findall(text)
    yield text if tail_lines is None else b"".join(lines[max(len(lines) - max(tail_lines, 0), 0) :])
    while True:
        over = is_over()  # asked before the last look, which finds the last words
        try:
            with path.open("rb") as file:
                file.seek(position)
                text = file.read(_CHUNK)
        except FileNotFoundError:  # the pod has gone, and its log with it
            return
        position += len(text)
        if over and not text:
            return
        yield text
        if not text:
            await asyncio.sleep(_FOLLOW_SECONDS)


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
