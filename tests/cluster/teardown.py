"""How does everything of a run leave this machine again, also after a crash?"""

import contextlib
import os
import shutil
import subprocess
import time
from pathlib import Path

from tests.cluster import cgroups, manifest, paths, processes
from tests.cluster.prerequisites import program
from tests.cluster.run import MARKER


def take_down(folder: Path) -> list[str]:
    """Undo the manifest of one run, last thing first. Returns what could not be removed, in words."""
    things = manifest.read(folder)
    problems: list[str] = []
    for thing in reversed(things):
        if thing["kind"] == "folder" and problems:
            break  # it holds the manifest, which a second attempt needs
        if problem := _undo(thing):
            problems.append(problem)
    if not things:  # killed between making the folder and the first line
        _remove_folder(folder)
    return problems


def runs() -> list[Path]:
    """The folders of all runs that were ever begun and not taken down, the newest first."""
    if not paths.runs_dir().is_dir():
        return []
    folders = [folder for folder in paths.runs_dir().iterdir() if folder.is_dir()]
    return sorted(folders, key=lambda folder: folder.stat().st_mtime, reverse=True)


def _undo(thing: dict) -> str | None:
    match thing["kind"]:
        case "process":
            if not processes.kill(thing["pid"], started=thing["start_time"]):
                return f"process {thing['pid']} did not end"
        case "marker":
            return _kill_marked(thing["run"])
        case "link":
            subprocess.run(
                [program("ip"), "link", "delete", thing["name"]], stderr=subprocess.DEVNULL, check=False
            )
        case "cgroup":
            if left := cgroups.remove(thing["name"]):
                return f"cgroups stayed: {', '.join(map(str, left))}"
        case "empty_folder":
            with contextlib.suppress(OSError):  # somebody else's by now, or never made
                os.rmdir(thing["path"])
        case "folder":
            return _remove_folder(Path(thing["path"]))
    return None


def _kill_marked(run: str) -> str | None:
    """End what carries the run's marker: a process that was started just before a crash is in no other
    line."""
    deadline = time.monotonic() + 20
    while pids := processes.with_marker(MARKER, run):
        if time.monotonic() > deadline:
            return f"processes stayed: {pids}"
        for pid in pids:
            started = processes.start_time(pid)
            if started is not None and pid in processes.with_marker(MARKER, run):
                processes.kill(pid, started=started)
    return None


def _remove_folder(folder: Path) -> str | None:
    """Remove the folder, but never through a mount: what is mounted below belongs to something else."""
    mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    below = [point for point in mounted if point == str(folder) or point.startswith(f"{folder}/")]
    for point in sorted(below, reverse=True):
        done = subprocess.run([program("umount"), point], capture_output=True, text=True, check=False)
        if done.returncode:
            return f"{point} is still mounted: {done.stderr.strip()}"
    shutil.rmtree(folder, ignore_errors=True)
    return f"{folder} could not be removed" if folder.exists() else None
