"""How does a hub start in a test without reading JupyterHub's code from the disk each time?

A real process of its own, forked from one that has imported JupyterHub (the `forkserver` of multiprocessing,
which has one thread). It saves 2.5 CPU seconds of each start.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from libretexts_hub.demo import leash

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

MODULES = [
    "jupyterhub.app",
    "jupyterhub.apihandlers",
    "libretexts_hub.hub.authenticators.github",
    "libretexts_hub.hub.authenticators.google",
    "libretexts_hub.hub.authenticators.cilogon",
    "libretexts_hub.hub.authenticators.oidc",
]


class PreloadedHub:
    """`python -m jupyterhub` with these words, as subprocess.Popen has it; its output goes to `log`."""

    def __init__(self, words: list[str], folder: Path, environment: dict[str, str], log: Path) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(MODULES)
        # A daemon: one that a broken test left does not keep the run from ending.
        self._process: ForkServerProcess = context.Process(
            target=_run, args=(words, str(folder), environment, str(log)), daemon=True
        )
        self._process.start()

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("jupyterhub", timeout or 0.0)
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    @property
    def pid(self) -> int:
        return self._process.pid or 0


def _run(words: list[str], folder: str, environment: dict[str, str], log: str) -> None:
    # Whoever runs the tests may be killed; a hub without them would go on for ever.
    leash.hold(os.getppid())
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    with open(log, "ab", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    faulthandler.register(signal.SIGUSR1, file=sys.__stderr__)
    from jupyterhub.app import main

    sys.argv = ["jupyterhub", *words]
    main()
