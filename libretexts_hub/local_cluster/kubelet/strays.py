"""Which processes did a container leave outside its process group?

A process that started a session of its own (a Jupyter kernel, a daemon) is no longer in its container's
group. It has inherited the container's environment, and with it a marker variable by which it is found in
/proc. Linux only; elsewhere the process group is all that is ended.
"""

import asyncio
import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

STATE_MARKER = "LOCAL_CLUSTER_STATE"
CONTAINER_MARKER = "LOCAL_CLUSTER_CONTAINER"
_PROC = Path("/proc")
_ROUNDS = 5  # a process may fork while it is looked for


@dataclass(frozen=True)
class Stray:
    """A process, told from another that has the same number later by its start time."""

    pid: int
    start_time: str


def start_time(pid: int) -> str | None:
    """When a process started, in the system's own ticks; None when there is no such process."""
    try:
        # The name in brackets may contain anything; what counts comes after the last bracket.
        text = (_PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if text[0] in (b"Z", b"X") else text[19].decode()


def has_marker(pid: int, markers: Iterable[bytes]) -> bool:
    """True when the environment of a process holds one of the markers as a whole variable."""
    try:
        variables = set((_PROC / str(pid) / "environ").read_bytes().split(b"\0"))
    except OSError:
        return False
    return any(marker in variables for marker in markers)


def find(markers: Iterable[str]) -> list[Stray]:
    """All processes of this user that carry one of the markers (`NAME=value`), never this process itself."""
    wanted = [marker.encode("utf-8", "surrogateescape") for marker in markers]
    found = []
    for name in os.listdir(_PROC) if _PROC.is_dir() else ():
        if not name.isdecimal() or int(name) == os.getpid():
            continue
        if has_marker(int(name), wanted):
            started = start_time(int(name))
            if started is not None:
                found.append(Stray(int(name), started))
    return found


def send(stray: Stray, number: int) -> None:
    """Signal exactly that process: a pidfd holds it while its start time is compared once more."""
    with suppress(OSError, AttributeError):
        descriptor = os.pidfd_open(stray.pid)
        try:
            if start_time(stray.pid) == stray.start_time:
                signal.pidfd_send_signal(descriptor, number)
        finally:
            os.close(descriptor)


def kill_marked(markers: Iterable[str]) -> None:
    """SIGKILL to every process with one of the markers, until none is found."""
    markers = list(markers)
    for _ in range(_ROUNDS):
        strays = find(markers)
        if not strays:
            return
        for stray in strays:
            send(stray, signal.SIGKILL)


class StraySweep:
    """Ends the strays of containers; requests that come while /proc is looked through share the next look."""

    def __init__(self) -> None:
        self._waiting: set[str] = set()
        self._next: asyncio.Future[None] | None = None
        self._lock = asyncio.Lock()

    async def end(self, marker: str) -> None:
        """Return when no process with this marker is left."""
        self._waiting.add(marker)
        if self._next is None:
            self._next = asyncio.ensure_future(self._run())
        await asyncio.shield(self._next)

    async def _run(self) -> None:
        async with self._lock:
            markers, self._waiting, self._next = self._waiting, set(), None
            await asyncio.to_thread(kill_marked, markers)
