"""What must this machine have before a cluster can be built and run, and how does it get it?"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from libretexts_hub.errors import SetupError
from tests.cluster.progress import Progress

# Program (or file) that is looked for -> Debian package that brings it. Looking for programs rather than
# packages leaves a machine alone whose containerd comes from elsewhere: Docker's package conflicts with
# Debian's.
PACKAGES = {
    "containerd": "containerd",
    "runc": "runc",
    "bridge": "containernetworking-plugins",
    "ip": "iproute2",
    "iptables": "iptables",
    "conntrack": "conntrack",
    "debootstrap": "debootstrap",
    "docker-registry": "docker-registry",
    "unshare": "util-linux",
    "mount": "mount",
}
CNI_FOLDERS = (Path("/usr/lib/cni"), Path("/opt/cni/bin"))
POLICY = Path("/usr/sbin/policy-rc.d")
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def check(*, building: bool) -> None:
    """Refuse a machine that can never run the cluster. Raises SetupError with one sentence."""
    if not sys.platform.startswith("linux"):
        raise SetupError(
            "The test cluster needs Linux",
            where=f"this is {sys.platform}",
            fix="Set LIBRETEXTS_HUB_KUBECONFIG to a cluster that tests may use.",
        )
    if os.geteuid() != 0:
        raise SetupError(
            "The test cluster needs root for its namespaces, mounts and cgroups",
            where=f"this is uid {os.geteuid()}",
            fix="Run it as root, or set LIBRETEXTS_HUB_KUBECONFIG to a cluster that tests may use.",
        )
    if building:
        go_program()


def go_program() -> str:
    """The `go` command; its usual folder counts although login shells of root often lack it. Raises
    SetupError."""
    found = shutil.which("go", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/local/go/bin")))
    if not found:
        raise SetupError(
            "Go was not found, and Kubernetes is built from its Go modules",
            where="PATH and /usr/local/go/bin",
            fix="Install Go (https://go.dev/dl/), or set LIBRETEXTS_HUB_KUBECONFIG.",
        )
    return found


def program(name: str) -> str:
    """The full path of a program of the system. Raises SetupError naming its Debian package."""
    found = shutil.which(name, path=SYSTEM_PATH)
    if not found:
        package = PACKAGES.get(name, name)
        raise SetupError(f"{name} was not found", where=SYSTEM_PATH, fix=f"Install the package {package}.")
    return found


def cni_folder() -> Path | None:
    """Where the CNI plugins are, or None."""
    return next((folder for folder in CNI_FOLDERS if (folder / "bridge").exists()), None)


def missing_packages() -> list[str]:
    """The Debian packages whose programs are not there."""
    return [
        package
        for name, package in PACKAGES.items()
        if not (cni_folder() if name == "bridge" else shutil.which(name, path=SYSTEM_PATH))
    ]


def install(progress: Progress) -> None:
    """Install what is missing with apt; nothing is started, nothing is removed. Raises SetupError."""
    packages = missing_packages()
    if not packages:
        return
    if not shutil.which("apt-get"):
        raise SetupError(
            f"These programs are missing: {', '.join(packages)}",
            where="no apt-get here",
            fix="Install them with this system's package manager.",
        )
    progress(f"installing {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _no_service_starts():
        for words in (
            ["update", "-qq"],
            ["install", "-y", "-qq", "--no-install-recommends", "--no-remove", *packages],
        ):
            done = subprocess.run(
                ["apt-get", *words], env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise SetupError(
                    f"apt-get {words[0]} failed: {last_line(done.stderr)}",
                    where="packages for the test cluster",
                    fix=f"Run `apt-get {' '.join(words)}` and repair what it says.",
                )


def last_line(text: str) -> str:
    """The last line with words in it: programs say their error last."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no message")


@contextlib.contextmanager
def _no_service_starts() -> Iterator[None]:
    """While packages are set up, no service of theirs starts: policy-rc.d(8) answers 101 for "not
    allowed"."""
    if POLICY.exists():  # an administrator's own policy stays the only one
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)
