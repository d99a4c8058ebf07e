"""`python -m tests.site`: the whole site, for a person to click through, until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import tempfile
from pathlib import Path

from libretexts_hub.errors import SetupError
from tests.cluster.running import running_cluster
from tests.site.people import PEOPLE
from tests.site.site import running_site


def say(text: str) -> None:
    print(f"  {text} ...", flush=True)


def table() -> str:
    """Who can be played, and how."""
    lines = []
    for each in PEOPLE:
        how = f"password {each.password}" if each.password else "a click on the name"
        kept_out = f"; kept out: {each.denied} ..." if each.denied else ""
        lines.append(f"  {each.slug:8} {each.login:10} {how:22} {each.about}{kept_out}")
    return "\n".join(lines)


async def show(folder: Path) -> None:
    """The site, and where it is, until a signal."""
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with running_site(folder, say) as site:
        print(f"\n{site.hub.url}\n\n{table()}\n")
        print(f"The hub's log: {site.hub.log}\nPods: kubectl -n {site.target.namespace} get pods")
        print("Ctrl-C ends it.", flush=True)
        await ended.wait()
        print("  taking it down ...", flush=True)


def main() -> int:
    if running_cluster() is None:
        print("No cluster runs here. Start one: make cluster", file=sys.stderr)
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="site-") as folder, contextlib.suppress(KeyboardInterrupt):
            asyncio.run(show(Path(folder)))
    except SetupError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
