"""What does `start()` cost: time, CPU of the hub, and what when a whole class clicks on Start at once?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bench import started
from .figures import sides_of_round

if TYPE_CHECKING:
    from .bench import Bench
    from .worker_process import WorkerProcess

PER_ROUND = 6
RENDERS = 20


async def measure_starts(bench: Bench, workers: dict[str, WorkerProcess]) -> None:
    """Rounds of a few starts at once, sides in turn: the time and the worker's CPU for each start."""
    for number in range(bench.plan.rounds):
        for side in sides_of_round(number):
            names = [f"few-{number}-{n}" for n in range(PER_ROUND)]
            result = await started(workers[side], names)
            bench.add("start_time", "s", side, [server["seconds"] for server in result["servers"]])
            bench.add("cpu", "s of CPU per start", side, result["cpu"] / PER_ROUND)
            await bench.clear(side)


async def measure_load(bench: Bench, workers: dict[str, WorkerProcess], *, servers: int, rounds: int) -> None:
    """`servers` starts at once: wall time, CPU, the longest stall of the event loop, failures."""
    failures = {side: {"count": 0, "first": None} for side in workers}
    bench.facts["load"] = {"servers_at_once": servers, "rounds": rounds, "failures": failures}
    for number in range(rounds):
        for side in sides_of_round(number):
            names = [f"load-{number}-{n}" for n in range(servers)]
            result = await workers[side].order(do="start", names=names, together=True)
            times = [server["seconds"] for server in result["servers"] if "seconds" in server]
            bench.add("load_start_time", "s", side, times)
            bench.add("load_wall", "s", side, result["wall"])
            bench.add("load_cpu", "s of CPU per start", side, result["cpu"] / servers)
            if bench.plan.quick:  # one set of rounds has to answer for both
                bench.add("start_time", "s", side, times)
                bench.add("cpu", "s of CPU per start", side, result["cpu"] / servers)
            bench.add("stall", "s of CPU", side, result["stall_cpu"])
            bench.add("stall_wall", "s", side, result["stall_wall"])
            errors = [server["error"] for server in result["servers"] if "error" in server]
            failures[side]["count"] += len(errors)
            failures[side]["first"] = failures[side]["first"] or next(iter(errors), None)
            await bench.clear(side)


async def measure_forms(bench: Bench, workers: dict[str, WorkerProcess]) -> None:
    """CPU time of a person's first look at the form, and of a later one; same environments, same sizes."""
    for number in range(bench.plan.rounds):
        for side in sides_of_round(number):
            looks = await workers[side].order(do="form", renders=RENDERS)
            bench.add("form", "s of CPU", side, looks["first"])
            bench.add("form_again", "s of CPU", side, looks["again"])
