"""What does `libretexts-hub demo` do from the first line to the last?"""

import asyncio
import os
import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from libretexts_hub.demo import check, hub_database, leftovers, node
from libretexts_hub.demo.commands import Settings
from libretexts_hub.demo.people import PEOPLE
from libretexts_hub.demo.ports import require_free
from libretexts_hub.demo.progress import Progress
from libretexts_hub.demo.state import State, cache_folder, opened
from libretexts_hub.demo.supervisor import Demo

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
INTERRUPTED = 130  # what shells report for Ctrl-C


def run(folder: Path, settings: Settings, *, checking: bool = False) -> int:
    """Prepare, serve until a signal comes (or check), stop. Returns the exit code.

    Raises LibreTextsHubError with everything stopped already.
    """
    progress = Progress(sys.stdout)
    if settings.port:
        require_free(settings.port)
    with opened(folder) as state, _signals_as_interrupt():
        proxy = _prepare(state, progress)
        return asyncio.run(_serve(state, settings, proxy, progress, checking=checking))


def _prepare(state: State, progress: Progress) -> list[str]:
    hub_database.require_readable(state)
    if ended := leftovers.sweep(state):
        progress.line(f"Ended {ended} processes of an earlier run")
    with progress.step("Looking for Node.js and configurable-http-proxy") as step:
        command = node.ensure_proxy(_proxy_folder(state), step.now)
        step.done = f"{node.PROXY} {node.PROXY_VERSION} is installed"
    return command


def _proxy_folder(state: State) -> Path:
    """The cache, which all state folders share, or this state folder where the cache can't be written."""
    cache = cache_folder()
    nearest = next(folder for folder in (cache, *cache.parents) if folder.exists())
    return (cache if os.access(nearest, os.W_OK) else state.folder) / "proxy"


async def _serve(
    state: State, settings: Settings, proxy: list[str], progress: Progress, *, checking: bool
) -> int:
    demo = Demo(state, settings, proxy, progress)
    stop_asked = asyncio.Event()

    def on_signal() -> None:
        if stop_asked.is_set():
            demo.hurry()
        stop_asked.set()

    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, on_signal)
    work = asyncio.ensure_future(_work(demo, progress, checking=checking))
    asked = asyncio.ensure_future(stop_asked.wait())
    try:
        await asyncio.wait({work, asked}, return_when=asyncio.FIRST_COMPLETED)
        # A signal to the whole terminal group can end a child, and with it our work, in the same moment.
        was_asked = stop_asked.is_set()
        work.cancel()
        await asyncio.wait({work})
        failure = None if work.cancelled() else work.exception()
    finally:
        asked.cancel()
        with progress.step("Stopping hub, proxy and cluster") as step:
            await demo.stop()
            step.done = "Everything is stopped"
    if was_asked:
        return INTERRUPTED if checking else 0
    if failure:
        raise failure
    check.look_for_leftovers(demo, progress)
    return 0


async def _work(demo: Demo, progress: Progress, *, checking: bool) -> None:
    """Returns after a check; a demo that serves ends by being cancelled, or with the error of a child."""
    await demo.start()
    if checking:
        return await check.visit(demo, progress)
    progress.text(_welcome(demo))
    raise await demo.first_end()


def _welcome(demo: Demo) -> str:
    names = "\n".join(f"    {person.name:<11} {person.may}" for person in PEOPLE)
    return f"""
  Open      {demo.url}
  Log in as
{names}
  Password  {demo.state.password()}

  State     {demo.state.folder}  (homes and logins stay; delete the folder to begin afresh)
  kubectl   kubectl --kubeconfig {shlex.quote(str(demo.state.kubeconfig))} get pods,pvc,secrets
  Stop      Ctrl-C
"""


@contextmanager
def _signals_as_interrupt() -> Iterator[None]:
    """Before the event loop runs, a SIGTERM ends what runs as a Ctrl-C does: as KeyboardInterrupt."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
