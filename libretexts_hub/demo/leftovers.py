"""Which processes of this state folder still run, though nobody looks after them?

A supervisor that is killed can't tidy up. They are known by the record that it wrote (process id and start
time, so that a reused id is never taken for ours) and, on Linux, by a marker in their environment.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from libretexts_hub.demo.processes import MARKER, Child
from libretexts_hub.demo.state import State, write_private

PROC = Path("/proc")
CLUSTER_MARKER = "LOCAL_CLUSTER_STATE"  # in the environment of every pod of the embedded cluster
GRACE_SECONDS = 10.0


def record(state: State, children: Iterable[Child]) -> None:
    """Write down who runs, for the sweep of a later start."""
    running = [{"name": child.name, "pid": child.pid, "started": started(child.pid)} for child in children]
    write_private(state.processes, json.dumps(running) + "\n")


def sweep(state: State, grace_seconds: float = GRACE_SECONDS) -> int:
    """End what an earlier run left: SIGTERM, some seconds, SIGKILL. Returns how many there were."""
    found = _recorded(state) | marked(state)
    _signal(found, signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    while (remaining := _recorded(state) | marked(state)) and time.monotonic() < deadline:
        time.sleep(0.05)
    _signal(remaining, signal.SIGKILL)
    state.processes.unlink(missing_ok=True)
    return len(found)


def marked(state: State) -> set[int]:
    """The processes that carry our marker or the cluster's, without this one. None without /proc."""
    marks = {f"{MARKER}={state.folder}".encode(), f"{CLUSTER_MARKER}={state.cluster}".encode()}
    return {pid for pid in _all() if marks & set(_words(pid, "environ"))} - {os.getpid()}


def naming(state: State) -> set[int]:
    """The processes that name the state folder, by a marker or in the command; not we or who started us."""
    folder = str(state.folder).encode()
    named = {pid for pid in _all() if any(folder in word for word in _words(pid, "cmdline"))}
    return (named | marked(state)) - _ancestors()


def started(pid: int) -> str:
    """When a process began, in the words of this system; empty when there is no such process."""
    if PROC.joinpath("self").exists():
        return _stat(pid)[19]
    command = ["/bin/ps", "-o", "lstart=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 (a number is all that varies)
    return answer.stdout.strip()


def _recorded(state: State) -> set[int]:
    try:
        entries = [(entry["pid"], entry["started"]) for entry in json.loads(state.processes.read_text())]
    except (OSError, ValueError, TypeError, KeyError):
        return set()
    alive = {pid for pid, start in entries if isinstance(pid, int) and start and started(pid) == start}
    return {pid for pid in alive if _stat(pid)[0] != "Z"}


def _stat(pid: int) -> list[str]:
    """The fields of proc(5) stat behind the name, which may hold anything: state, parent, ..., start (19)."""
    with suppress(OSError):
        return PROC.joinpath(str(pid), "stat").read_text(errors="replace").rpartition(")")[2].split()
    return [""] * 20


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _all() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()] if PROC.is_dir() else []


def _words(pid: int, file: str) -> list[bytes]:
    with suppress(OSError):
        return PROC.joinpath(str(pid), file).read_bytes().split(b"\0")
    return []


def _ancestors() -> set[int]:
    """This process and all above it."""
    line, pid = {os.getpid()}, os.getppid()
    while pid > 1 and pid not in line:
        line.add(pid)
        pid = int(_stat(pid)[1] or 0)
    return line
