"""What does LibreTextsSpawner cost, and what does it save, against stock KubeSpawner?"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from .api_requests import measure_requests
from .bench import Bench, Plan, open_bench, warm
from .clicks import measure_clicks, measure_clicks_on_stand_ins
from .everything import measure_everything
from .figures import SIDES
from .imports import measure_imports
from .report import report, table
from .start_cost import measure_forms, measure_load, measure_starts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

LEAST_ROUNDS = 5


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spawn", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything, under 60 seconds")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    parser.add_argument(
        "--rounds", type=int, default=6, help="rounds of each measure (at least 5; default 6)"
    )
    parser.add_argument("--target", choices=("embedded", "real"), default="embedded", help="which API server")
    parser.add_argument("--only", action="append", metavar="PART", help=f"parts to run: {', '.join(PARTS)}")
    chosen = parser.parse_args()
    if chosen.rounds < LEAST_ROUNDS:
        parser.error(f"--rounds: at least {LEAST_ROUNDS}, not {chosen.rounds}")
    unknown = set(chosen.only or ()) - set(PARTS)
    if unknown:
        parser.error(f"--only: there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return chosen


async def _starts(bench: Bench) -> None:
    quick = bench.plan.quick
    async with warm(bench, {side: bench.worker(side) for side in SIDES}) as workers:
        if not quick:
            await measure_starts(bench, workers)
        await measure_forms(bench, workers)
        await measure_load(bench, workers, servers=20 if quick else 200, rounds=LEAST_ROUNDS)


async def _requests(bench: Bench) -> None:
    await measure_requests(bench, late=6 if bench.plan.quick else 50)


async def _clicks(bench: Bench) -> None:
    simulated = bench.plan.quick and bench.placement is not None
    await (measure_clicks_on_stand_ins if simulated else measure_clicks)(bench)


async def _imports(bench: Bench) -> None:
    await asyncio.to_thread(measure_imports, bench, rounds=LEAST_ROUNDS)


async def _uncounted(bench: Bench) -> None:
    """In a quick run the imports are measured while requests are counted, where no time is measured."""
    await asyncio.gather(_requests(bench), _imports(bench))


PARTS = {
    "starts": _starts,
    "requests": _requests,
    "everything": measure_everything,
    "clicks": _clicks,
    "imports": _imports,
}
WITHOUT_SIMULATION = ("clicks", "imports")
# For "everything" 60 seconds are too few: `--quick --only everything` takes 45 more.
QUICK_PARTS = {
    "starts": _starts,
    "requests and imports": _uncounted,
    "clicks": _clicks,
}


async def run(plan: Plan, only: list[str] | None) -> Bench:
    """Run the parts one after the other; what each took goes to stderr."""
    with tempfile.TemporaryDirectory(prefix="spawn-benchmark-") as folder:
        async with open_bench(plan, Path(folder)) as bench:
            for name, measure in _chosen(plan, only).items():
                if bench.placement is None and name not in WITHOUT_SIMULATION:
                    bench.facts.setdefault("skipped", []).append(f"{name}: needs simulated nodes")
                    continue
                began = time.monotonic()
                await measure(bench)
                print(f"{name}: {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
    return bench


def _chosen(plan: Plan, only: list[str] | None) -> dict[str, Callable[[Bench], Awaitable[None]]]:
    parts = QUICK_PARTS if plan.quick and not only else PARTS
    return {name: part for name, part in parts.items() if not only or name in only}


def main() -> None:
    chosen = arguments()
    plan = Plan(chosen.target, chosen.quick, LEAST_ROUNDS if chosen.quick else chosen.rounds)
    bench = asyncio.run(run(plan, chosen.only))
    told = {"target": plan.target, "quick": plan.quick, "rounds": plan.rounds}
    figures = report("spawn", told, bench.series, bench.facts)
    print(json.dumps(figures, indent=2) if chosen.json else table(figures))


if __name__ == "__main__":
    main()
