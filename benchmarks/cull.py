"""What does it cost a hub, and a culler, to find and delete the people who are gone?

The peer is jupyterhub-idle-culler with `--cull-users`. Each side has a JupyterHub of its own with the same
people; a fault proxy before it delays every deletion equally.
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
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.clients.culler_hub import SPAWNER, TOKEN, add_people, make_database, services
from tests.servers.faults import FaultProxy
from tests.servers.hub import HubProcess

from .figures import OURS, SIDES, Series, sides_of_round
from .report import report, table

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL, QUICK = 100_000, 1_200
SHARE_GONE = 5  # one of five
LATENCY_SECONDS = 0.2
YEAR = 365 * 86400
TICKS = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).parents[1]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cull", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} people, under 60 seconds")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    parser.add_argument("--users", type=int, help=f"how many people (default {FULL})")
    parser.add_argument("--deletions", type=int, help="how many of them are deleted in each round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each measure (at least 5)")
    chosen = parser.parse_args()
    if chosen.rounds < 5:
        parser.error(f"--rounds: at least 5, not {chosen.rounds}")
    chosen.users = chosen.users or (QUICK if chosen.quick else FULL)
    gone = chosen.users // SHARE_GONE
    chosen.deletions = min(
        chosen.deletions or (20 if chosen.quick else gone // chosen.rounds), gone // chosen.rounds
    )
    return chosen


def people(plan: argparse.Namespace) -> Iterator[tuple[str, str | None]]:
    """One of five is gone; those of round n for 20 - n years, so that each round finds more of them."""
    now = datetime.now(UTC)
    gone = plan.users // SHARE_GONE
    for number in range(plan.users):
        round_number = number // plan.deletions if number < plan.deletions * plan.rounds else plan.rounds
        away = (20 - round_number) * YEAR if number < gone else number % 86400
        then = datetime.fromtimestamp(now.timestamp() - away, UTC)
        yield f"person-{number:06}", then.strftime("%Y-%m-%d %H:%M:%S.%f")


def limit_of_round(number: int) -> float:
    """Seconds: those of this round and of earlier ones have been away for longer."""
    return (19.5 - number) * YEAR


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far. Listing is synchronous in the hub: its thread does nothing else then."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def work(side: str, action: str, url: str, limit: float) -> dict[str, Any]:
    words = [sys.executable, "-m", "benchmarks.cull_worker", side, action, f"{url}/hub/api", str(limit)]
    environment = os.environ | {"JUPYTERHUB_API_TOKEN": TOKEN}
    process = await asyncio.create_subprocess_exec(
        *words, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{side} ended with {process.returncode} while it was to {action}")
    return dict(json.loads(said))


class Bench:
    """Both hubs and what was measured."""

    def __init__(self, plan: argparse.Namespace, sides: dict[str, SimpleNamespace]) -> None:
        self.plan = plan
        self.sides = sides
        self.series = {
            "list_hub_time": Series("s"),
            "list_time": Series("s"),
            "delete_time": Series("s"),
            "peak": Series("MB"),
        }
        self.facts: dict[str, Any] = {"users": plan.users, "deletions_per_round": plan.deletions}

    async def list_round(self, number: int) -> None:
        for side in sides_of_round(number):
            hub = self.sides[side].hub
            before = cpu_seconds(hub._process.pid)
            done = await work(side, "list", hub.url, limit_of_round(self.plan.rounds))
            self.series["list_hub_time"].add(side, cpu_seconds(hub._process.pid) - before)
            self.series["list_time"].add(side, done["seconds"])
            self.series["peak"].add(side, done["peak_mb"])

    async def delete_round(self, number: int) -> None:
        for side in sides_of_round(number):
            faults = self.sides[side].faults
            await faults.forget()
            done = await work(side, "delete", faults.url, limit_of_round(number))
            deleted = [each for each in await faults.requests() if each.verb.lower() == "delete"]
            if len(deleted) != self.plan.deletions or any(each.status != 204 for each in deleted):
                raise RuntimeError(f"{side} deleted {len(deleted)} of {self.plan.deletions}")
            end = max(each.started + (each.duration or 0) for each in deleted)
            self.series["delete_time"].add(side, end - min(each.started for each in deleted))
            self.series["peak"].add(side, done["peak_mb"])
            most = most_at_once(deleted)
            known = self.facts.setdefault("most_deletions_at_once", dict.fromkeys(SIDES, 0))
            known[side] = max(known[side], most)


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


async def measure(plan: argparse.Namespace) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sides = {}
        for side in SIDES:
            hub = HubProcess(folder / side, spawner=SPAWNER, extra=services())
            add_people(make_database(hub), people(plan))
            stack.callback(hub.close)
            await hub.start(wait=False)
            sides[side] = SimpleNamespace(hub=hub)
        for side in SIDES:
            hub = sides[side].hub
            await hub.wait_until_ready()
            faults = await stack.enter_async_context(FaultProxy.before(hub.url))
            await faults.add("delay", path="*/users/*", verb="delete", seconds=LATENCY_SECONDS)
            sides[side].faults = faults
        bench = Bench(plan, sides)
        for number in range(plan.rounds):
            await bench.list_round(number)
        for number in range(plan.rounds):
            await bench.delete_round(number)
    peak = max(bench.series["peak"].values[OURS])
    shown = {"users": plan.users, "rounds": plan.rounds, "quick": plan.quick, "latency": LATENCY_SECONDS}
    return report("cull", shown, bench.series, bench.facts, {"peak_mb": round(peak, 1)})


def main() -> None:
    plan = arguments()
    logging.disable(logging.INFO)
    began = time.monotonic()
    figures = asyncio.run(measure(plan))
    figures["facts"]["seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(figures, indent=2) if plan.json else table(figures, peer="idle-culler"))


if __name__ == "__main__":
    main()
