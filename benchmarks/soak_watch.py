"""What does a hub hold while it works: memory, files, threads, tasks; and does it only ever grow?"""

from __future__ import annotations

import asyncio
import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import linear_regression
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLE_SECONDS = 2.0
MEBIBYTE = 2**20
# Runs in the hub's own loop, where its configuration is read: once a second, how many tasks there are, how
# many blocks of Python's own allocator are in use, how many bytes the C library has lent (mallinfo2 of glibc,
# see mallinfo(3); elsewhere 0). What a process holds beyond these are holes that its allocators keep.
COUNT_INSIDE = """
import asyncio, ctypes, json, sys
from pathlib import Path
class Lent(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in
        "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()]
ask_lent = getattr(ctypes.CDLL(None), "mallinfo2", None)
if ask_lent is not None:
    ask_lent.restype = Lent
def count_inside():
    lent = ask_lent() if ask_lent else Lent()
    seen = dict(tasks=len(asyncio.all_tasks()), blocks=sys.getallocatedblocks())
    Path({file!r} + ".part").write_text(json.dumps(dict(seen, lent=lent.uordblks + lent.hblkhd)))
    Path({file!r} + ".part").rename({file!r})
    asyncio.get_running_loop().call_later(1, count_inside)
asyncio.get_running_loop().call_soon(count_inside)
"""


@dataclass(frozen=True)
class Held:
    """By one process at one moment: bytes of memory, files that are open, threads, and its own counts."""

    at: float
    memory: int
    files: int
    threads: int
    tasks: int = 0
    blocks: int = 0
    lent: int = 0


class Watch:
    """Looks at the process `pid` every other second; what it counts inside is in `inside_file`."""

    def __init__(self, pid: int, inside_file: Path) -> None:
        self._process, self._inside_file = Path(f"/proc/{pid}"), inside_file
        self.samples: list[Held] = []

    def look(self) -> Held:
        """What it holds now. Raises OSError where the process is gone."""
        status = (self._process / "status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines())
        inside = {}
        with suppress(OSError):  # a storm has none
            inside = json.loads(self._inside_file.read_text())
        held = Held(
            time.monotonic(),
            int(fields["VmRSS"].split()[0]) * 1024,
            len(os.listdir(self._process / "fd")),
            int(fields["Threads"]),
            **inside,
        )
        self.samples.append(held)
        return held

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            self.look()
            await asyncio.sleep(SAMPLE_SECONDS)


def growth(samples: Sequence[Held], name: str) -> float:
    """Of `name` in an hour: the slope over the second half, when what is kept once has been read."""
    half = [held for held in samples if held.at >= (samples[0].at + samples[-1].at) / 2]
    if len(half) < 2:
        return 0.0
    slope, _ = linear_regression([held.at for held in half], [float(getattr(held, name)) for held in half])
    return slope * 3600


def course_of(samples: Sequence[Held], most: int = 13) -> list[dict[str, Any]]:
    """Some of the samples, evenly spread from the first to the last."""
    if len(samples) <= most:
        return [shown(held) for held in samples]
    return [shown(samples[round(number * (len(samples) - 1) / (most - 1))]) for number in range(most)]


def shown(held: Held) -> dict[str, Any]:
    """For a report: memory in MiB, without the moment."""
    named = asdict(held)
    megabytes = {name: round(named[name] / MEBIBYTE, 1) for name in ("memory", "lent")}
    return {name: value for name, value in (named | megabytes).items() if name != "at"}
