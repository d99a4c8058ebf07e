"""How does a test end a process that it started, for sure and without waiting for ever?"""

from __future__ import annotations

import subprocess
from typing import Protocol

GRACE_SECONDS = 15


class Ending(Protocol):
    """As much of subprocess.Popen as is needed here."""

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


def end_process(process: Ending) -> int:
    """SIGTERM, and SIGKILL when that does not help in time. The exit code, as subprocess gives it."""
    if process.poll() is None:
        process.terminate()
        try:
            return process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()
