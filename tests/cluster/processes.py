"""Is this process still the one that was started, and how is it ended without hitting another?

A number can be given to a new process once the old one is gone; the start time (proc_pid_stat(5), field 22)
tells them apart, and a pidfd (pidfd_open(2)) keeps meaning the one process that was looked at.
"""

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path


def start_time(pid: int) -> int | None:
    """Clock ticks since boot when the process began, or None when there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return int(text.rpartition(")")[2].split()[19])


def with_marker(name: str, value: str) -> list[int]:
    """The processes that were started with the environment variable `name` set to `value`."""
    wanted = f"{name}={value}".encode()
    return [pid for pid in _all_pids() if wanted in _environment(pid)]


def in_namespace_of(pid: int) -> list[int]:
    """Every process that shares the PID namespace of `pid`, itself included."""
    try:
        wanted = os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return []
    return [other for other in _all_pids() if _namespace(other) == wanted]


def kill(pid: int, *, started: int, seconds: float = 20) -> bool:
    """End the process that began at `started`; False when it still lives after `seconds`. Another one is left
    alone."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        if start_time(pid) != started:
            return True
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.05) -> bool:
    """Whether `condition()` became true within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def _all_pids() -> Iterator[int]:
    return (int(entry) for entry in os.listdir("/proc") if entry.isdigit())


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _namespace(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return ""
