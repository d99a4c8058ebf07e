"""What does it cost a busy hub to know what happens: the events of the last hour in one namespace?

`make bench BENCH=watches`: a class has started and stopped, so the API server holds some ten thousand events,
and one comes every second. Stock's EventReflector and ours watch them, each in a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

from tests.servers.target import embedded_cluster, fresh_namespace

from .figures import OURS, SIDES, Series, sides_of_round
from .report import report, table
from .stall import StallMeter
from .worker_process import ROOT

if TYPE_CHECKING:
    from tests.servers.target import Target

EVENTS_OF_A_POD = 7
AT_ONCE = 32
UNITS = {"cpu": "s of CPU in half the time", "stall": "s of CPU", "memory": "MiB more at most"}


def event(number: int, namespace: str) -> dict[str, Any]:
    """As a kubelet writes one."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    pod = f"jupyter-{number // EVENTS_OF_A_POD}"
    return {
        "metadata": {"name": f"{pod}.{number:x}", "namespace": namespace},
        "involvedObject": {"apiVersion": "v1", "kind": "Pod", "name": pod, "namespace": namespace},
        "reason": "Pulled",
        "message": 'Container image "registry.example.edu/lab:2026-11" already present on machine',
        "source": {"component": "kubelet", "host": "node-1"},
        "type": "Normal",
        "count": 1,
        "firstTimestamp": now,
        "lastTimestamp": now,
    }


async def write(target: Target, numbers: list[int]) -> None:
    """Events with these numbers."""
    left = iter(numbers)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {target.token}"}) as session:

        async def some() -> None:
            for number in left:
                body = event(number, target.namespace)
                url = f"{target.server}/api/v1/namespaces/{target.namespace}/events"
                async with session.post(url, json=body, ssl=False) as answer:
                    answer.raise_for_status()

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))


async def watch(side: str, namespace: str, seconds: float) -> dict[str, float]:
    """What watching costs this very process."""
    from kubespawner.clients import load_config
    from kubespawner.spawner import EventReflector, KubeSpawner

    from libretexts_hub.hub.event_watch import EventWatch

    load_config()
    kind = EventWatch if side == OURS else EventReflector
    reflector = kind(parent=KubeSpawner(_mock=True), namespace=namespace)
    before = _peak()
    async with StallMeter() as meter:
        await reflector.start()
        await asyncio.sleep(seconds / 2)
    # Without the meter, which computes more than a watch.
    began = time.process_time()
    await asyncio.sleep(seconds / 2)
    cpu = time.process_time() - began
    await reflector.stop()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    return {"cpu": cpu, "stall": meter.cpu_seconds, "memory": _peak() - before}


def _peak() -> float:
    """MiB; getrusage(2) would begin with what the process held that made this one."""
    status = Path("/proc/self/status").read_text()
    return int(dict(line.split(":", 1) for line in status.splitlines())["VmHWM"].split()[0]) / 1024


async def measured(
    target: Target, side: str, seconds: float, numbers: itertools.count[int]
) -> dict[str, float]:
    """One side, while an event comes every second."""
    words = [sys.executable, "-m", "benchmarks.watches", "--side", side, "--seconds", f"{seconds}"]
    words += ["--namespace", target.namespace]
    environment = os.environ | {"KUBECONFIG": str(target.kubeconfig)}
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    said = asyncio.create_task(process.communicate())
    while not said.done():
        await write(target, [next(numbers)])
        await asyncio.wait([said], timeout=1)
    output, _ = await said
    if process.returncode:
        raise RuntimeError(f"watching as {side} ended with {process.returncode}")
    figures: dict[str, float] = json.loads(output)
    return figures


async def compare(folder: Path, events: int, seconds: float, rounds: int) -> dict[str, Any]:
    """Both sides in turn, on the same API server."""
    series = {name: Series(UNITS[name]) for name in UNITS}
    numbers = itertools.count(events)
    with embedded_cluster(folder) as cluster, fresh_namespace(cluster, "watches") as target:
        await write(target, list(range(events)))
        for number in range(rounds):
            for side in sides_of_round(number):
                for name, value in (await measured(target, side, seconds, numbers)).items():
                    series[name].add(side, value)
    return report("watches", {"events": events, "seconds": seconds, "rounds": rounds}, series, {})


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.watches", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer events and one round, under 60 seconds")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    parser.add_argument("--events", type=int, default=20_000, help="of the last hour (20000)")
    parser.add_argument("--seconds", type=float, default=60, help="how long each side watches (60)")
    parser.add_argument("--rounds", type=int, default=3, help="how often (3)")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--namespace", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.side:
        print(json.dumps(asyncio.run(watch(chosen.side, chosen.namespace, chosen.seconds))))
        return 0
    size = (2_000, 15.0, 1) if chosen.quick else (chosen.events, chosen.seconds, chosen.rounds)
    with tempfile.TemporaryDirectory(prefix="libretexts-watches-") as folder:
        figures = asyncio.run(compare(Path(folder), *size))
    print(json.dumps(figures) if chosen.json else table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
