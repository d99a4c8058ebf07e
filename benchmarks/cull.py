"""What does it cost a hub, and a culler, to find and delete the people who are gone?

The peer is jupyterhub-idle-culler with `--cull-users`; ours is a whole run, with marks, Lease, audit log and
the look at everybody's record. Each side has a JupyterHub of its own with the same people, once with SQLite
and once with PostgreSQL; a fault proxy before it delays every request about one person equally.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from libretexts_hub.domain.cull_mark import Mark, to_annotations
from tests.clients.culler_hub import TOKEN
from tests.servers.faults import FaultProxy

from .cull_hubs import ENGINES, LARGE_PAGE, START_SECONDS, databases, filled_hub
from .cull_worker import CONCURRENCY, SHARE_GONE, name_of
from .fake_cluster import FakeCluster
from .figures import OURS, PEER, SIDES, Series
from .report import report, table

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL, QUICK = 100_000, 1_000
DAY = 86400
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC).timestamp()
CREATED = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
ROOT = Path(__file__).parents[1]
MEASURES = {"list_hub_time": "s", "find_hub_time": "s", "list_hub_cpu": "s", "before_delete": "s"}
MEASURES |= {"delete_time": "s", "delete_time_unhindered": "s", "delete_hub_cpu": "s", "peak": "MB"}
FACTS = ("pages", "find_pages", "pages_asked", "most_in_flight", "memory", "counts", "delete_waited")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cull", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} people, under 60 seconds")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    parser.add_argument("--users", type=int, help=f"how many people (default {FULL}); one in five is gone")
    parser.add_argument("--deletions", type=int, help="how many the peer deletes, one at a time (300)")
    parser.add_argument(
        "--our-deletions", type=int, help="how many the fuse of ours lets go (all who are gone)"
    )
    parser.add_argument("--pages", type=int, help="how many of the peer's pages are asked for (40)")
    parser.add_argument(
        "--latency", type=float, default=0.2, help="seconds added to each request about one person (0.2)"
    )
    parser.add_argument(
        "--tuned",
        action="store_true",
        help="both hubs as docs/operators/culler-running.md advises",
    )
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    chosen = parser.parse_args()
    chosen.users = chosen.users or (QUICK if chosen.quick else FULL)
    gone = chosen.users // SHARE_GONE
    chosen.deletions = min(chosen.deletions or (30 if chosen.quick else 300), gone)
    chosen.our_deletions = min(chosen.our_deletions or gone, gone)
    chosen.pages = chosen.pages or 40
    return chosen


def people(plan: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """One of five was last seen in 2020, spread over the hub, and the rest today."""
    now = time.time() - 3600
    for number in range(plan.users):
        then = LONG_AGO + number if number % SHARE_GONE == 0 else now - number % 3600
        yield name_of(number), datetime.fromtimestamp(int(then), UTC).strftime("%Y-%m-%d %H:%M:%S")


def marked(plan: argparse.Namespace) -> Iterator[tuple[str, dict[str, str]]]:
    """The homes of those who are gone, whose time is over."""
    for number in range(0, plan.users, SHARE_GONE):
        name = name_of(number)
        mark = Mark(
            marked_at=time.time() - 3 * DAY,
            delete_after=time.time() - 2 * DAY,
            rule="away",
            reason="not seen since 2020",
            user=name,
            claim_uid=f"uid-{name}",
            user_created=CREATED,
            last_activity=LONG_AGO + number,
            notices=((DAY, time.time() - 3 * DAY),),
        )
        yield name, {key: value for key, value in to_annotations(mark).items() if value is not None}


async def work(action: str, url: str, pid: int, limit: int, **environment: str) -> dict[str, Any]:
    words = [sys.executable, "-m", "benchmarks.cull_worker", action, f"{url}/hub/api", str(pid), str(limit)]
    process = await asyncio.create_subprocess_exec(
        *words,
        cwd=ROOT,
        env=os.environ | {"JUPYTERHUB_API_TOKEN": TOKEN} | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, trouble = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{action} ended with {process.returncode}: {trouble.decode()[-1000:]}")
    return dict(json.loads(said))


class Bench:
    """Both hubs of one engine, and what was measured."""

    def __init__(self, plan: argparse.Namespace, engine: str, kubeconfig: Path) -> None:
        self.plan, self.engine, self.kubeconfig = plan, engine, kubeconfig
        self.hubs: dict[str, SimpleNamespace] = {}
        self.series = {name: Series(unit) for name, unit in MEASURES.items()}
        self.facts: dict[str, Any] = {}
        self.delete_cpu = 0.0

    @property
    def floor(self) -> float:
        """What no culler gets below, as a share of the peer's time: what a bare deletion takes of the hub,
        which does one thing at a time and waits for its database."""
        seconds = fmean(self.series["delete_time_unhindered"].values[PEER]) / 1000
        return round(max(0.0, seconds - self.plan.latency) / seconds, 4)

    async def ours(self) -> None:
        """The lists of a run that finds who is gone; then one in which homes go: all before the first
        deletion, and the deletions."""
        hub = self.hubs["ours"]
        limit, more = self.plan.our_deletions, {"KUBECONFIG": str(self.kubeconfig)}
        if self.plan.tuned:
            more["PAGE_SIZE"] = str(LARGE_PAGE)
        found = await work("find", hub.faults.url, hub.pid, limit, **more)
        done = await work("sweep", hub.faults.url, hub.pid, limit, **more)
        self._note("ours", found | done, done["cpu_until_first_delete"])
        await self._deleted("ours", range(self.plan.our_deletions))

    async def peer(self, part: int) -> None:
        """Its lists (a part of their pages); then half of its deletions, with a list that costs nothing."""
        hub, half = self.hubs["peer"], self.plan.deletions // 2
        await hub.faults.forget()
        listed = await work("list", hub.faults.url, hub.pid, self.plan.pages // 2)
        done = await work("peer", hub.faults.url, hub.pid, half, FIRST=str(part * half))
        deleted = {key: done[key] for key in ("peak_mb", "delete_cpu", "delete_waited")}
        self._note("peer", listed | deleted, listed["page_cpu"])
        await self._deleted("peer", range(part * half, part * half + half))

    def _note(self, side: str, done: dict[str, Any], before: float) -> None:
        self.series["list_hub_time"].add(side, done["page_seconds"])
        # All lists of the peer are there to find who is gone.
        self.series["find_hub_time"].add(side, done.get("find_seconds", done["page_seconds"]))
        self.series["list_hub_cpu"].add(side, done["page_cpu"])
        self.series["before_delete"].add(side, before)
        self.series["peak"].add(side, done["peak_mb"])
        self.delete_cpu = done["delete_cpu"]
        self.facts[side] = {key: done[key] for key in FACTS if key in done}

    async def _deleted(self, side: str, wanted: range) -> None:
        """Seconds for a thousand, from the first one's start to the last one's end."""
        requests = await self.hubs[side].faults.requests()
        deleted = [each for each in requests if each.verb == "delete" and "/users/" in each.path]
        names = {each.path.rpartition("/")[2] for each in deleted}
        meant = {name_of(number * SHARE_GONE) for number in wanted}
        if names != meant or len(deleted) != len(wanted) or any(each.status != 204 for each in deleted):
            missed = sorted(meant - names)[:5]
            raise RuntimeError(
                f"{side} deleted {len(deleted)} of {len(wanted)}, not {missed}: {self.facts[side]}"
            )
        end = max(each.started + (each.duration or 0) for each in deleted)
        seconds = end - min(each.started for each in deleted)
        waited = self.facts[side]["delete_waited"]
        self.series["delete_time"].add(side, seconds / len(deleted) * 1000)
        self.series["delete_time_unhindered"].add(side, (seconds - waited) / len(deleted) * 1000)
        self.series["delete_hub_cpu"].add(side, self.delete_cpu / len(deleted) * 1000)
        self.facts[side] |= {
            "deletions": len(deleted),
            "delete_waited": round(waited / len(deleted) * 1000, 2),
            "most_deletions_at_once": most_at_once(deleted),
            "most_requests_at_once": most_at_once(requests),
        }


def most_at_once(requests: list[Any]) -> int:
    """How many were under way at the same time."""
    changes = sorted(
        [(each.started, 1) for each in requests]
        + [(each.started + (each.duration or 0), -1) for each in requests]
    )
    now = most = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return most


async def measure_engine(plan: argparse.Namespace, engine: str) -> Bench:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cluster = await stack.enter_async_context(FakeCluster().running())
        cluster.fill(marked(plan))
        cluster.write_kubeconfig(folder / "kubeconfig")
        bench = Bench(plan, engine, folder / "kubeconfig")
        for side, url in stack.enter_context(databases(engine, folder)).items():
            hub = filled_hub(folder / f"hub-{side}", url, people(plan), is_tuned=plan.tuned)
            stack.callback(hub.close)
            await hub.start(wait=False)
            bench.hubs[side] = SimpleNamespace(hub=hub)
        for side in SIDES:
            hub = bench.hubs[side].hub
            await hub.wait_until_ready(START_SECONDS)
            # As a service asks it: the hub itself, and not the proxy of its people.
            faults = await stack.enter_async_context(FaultProxy.before(hub.addresses.hub_url))
            await faults.add("delay", path="*/users/*", seconds=plan.latency)
            bench.hubs[side].faults, bench.hubs[side].pid = faults, hub._process.pid
        # The machine of one moment is not that of the next: half of the peer before ours, half after it.
        await bench.peer(0)
        await bench.ours()
        await bench.peer(1)
        return bench


async def measure(plan: argparse.Namespace) -> dict[str, Any]:
    series: dict[str, Series] = {}
    facts: dict[str, Any] = {"users": plan.users, "concurrency": CONCURRENCY}
    absolute: dict[str, float] = {}
    for engine in plan.engines:
        bench = await measure_engine(plan, engine)
        series |= {f"{engine}_{name}": each for name, each in bench.series.items()}
        facts[engine] = bench.facts
        absolute[f"{engine}_peak_mb"] = round(max(bench.series["peak"].values[OURS]), 1)
        absolute[f"{engine}_delete_floor"] = bench.floor
    for name in ("list_hub_time", "delete_time", "delete_time_unhindered"):
        absolute[name] = max(series[f"{engine}_{name}"].ratio() or 0.0 for engine in plan.engines)
    absolute["peak_mb"] = max(absolute[f"{engine}_peak_mb"] for engine in plan.engines)
    shown = {"users": plan.users, "quick": plan.quick, "latency": plan.latency, "engines": plan.engines}
    shown["tuned"] = plan.tuned
    return report("cull", shown, series, facts, absolute)


def main() -> None:
    plan = arguments()
    logging.disable(logging.INFO)
    began = time.monotonic()
    figures = asyncio.run(measure(plan))
    figures["facts"]["seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(figures, indent=2) if plan.json else table(figures, peer="idle-culler"))


if __name__ == "__main__":
    main()
