"""How does this checkout's package get into the image of a hub? As with `examples/helm/Dockerfile`."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from libretexts_hub.errors import SetupError
from tests.cluster import paths

# What the Dockerfile copies, too.
PARTS = (
    *("setup.cfg", "pyproject.toml", "README.md", "LICENSE"),
    *("libretexts_hub", "templates", "jupyterhub_config.d"),
)
# What pip would write; one for this machine's Python is thrown away.
COMMAND = """#!/opt/hub/bin/python3
import sys
from libretexts_hub.cli import main
sys.exit(main())
"""
# Python 3.11 is Debian's, on which the images stand.
SITE = Path("opt/hub/lib/python3.11/site-packages")
_IGNORED = ("__pycache__", "*.pyc", "*.egg-info", "build")


def key() -> str:
    """Names what would be installed: a digest of every file's path and content."""
    digest = hashlib.sha256(f"{SITE}{COMMAND}".encode())
    for path in _files():
        digest.update(str(path.relative_to(paths.CHECKOUT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def install(tree: Path) -> None:
    """Below `tree`, with its entry points and without its dependencies. Raises SetupError."""
    tree.chmod(0o755)
    with tempfile.TemporaryDirectory() as temporary:
        checkout = Path(temporary) / "checkout"
        checkout.mkdir()
        # Elsewhere, since a build leaves its folders where it was done.
        for part in PARTS:
            _copy(paths.CHECKOUT / part, checkout / part)
        uv = Path(sys.executable).with_name("uv")
        command = [uv, "pip", "install", "--quiet", "--no-deps", "--python", sys.executable]
        command += ["--no-build-isolation", "--target", tree / SITE, checkout]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SetupError(
            f"The package could not be installed into an image: {done.stderr.strip()[-400:]}",
            where=str(paths.CHECKOUT),
            fix="Look whether `pip install .` works.",
        )
    shutil.rmtree(tree / SITE / "bin", ignore_errors=True)
    program = tree / "opt/hub/bin/libretexts-hub"
    program.parent.mkdir(parents=True)
    program.write_text(COMMAND)
    program.chmod(0o755)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(*_IGNORED))
    else:
        shutil.copy(source, target)


def _files() -> list[Path]:
    found = [paths.CHECKOUT / part for part in PARTS]
    below = [path for folder in found if folder.is_dir() for path in folder.rglob("*")]
    kept = [path for path in (*found, *below) if path.is_file() and path.suffix != ".pyc"]
    return sorted(path for path in kept if ".egg-info" not in str(path))
