"""Do children end when they should, and is nobody else's process touched?"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from libretexts_hub.demo import leash, leftovers
from libretexts_hub.demo.processes import MARKER, bare_environment, start_child
from libretexts_hub.demo.state import opened

SLEEP = [sys.executable, "-S", "-c", "import time; print('up', flush=True); time.sleep(60)"]
DEAF = [
    sys.executable,
    "-S",
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]


@pytest.fixture
def state(tmp_path):
    """An open state folder."""
    with opened(tmp_path / "demo") as state:
        yield state


def until(condition, seconds=10.0):
    """Poll; AssertionError at the deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition was not met in time"
        time.sleep(0.02)


def runs(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(("command", "politely"), [(SLEEP, True), (DEAF, False)], ids=["polite", "deaf"])
async def test_a_child_is_stopped_politely_or_else_killed(state, command, politely):
    child = await start_child("child", command, state, {})
    until(lambda: child.log_lines() == ["up"])
    assert await child.stop(grace_seconds=5.0 if politely else 0.2) is politely
    assert child.exit_code is not None
    assert not runs(child.pid)
    assert await child.stop(grace_seconds=1)  # once more does no harm


async def test_a_child_is_in_a_session_of_its_own_so_that_ctrl_c_reaches_only_us(state):
    child = await start_child("child", SLEEP, state, {})
    until(lambda: child.log_lines() == ["up"])
    assert os.getsid(child.pid) == child.pid != os.getsid(0)
    await child.stop(grace_seconds=5)


def test_a_child_knows_nothing_of_the_caller(state):
    caller = {
        "PATH": "/bin",
        "LANG": "C.UTF-8",
        "AWS_SECRET": "s3cret",
        "HTTP_PROXY": "x",
        "JUPYTER_CONFIG_DIR": "/c",
    }
    environ = bare_environment(state, caller)
    assert environ["PATH"].endswith(":/bin")
    assert environ["HOME"] == str(state.hub)
    assert not {"AWS_SECRET", "HTTP_PROXY", "JUPYTER_CONFIG_DIR"} & environ.keys()


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux")
def test_a_child_ends_with_a_parent_that_is_killed():
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, *SLEEP], stdout=subprocess.PIPE, text=True, env={**os.environ}
    )
    child = int(parent.stdout.readline())
    until(lambda: b"time.sleep(60)" in Path(f"/proc/{child}/cmdline").read_bytes())
    parent.kill()
    parent.wait()
    until(lambda: not runs(child))
    assert not runs(child)


PARENT = """
import subprocess, sys
from libretexts_hub.demo import leash
print(subprocess.Popen(leash.command(sys.argv[1:]), stdout=subprocess.DEVNULL).pid, flush=True)
input() if sys.stdin.isatty() else __import__("time").sleep(60)
"""


def test_a_child_whose_parent_is_gone_already_does_not_start():
    words = leash.command(["/bin/true"])
    words[words.index(str(os.getpid()))] = "1"  # not its parent
    assert subprocess.run(words).returncode == (1 if sys.platform == "linux" else 0)


async def test_the_sweep_ends_what_was_recorded_and_forgets_it(state):
    child = await start_child("child", SLEEP, state, {})
    leftovers.record(state, [child])
    assert await asyncio.to_thread(leftovers.sweep, state, 5.0) == 1
    await asyncio.wait_for(child.process.wait(), 5)
    assert not state.processes.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="environments of others are read from /proc")
def test_the_sweep_finds_by_its_marker_what_was_never_recorded(state):
    stray = subprocess.Popen(DEAF, env={MARKER: str(state.folder)}, stdout=subprocess.PIPE)
    stray.stdout.readline()
    assert stray.pid in leftovers.naming(state)
    assert leftovers.sweep(state, 0.2) == 1
    assert stray.wait(5) == -signal.SIGKILL


def test_a_process_that_got_the_number_of_an_old_one_is_left_alone(state):
    other = subprocess.Popen(SLEEP, stdout=subprocess.DEVNULL)
    try:
        state.processes.write_text(json.dumps([{"name": "hub", "pid": other.pid, "started": "1"}]))
        assert leftovers.sweep(state, 0.2) == 0
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize(
    "text", ["", "{", "null", "[1]", '[{"pid": -1, "started": "1"}]', '[{"pid": "x"}]', "[{}]"]
)
def test_a_damaged_record_stops_nothing(state, text):
    state.processes.write_text(text)
    assert leftovers.sweep(state, 0.1) == 0
