"""Which processes did a cluster leave that was killed itself, and how do they end before the next one starts?

Each container's folder holds a record of its process group while it runs. A process is ended only when its
start time is the recorded one, or its environment carries the marker of this very state folder: a number
alone proves nothing.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from libretexts_hub.local_cluster.kubelet import strays

RECORD = "process.json"
_POLL_SECONDS = 0.1


def write_record(folder: Path, pid: int) -> None:
    """Note the process group that runs in a container's folder."""
    record = {"pgid": pid, "started": _identity(pid)}
    (folder / RECORD).write_text(json.dumps(record), encoding="utf-8")


def remove_record(folder: Path) -> None:
    """The process has ended."""
    (folder / RECORD).unlink(missing_ok=True)


def end_leftovers(state_dir: Path, grace_seconds: float) -> int:
    """SIGTERM, then SIGKILL, to everything that an earlier cluster of this folder left.

    How many groups and strays.

    Blocks up to `grace_seconds` and a little; removes the old pods' directories. Claims are not touched.
    """
    pods = state_dir / "pods"
    marker = f"{strays.STATE_MARKER}={state_dir}"
    ended = _signal_all(pods, marker, signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    while ended and time.monotonic() < deadline and _signal_all(pods, marker, 0):
        time.sleep(_POLL_SECONDS)
    while ended and _signal_all(pods, marker, signal.SIGKILL) and time.monotonic() < deadline + 2:
        time.sleep(_POLL_SECONDS)
    shutil.rmtree(pods, ignore_errors=True)
    return ended


def _signal_all(pods: Path, marker: str, number: int) -> int:
    """Send a signal (0: only look) to recorded groups and to marked processes; how many there were."""
    groups = [
        pgid for pgid in map(_recorded_group, pods.glob(f"*/containers/*/{RECORD}")) if pgid is not None
    ]
    marked = strays.find([marker])
    if number:
        for pgid in groups:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pgid, number)
        for stray in marked:
            strays.send(stray, number)
    return len(groups) + len([stray for stray in marked if stray.pid not in groups])


def _recorded_group(path: Path) -> int | None:
    """The group of a record, when its leader is still that very process."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        pgid, started = int(record["pgid"]), record["started"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if pgid <= 1 or started is None or _identity(pgid) != started:
        return None
    return pgid


def _identity(pid: int) -> str | None:
    """Something that tells a process from a later one with the same number."""
    if sys.platform.startswith("linux"):
        ticks = strays.start_time(pid)
        return None if ticks is None else f"{_boot_id()} {ticks}"
    with suppress(OSError, subprocess.SubprocessError):
        command = ["/bin/ps", "-o", "lstart=", "-p", str(pid)]
        found = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)  # noqa: S603
        return found.stdout.strip() or None
    return None


def _boot_id() -> str:
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return ""
