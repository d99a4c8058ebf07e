"""How does a probe or a hook run a command in a container?"""

import asyncio
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from libretexts_hub.local_cluster.kubelet.process import Process

LONGEST_OUTPUT = 10 * 1024  # pkg/probe/exec/exec.go


@dataclass(frozen=True)
class Surroundings:
    """What a command in a container is started with: the container's own environment, directory and paths."""

    env: Mapping[str, str]
    directory: Path
    real_path: Callable[[str], str] = str


@dataclass(frozen=True)
class Result:
    """How a command ended; `exit_code` is None when it did not end in time."""

    exit_code: int | None
    output: str


async def run(argv: Sequence[str], surroundings: Surroundings, timeout_seconds: float | None) -> Result:
    """Run a command in a process group of its own.

    The group is ended when the time is over, and when this task is cancelled. StartProblem when it cannot
    be started.
    """
    with tempfile.TemporaryFile() as output:
        real = [surroundings.real_path(word) for word in argv]
        process = Process.start(real, env=surroundings.env, directory=surroundings.directory, output=output)
        try:
            code: int | None = await asyncio.wait_for(process.wait(), timeout_seconds)
        except TimeoutError:
            code = None
        finally:
            process.kill()
        if code is None:
            await process.wait()
        # os.pread: the command may have moved the offset that it shares with us.
        return Result(code, os.pread(output.fileno(), LONGEST_OUTPUT, 0).decode("utf-8", "replace"))
