"""What happens when a class of three hundred presses Start within a minute, against stock in the same run?

`make bench BENCH=storm`: a real JupyterHub with a thousand people in twenty groups for each side in turn, on
the same API server; the class has logged in, and everybody opens the spawn page and presses Start at a random
moment of that minute. Nothing runs in the pods (simulated ones of the embedded cluster, KWOK's on the real
one); the named fake of responder.py answers for all their servers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

from libretexts_hub.demo.visitor import VisitError
from tests.servers.faults import FaultProxy
from tests.servers.hub import ADMIN, ADMIN_PASSWORD, PASSWORD

from .bench import SIMULATED_IMAGE, Bench, Plan, open_bench
from .clicks import hubs_of
from .figures import SIDES
from .report import report, table
from .soak_watch import Watch
from .worker_process import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from libretexts_hub.demo.visitor import Visitor
    from tests.servers.hub import HubProcess

# People at the hub, how many of them press Start, and within how many seconds.
Size = tuple[int, int, float]
GROUPS = 20
CHUNK = 100
TICKS_PER_SECOND = 100  # of /proc/PID/stat, see proc(5); Linux has no other on the machines that we know
# Runs in the hub's loop: the longest time that it did not turn, of this loop's own making.
METER = """
import asyncio, json, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from benchmarks.stall import StallMeter
async def measure_stall():
    async with StallMeter() as meter:
        while True:
            await asyncio.sleep(0.5)
            Path({file!r} + ".part").write_text(json.dumps([meter.cpu_seconds, meter.own_seconds]))
            Path({file!r} + ".part").rename({file!r})
            if Path({file!r} + ".new").exists():
                Path({file!r} + ".new").unlink()
                meter.cpu_seconds = meter.own_seconds = meter.wall_seconds = 0.0
stall_task = asyncio.get_running_loop().create_task(measure_stall())
"""


@dataclass
class Seen:
    """What the class saw: seconds, and what went wrong."""

    page: list[float] = field(default_factory=list)
    request: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


async def storm(bench: Bench, side: str, hub: HubProcess, proxy: FaultProxy, size: Size) -> None:
    """One side's."""
    people, starters, seconds = size
    await _populate(hub, people)
    async with AsyncExitStack() as stack:
        browsers = [await _logged_in(stack, hub, number) for number in range(starters)]
        watch, stall = Watch(hub.pid, bench.folder / "none"), bench.folder / f"stall-{side}"
        (bench.folder / f"stall-{side}.new").touch()
        await asyncio.sleep(1.5)
        await proxy.forget()
        before, cpu = watch.look(), _cpu_seconds(hub.pid)
        seen, dice = Seen(), random.Random(starters)
        moments = [dice.uniform(0, seconds) for _ in browsers]
        await asyncio.gather(
            *(_press(person, moment, seen) for person, moment in zip(browsers, moments, strict=True))
        )
        cpu = _cpu_seconds(hub.pid) - cpu
        grown = watch.look().memory - before.memory
        await asyncio.sleep(1)
        requests = [entry for entry in await proxy.requests() if entry.verb not in ("list", "watch")]
    for name in ("page", "request", "start"):
        values = getattr(seen, name)
        cuts = quantiles(values, n=100)
        bench.add(f"{name}_p50", "s", side, cuts[49])
        bench.add(f"{name}_p95", "s", side, cuts[94])
    bench.add("cpu", "s of CPU per person", side, cpu / starters)
    bench.add("memory", "KiB per person", side, grown / 1024 / starters)
    bench.add("requests", "per start", side, len(requests) / starters)
    stalled = json.loads(stall.read_text())
    bench.add("stall", "s of CPU", side, stalled[0])
    bench.add("stall_own", "s", side, stalled[1])
    bench.facts.setdefault("failures", {})[side] = {"count": len(seen.failures), "first": seen.failures[:3]}


