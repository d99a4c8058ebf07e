"""How does a test run a real JupyterHub that it can stop, kill and start again while the servers live on?"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from libretexts_hub.demo import leash
from libretexts_hub.demo.visitor import Visitor

from .ending import end_process
from .hub_config import ADMIN, ADMIN_PASSWORD, PASSWORD, Addresses, hub_configuration, menu_configuration
from .ports import free_port
from .preloaded_hub import PreloadedHub
from .proxy import ProxyProcess

if TYPE_CHECKING:
    from .target import Target

__all__ = ["ADMIN", "ADMIN_PASSWORD", "PASSWORD", "HubNotReadyError", "HubProcess"]

START_SECONDS = 150
VISIT_SECONDS = 60.0
LOG_LINES = 60


class HubNotReadyError(AssertionError):
    """The hub ended or did not answer in time; the text holds the end of its log."""


class HubProcess:
    """JupyterHub of the running virtual environment, behind a configurable-http-proxy that outlives it.

    `preloaded`: its process is forked from one that has imported JupyterHub already, which saves 2 s of CPU;
    else it is `python -m jupyterhub`, as anybody would start it.
    `spawner` is what `JupyterHub.spawner_class` takes; `extra` is appended to the configuration file. With a
    `target` the hub talks to its API server, or to that of `kubeconfig` (a fault proxy's) when it is given.
    `environment` is for the hub's process alone.
    """

    def __init__(
        self,
        folder: Path,
        target: Target | None = None,
        *,
        spawner: str = "libretexts",
        extra: str = "",
        kubeconfig: Path | None = None,
        preloaded: bool = True,
        environment: dict[str, str] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.target = target
        self.log = folder / "hub.log"
        self.addresses = _free_addresses(target.hub_ip if target else "127.0.0.1")
        self._token = secrets.token_hex(16)
        self._proxy = ProxyProcess(folder, self.addresses, self._token)
        self._process: subprocess.Popen[bytes] | PreloadedHub | None = None
        self._is_preloaded = preloaded
        self._more_environment = environment or {}
        self._kubeconfig = kubeconfig or (target.kubeconfig if target else None)
        menu = menu_configuration(target) if target else ""
        self._config = folder / "jupyterhub_config.py"
        self._config.write_text(hub_configuration(folder, self.addresses, spawner, menu + extra))

    @property
    def url(self) -> str:
        return self.addresses.url

    def visitor(self) -> Visitor:
        return Visitor(self.url, deadline_seconds=VISIT_SECONDS)

    async def start(self, *, wait: bool = True) -> None:
        """Start the proxy, if it does not run yet, and the hub. Raises HubNotReadyError."""
        self._proxy.start()
        self.launch()
        if wait:
            await self.wait_until_ready()

    def launch(self) -> None:
        """Start the hub's process, without waiting for anything."""
        if self._is_preloaded:
            words = self._words()[3:]
            self._process = PreloadedHub(words, self.folder, self._environment(), self.log)
            return
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                leash.command(self._words()),
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    async def wait_until_ready(self, timeout_seconds: float = START_SECONDS) -> None:
        """Until the hub answers through the proxy. Raises HubNotReadyError."""
        deadline = time.monotonic() + timeout_seconds
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            while not await _answers(session, f"{self.url}/hub/health"):
                if self._process is None or self._process.poll() is not None:
                    raise HubNotReadyError(f"the hub ended while it started\n{self.log_tail()}")
                if time.monotonic() > deadline:
                    state = await self._state()
                    raise HubNotReadyError(
                        f"no answer after {timeout_seconds:.0f} s; {state}\n{self.log_tail()}"
                    )
                await asyncio.sleep(0.1)

    def run_to_exit(self, timeout_seconds: float = START_SECONDS) -> tuple[int, str]:
        """Start a hub that is expected to refuse its configuration: its exit code and what it printed."""
        if self._is_preloaded:
            hub = PreloadedHub(self._words()[3:], self.folder, self._environment(), self.log)
            code = hub.wait(timeout_seconds)
            return code, self.log.read_text(errors="replace")
        done = subprocess.run(
            self._words(),
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
        )
        return done.returncode, done.stdout + done.stderr

    def stop_hub(self) -> None:
        """End the hub alone, as an upgrade would; proxy and servers live on."""
        if self._process is not None:
            end_process(self._process)
            self._process = None

    def kill_hub(self) -> None:
        """SIGKILL the hub alone: it saves nothing and says goodbye to nobody."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of the hub's process; 0 while there is none."""
        return 0 if self._process is None else self._process.pid

    @property
    def proxy_token(self) -> str:
        """What the proxy's own API asks for."""
        return self._token

    async def restart(self) -> None:
        self.stop_hub()
        self.launch()
        await self.wait_until_ready()

    def close(self) -> None:
        """End the hub and its proxy."""
        self.stop_hub()
        self._proxy.stop()

    def log_tail(self, lines: int = LOG_LINES) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    async def _state(self) -> str:
        """Why does it not answer? A preloaded hub writes where it is into its log."""
        if self._process is None:
            return "it does not run"
        if self._is_preloaded and self.is_running:
            os.kill(self._process.pid, signal.SIGUSR1)
            await asyncio.sleep(1)
        return f"{_waits_for(self._process.pid)}, load {os.getloadavg()}"

    def _words(self) -> list[str]:
        return [sys.executable, "-m", "jupyterhub", "-f", str(self._config)]

    def _environment(self) -> dict[str, str]:
        ours = {"CONFIGPROXY_AUTH_TOKEN": self._token, **self._more_environment}
        if self._kubeconfig is not None:
            ours["KUBECONFIG"] = str(self._kubeconfig)
        return {**os.environ, **ours}


def _waits_for(pid: int) -> str:
    process = Path(f"/proc/{pid}")
    try:
        (state,) = (
            each for each in (process / "status").read_text().splitlines() if each.startswith("State")
        )
        return f"{state} in {(process / 'wchan').read_text()}"
    except OSError as problem:
        return str(problem)


def _free_addresses(hub_ip: str) -> Addresses:
    while True:
        ports = (free_port(), free_port(), free_port(hub_ip))
        if len(set(ports)) == len(ports):
            return Addresses(hub_ip, *ports)


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
