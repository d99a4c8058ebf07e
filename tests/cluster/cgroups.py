"""Where do the cgroups of pods live, on machines with either version or both?"""

import contextlib
import os
import time
from pathlib import Path

MOUNTS = Path("/proc/self/mounts")


def hierarchies() -> list[Path]:
    """The cgroup hierarchies in which a kubelet looks for its root: all of version 1 where there is one, else
    v2."""
    return _mounted("cgroup") or _mounted("cgroup2")


def make(name: str) -> None:
    """Make `name` in every hierarchy: the kubelet refuses a cgroupRoot that is not there."""
    for hierarchy in hierarchies():
        folder = hierarchy / name
        folder.mkdir(exist_ok=True)
        # A cpuset of version 1 begins empty, and nothing can run in it (cpuset(7)); version 2 inherits.
        for file in ("cpuset.cpus", "cpuset.mems"):
            if (folder / file).exists() and not (folder / "cgroup.controllers").exists():
                (folder / file).write_text((hierarchy / file).read_text())


def remove(name: str, seconds: float = 10) -> list[Path]:
    """Remove `name` with all below it; the kernel may need a moment after the last process. Returns what
    stayed."""
    deadline = time.monotonic() + seconds
    while True:
        for top in remaining(name):
            for folder, _, _ in os.walk(top, topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
        left = remaining(name)
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.1)


def remaining(name: str) -> list[Path]:
    """The directories called `name` that exist, at most one in each hierarchy."""
    candidates = (hierarchy / name for hierarchy in [*_mounted("cgroup"), *_mounted("cgroup2")])
    return [folder for folder in candidates if folder.is_dir()]


def _mounted(kind: str) -> list[Path]:
    mounts = [line.split() for line in MOUNTS.read_text().splitlines()]
    return list(dict.fromkeys(Path(fields[1]) for fields in mounts if fields[2] == kind))
