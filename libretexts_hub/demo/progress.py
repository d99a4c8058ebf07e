"""What does the person at the terminal see while the demo prepares?"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO


class Progress:
    """One line per step, with the seconds since the start. On a terminal the step at hand is shown too.

    A terminal that went away is no reason to stop half-way: what can't be written is dropped.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._start = clock()
        self._is_terminal = stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"

    @property
    def seconds(self) -> float:
        """Since the demo was started."""
        return self._clock() - self._start

    @contextmanager
    def step(self, doing: str) -> Iterator["Step"]:
        """Say `doing` while the step runs and, when it ends without an exception, what was done."""
        step = Step(self, doing)
        try:
            yield step
        except BaseException:
            if self._is_terminal:
                self._write("\r\x1b[K")
            raise
        self.line(step.done)

    def now(self, doing: str) -> None:
        """What is being done; a pipe or a file does not get it."""
        if self._is_terminal:
            width = os.get_terminal_size(self._stream.fileno()).columns or 80
            self._write(f"\r\x1b[K{f'{self._clock_face()} {doing} ...'[: width - 1]}")

    def line(self, text: str) -> None:
        """A line that stays, with the time before it."""
        clear = "\r\x1b[K" if self._is_terminal else ""
        self._write(f"{clear}{self._clock_face()} {text}\n")

    def text(self, text: str) -> None:
        """Lines without a time."""
        self._write(f"{text}\n")

    def _clock_face(self) -> str:
        return f"[{self.seconds:5.1f} s]"

    def _write(self, text: str) -> None:
        encoding = self._stream.encoding or "ascii"
        with suppress(OSError, ValueError):  # a closed pipe, a closed file
            self._stream.write(text.encode(encoding, "replace").decode(encoding))
            self._stream.flush()


class Step:
    """A step under way; `done` is the line that will stay."""

    def __init__(self, progress: Progress, doing: str) -> None:
        self._progress = progress
        self.done = doing
        progress.now(doing)

    def now(self, doing: str) -> None:
        """Another thing is being done within the step."""
        self._progress.now(doing)
