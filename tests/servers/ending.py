"""How does a test end a process that it started, for sure and without waiting for ever?"""

from __future__ import annotations

import subprocess

GRACE_SECONDS = 15


def end_process(process: subprocess.Popen[bytes]) -> int:
    """SIGTERM, and SIGKILL when that does not help in time. The exit code, as subprocess gives it."""
    if process.poll() is None:
        process.terminate()
        try:
            return process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()
