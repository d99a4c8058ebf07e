"""How does a test run the demo as a person at a terminal would?"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from libretexts_hub.demo.ports import is_open
from libretexts_hub.demo.state import State
from libretexts_hub.demo.visitor import Visitor

PROGRAM = [sys.executable, "-c", "import sys; from libretexts_hub.cli import main; sys.exit(main())"]


class RunningDemo:
    """`libretexts-hub demo` with a state folder, in a process group of its own; killed at the block's end."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.state = State(folder)
        self.started = time.monotonic()
        self.output_file = folder.with_name(f"{folder.name}.output")
        with self.output_file.open("wb") as output:
            self.process = subprocess.Popen(
                [*PROGRAM, "demo", "--state-dir", str(folder), *options],
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def __enter__(self) -> "RunningDemo":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    @property
    def output(self) -> str:
        """All that the person has read."""
        return self.output_file.read_text()

    def wait_until_it_says(self, pattern: str, seconds: float = 60) -> re.Match[str]:
        """The match, as soon as it is there; AssertionError with the output at the deadline or the end."""
        deadline = time.monotonic() + seconds
        while True:
            ended = self.process.poll() is not None
            if found := re.search(pattern, self.output):
                return found
            assert not ended, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.05)

    def wait_until_ready(self) -> float:
        """Seconds from the command to the address."""
        self.wait_until_it_says(r"Stop +Ctrl-C")
        return time.monotonic() - self.started

    @property
    def url(self) -> str:
        """What the terminal says to open."""
        return self.wait_until_it_says(r"Open +(http://127\.0\.0\.1:\d+)/")[1]

    def visitor(self) -> Visitor:
        """A browser there."""
        return Visitor(self.url)

    def send(self, number: signal.Signals) -> None:
        """As Ctrl-C does: to the whole foreground group."""
        os.killpg(self.process.pid, number)

    def wait(self, seconds: float = 45) -> int:
        """The exit code."""
        return self.process.wait(seconds)

    def wait_until_refused(self, seconds: float = 60) -> int:
        """The exit code of a demo that must not become ready."""
        self.wait_until_it_says(r"(?m)^\S.*\(.+\)\. .+$|Stop +Ctrl-C", seconds)
        assert "Ctrl-C" not in self.output, self.output
        return self.wait()

    def ports(self) -> list[int]:
        """Those that the output names."""
        return [int(port) for port in set(re.findall(r"127\.0\.0\.1:(\d+)", self.output))]

    def leftovers(self) -> list[str]:
        """Processes that name the state folder in command or environment, and open ports."""
        return [
            *_processes_naming(str(self.state.folder)),
            *(str(port) for port in self.ports() if is_open(port)),
        ]


def _processes_naming(folder: str) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = process.joinpath("cmdline").read_bytes() + process.joinpath("environ").read_bytes()
        except OSError:
            continue
        if folder.encode() in words and int(process.name) != os.getpid():
            found.append(f"{process.name}: {words[:300]!r}")
    return found
