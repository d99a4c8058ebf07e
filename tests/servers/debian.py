"""Where is a program that Debian packages, also on a machine that has it not yet?"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from libretexts_hub.errors import SetupError
from tests.cluster import paths


def program(name: str, package: str) -> Path:
    """The program, from the PATH or out of the package, which is unpacked into the cache; root is not needed.

    Raises SetupError.
    """
    if found := shutil.which(name):
        return Path(found)
    unpacked = paths.cache_dir() / "debian" / f"{package}-{platform.machine()}"
    found = shutil.which(name, path=f"{unpacked}/usr/bin:{unpacked}/usr/sbin")
    return Path(found or _unpack(name, package, unpacked))


def library(name: str, package: str) -> Path:
    """A shared library, of this machine or out of the package, as `program`.

    Raises SetupError.
    """
    unpacked = paths.cache_dir() / "debian" / f"{package}-{platform.machine()}"
    for attempt in range(2):
        for folder in (Path("/usr/lib"), unpacked / "usr/lib"):
            if found := next(folder.glob(f"*-linux-*/**/{name}"), None):
                return found
        if attempt == 0:
            _unpack(name, package, unpacked)
    raise SetupError(f"{name} was not found", where="/usr/lib", fix=f"Install {package}, as Debian calls it.")


def _unpack(name: str, package: str, target: Path) -> str:
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise SetupError(f"{name} was not found", where="PATH", fix=f"Install {package}, as Debian calls it.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        if not _run(["apt-get", "download", package], folder):
            # A fresh machine has no package lists yet; only root can fetch them.
            if os.geteuid() == 0:
                _run(["apt-get", "update", "-qq"], folder)
            if not _run(["apt-get", "download", package], folder):
                raise SetupError(
                    f"The package {package} can't be had", where="apt-get download", fix=f"Install {package}."
                )
        [archive] = Path(folder).glob("*.deb")
        tree = Path(folder) / "tree"
        _run(["dpkg-deb", "--extract", str(archive), str(tree)], folder)
        if not target.exists():
            tree.rename(target)
    return shutil.which(name, path=f"{target}/usr/bin:{target}/usr/sbin") or name


def _run(command: list[str], folder: str) -> bool:
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def chromium() -> Path:
    """Chromium or Chrome of this machine; root gets Debian's, with the libraries that it needs.

    Raises SetupError.
    """
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return Path(found)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "--no-remove", "chromium"]
        if _run(quiet, "/") or (_run(["apt-get", "update", "-qq"], "/") and _run(quiet, "/")):
            return Path(shutil.which("chromium") or "/usr/bin/chromium")
    raise SetupError("Chromium was not found", where="PATH", fix="Install the package chromium.")