async def _press(person: Visitor, moment: float, seen: Seen) -> None:
    await asyncio.sleep(moment)
    began = time.monotonic()
    try:
        answer, form = await person.spawn_form()
        seen.page.append(time.monotonic() - began)
        pressed = time.monotonic()
        await person.submit(answer, form, {})
        seen.request.append(time.monotonic() - pressed)
        await person.wait_until_ready()
        seen.start.append(time.monotonic() - pressed)
    except VisitError as problem:
        seen.failures.append(f"{person.name}: {problem}"[:300])


async def _logged_in(stack: AsyncExitStack, hub: HubProcess, number: int) -> Visitor:
    person = await stack.enter_async_context(hub.visitor())
    await person.login(_name(number), PASSWORD)
    return person


async def _populate(hub: HubProcess, people: int) -> None:
    """A thousand people in twenty groups, by the hub's REST API."""
    names = [_name(number) for number in range(people)]
    async with hub.visitor() as ada:
        await ada.login(ADMIN, ADMIN_PASSWORD)
        await ada.open("home")
        for first in range(0, people, CHUNK):
            await ada.hub_api("POST", "users", {"usernames": names[first : first + CHUNK]})
        for group in range(GROUPS):
            await ada.hub_api("POST", f"groups/course-{group}", {})
            await ada.hub_api("POST", f"groups/course-{group}/users", {"users": names[group::GROUPS]})


def _name(number: int) -> str:
    return f"student-{number}"


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


async def measure(plan: Plan, size: Size, folder: Path) -> Bench:
    """Both sides, one after the other."""
    async with open_bench(plan, folder) as bench, AsyncExitStack() as stack:
        settings = {
            "KubeSpawner.port": bench.responder_port,
            "KubeSpawner.storage_pvc_ensure": True,
            "KubeSpawner.storage_capacity": "16Mi",
            "JupyterHub.log_level": "WARN",
            "JupyterHub.concurrent_spawn_limit": 1000,
            **(bench.placement or {}),
        }
        proxies = {side: await stack.enter_async_context(FaultProxy(bench.targets[side])) for side in SIDES}
        meters = {side: METER.format(root=str(ROOT), file=str(folder / f"stall-{side}")) for side in SIDES}
        kubeconfigs = {side: proxy.kubeconfig for side, proxy in proxies.items()}
        hubs = hubs_of(bench, SIMULATED_IMAGE, settings, more=meters, kubeconfigs=kubeconfigs)
        running = await stack.enter_async_context(hubs)
        for side in SIDES if plan.rounds % 2 else SIDES[::-1]:
            began = time.monotonic()
            await storm(bench, side, running[side], proxies[side], size)
            await bench.clear(side)
            print(f"{side}: {time.monotonic() - began:.0f} s", file=sys.stderr)
        return bench


def main(words: Sequence[str] | None = None) -> int:
    """Print the figures; 1 where a start failed on our side."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.storm", description=__doc__.splitlines()[0])
    parser.add_argument("--target", choices=["embedded", "real"], default="embedded", help="which API server")
    parser.add_argument("--people", type=int, default=1000, help="at the hub (default 1000)")
    parser.add_argument("--starters", type=int, default=300, help="who press Start (default 300)")
    parser.add_argument("--seconds", type=float, default=60, help="within so many (default 60)")
    parser.add_argument("--quick", action="store_true", help="200 people, 60 of whom start within 12 s")
    parser.add_argument("--stock-first", action="store_true", help="the other order")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    args = parser.parse_args(words)
    size = (200, 60, 12.0) if args.quick else (args.people, args.starters, args.seconds)
    plan = Plan(args.target, args.quick, 2 if args.stock_first else 1)
    with tempfile.TemporaryDirectory(prefix="storm-benchmark-") as folder:
        bench = asyncio.run(measure(plan, size, Path(folder)))
    sizes = dict(zip(("people", "starters", "seconds"), size, strict=True))
    figures = report("storm", {"target": args.target, **sizes}, bench.series, bench.facts)
    print(json.dumps(figures, indent=2) if args.json else table(figures))
    return int(bench.facts["failures"]["ours"]["count"] > 0)


if __name__ == "__main__":
    sys.exit(main())
