"""How are the hub, the proxy and the cluster started and ended?"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from libretexts_hub.demo import leash
from libretexts_hub.demo.state import State

MARKER = "LIBRETEXTS_HUB_DEMO"  # the environment variable of our children that names the state folder
KEPT_VARIABLES = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")


class Child:
    """A process of the demo: the hub, the proxy or the cluster. In a session of its own, on our leash."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name = name
        self.process = process
        self.log = log

    @property
    def pid(self) -> int:
        """Also the id of its process group."""
        return self.process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.process.returncode

    def last_words(self) -> str:
        """The last line it wrote."""
        return next((line.strip() for line in reversed(self.log_lines()) if line.strip()), "it said nothing")

    def log_lines(self) -> list[str]:
        """What it wrote in this run."""
        return self.log.read_text(errors="replace").splitlines() if self.log.exists() else []

    async def stop(self, grace_seconds: float) -> bool:
        """SIGTERM, time to finish, then SIGKILL to the whole group. False when it had to be killed."""
        if self.exit_code is None:
            self.process.terminate()
        try:
            async with asyncio.timeout(grace_seconds):
                await self.process.wait()
        except TimeoutError:
            self.kill()
            await self.process.wait()
            return False
        return True

    def kill(self) -> None:
        """SIGKILL to the group, unless it ended: its id could be somebody else's by now."""
        if self.exit_code is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)


async def start_child(name: str, command: list[str], state: State, environ: Mapping[str, str]) -> Child:
    """Start a process of the demo; what it writes goes to its log, begun anew."""
    log = state.logs / f"{name}.log"
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *leash.command(command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            cwd=state.hub,
            env={**bare_environment(state), **environ},
            start_new_session=True,
        )
    return Child(name, process, log)


def bare_environment(state: State, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What children inherit: no setting, token or HTTP proxy of the caller, and a home of their own."""
    kept = {name: environ[name] for name in KEPT_VARIABLES if name in environ}
    # JupyterHub upgrades its database with the program `alembic`, which is beside our Python.
    path = os.pathsep.join([os.path.dirname(sys.executable), environ.get("PATH", os.defpath)])
    own = {"PATH": path, "HOME": str(state.hub), MARKER: str(state.folder), "PYTHONUNBUFFERED": "1"}
    return {**kept, **own}
