"""How are the file trees of images made? Debian by debootstrap, and recipes run on top of it in an overlay
mount."""

import os
import subprocess
from pathlib import Path

from libretexts_hub.errors import SetupError
from tests.cluster import paths
from tests.cluster.prerequisites import SYSTEM_PATH, last_line, program

SUITE = "bookworm"
INCLUDE = "python3,python3-venv"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
INSIDE = "/run/certificates.crt"
# Mounts live in a namespace of their own: they are gone with the last process, however it ended. /run and
# /tmp are scratch space of the recipe and never become part of the layer.
RUN_RECIPE = """
mount --make-rprivate /
options="lowerdir=$LOWER,upperdir=$UPPER,workdir=$WORK,redirect_dir=off,metacopy=off"
mount -t overlay overlay -o "$options" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount -t tmpfs tmpfs "$ROOT/run"
mount -t tmpfs tmpfs "$ROOT/tmp"
cp -r "$RECIPES" "$ROOT/run/recipes"
if [ -e "$CERTIFICATES" ]; then cp "$CERTIFICATES" "$ROOT/run/certificates.crt"; fi
if [ -e /etc/pip.conf ]; then cp /etc/pip.conf "$ROOT/run/pip.conf"; fi
mount --bind /etc/resolv.conf "$ROOT/etc/resolv.conf"
exec chroot "$ROOT" /bin/sh -eu "/run/recipes/$RECIPE"
"""


def make_base(tree: Path) -> None:
    """A small Debian with Python at `tree`. Raises SetupError when a download fails."""
    tree.mkdir(parents=True)
    debootstrap = [program("debootstrap"), "--variant=minbase", f"--include={INCLUDE}", SUITE, str(tree)]
    _run(
        debootstrap,
        {"PATH": SYSTEM_PATH},
        "the base of the images",
        "Check that http://deb.debian.org answers.",
    )
    script = (paths.RECIPES / "base.sh").read_text()
    _run(
        ["chroot", str(tree), "/bin/sh", "-eu", "-c", script],
        {"PATH": SYSTEM_PATH},
        "base.sh",
        "Repair the recipe.",
    )


def run_recipe(recipe: str, *, base: Path, scratch: Path) -> Path:
    """What the script `recipe` changes on top of `base`: the upper folder of an overlay mount below
    `scratch`."""
    folders = {name: scratch / name.lower() for name in ("UPPER", "WORK", "ROOT")}
    for folder in folders.values():
        folder.mkdir(parents=True)
    # A layer's "/" entry is its upper folder: the same mode as the base's, or unprivileged users cannot enter
    # it.
    folders["UPPER"].chmod(0o755)
    variables = {
        **{name: str(folder) for name, folder in folders.items()},
        "LOWER": str(base),
        "RECIPE": recipe,
        "RECIPES": str(paths.RECIPES),
        "CERTIFICATES": str(CERTIFICATES),
        **_environment(),
    }
    command = [
        program("unshare"),
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "sh",
        "-eu",
        "-c",
        RUN_RECIPE,
    ]
    _run(command, variables, f"tests/cluster/recipes/{recipe}", "Check that Debian's mirror and PyPI answer.")
    return folders["UPPER"]


def _environment() -> dict[str, str]:
    """What a recipe sees of this machine: its proxies and package index, not its settings at large."""
    passed = {
        name: value
        for name, value in os.environ.items()
        if name.lower().endswith("_proxy")
        or name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_DEFAULT_TIMEOUT", "npm_config_registry")
    }
    return {
        **passed,
        "PATH": SYSTEM_PATH,
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "DEBIAN_FRONTEND": "noninteractive",
        **(dict.fromkeys(("PIP_CERT", "NODE_EXTRA_CA_CERTS"), INSIDE) if CERTIFICATES.exists() else {}),
        **({"PIP_CONFIG_FILE": "/run/pip.conf"} if Path("/etc/pip.conf").exists() else {}),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }


def _run(command: list[str], environment: dict[str, str], where: str, fix: str) -> None:
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        log = paths.cache_dir() / "images" / "failed.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(done.stdout)
        raise SetupError(
            f"An image could not be made: {last_line(done.stdout)}",
            where=where,
            fix=f"{fix} The whole log: {log}.",
        )
