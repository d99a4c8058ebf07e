"""What does a hub hold while it works: memory, files, threads, tasks; and does it only ever grow?"""

from __future__ import annotations

import asyncio
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
# Runs in the hub's own loop, where its configuration is read: how many tasks there are, once a second.
COUNT_TASKS = """
import asyncio
from pathlib import Path
def count_tasks():
    Path({file!r}).write_text(str(len(asyncio.all_tasks())))
    asyncio.get_running_loop().call_later(1, count_tasks)
asyncio.get_running_loop().call_soon(count_tasks)
"""


@dataclass(frozen=True)
class Held:
    """By one process at one moment: bytes of memory, open file descriptors, threads, tasks of its loop."""

    at: float
    memory: int
    files: int
    threads: int
    tasks: int


class Watch:
    """Looks at the process `pid` every other second; its tasks are in `tasks_file`."""

    def __init__(self, pid: int, tasks_file: Path) -> None:
        self._process, self._tasks_file = Path(f"/proc/{pid}"), tasks_file
        self.samples: list[Held] = []

    def look(self) -> Held:
        """What it holds now. Raises OSError where the process is gone."""
        status = (self._process / "status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines())
        tasks = 0
        with suppress(OSError, ValueError):  # it may be written at this very moment
            tasks = int(self._tasks_file.read_text())
        held = Held(
            time.monotonic(),
            int(fields["VmRSS"].split()[0]) * 1024,
            len(os.listdir(self._process / "fd")),
            int(fields["Threads"]),
            tasks or (self.samples[-1].tasks if self.samples else 0),
        )
        self.samples.append(held)
        return held

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            self.look()
            await asyncio.sleep(SAMPLE_SECONDS)


def growth(samples: Sequence[Held]) -> float:
    """MiB of memory in an hour: the slope over the second half, when what is kept once has been read."""
    half = [held for held in samples if held.at >= (samples[0].at + samples[-1].at) / 2]
    if len(half) < 2:
        return 0.0
    slope, _ = linear_regression([held.at for held in half], [held.memory / MEBIBYTE for held in half])
    return slope * 3600


def shown(held: Held) -> dict[str, Any]:
    """For a report: memory in MiB, without the moment."""
    named = asdict(held) | {"memory": round(held.memory / MEBIBYTE, 1)}
    return {name: value for name, value in named.items() if name != "at"}
