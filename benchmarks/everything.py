"""What does a start cost with routes, a database, provisioning and homes, against one of stock KubeSpawner?

Stock comes twice: with a pod of one container (`everything_plain_...`), as in the other parts, and
with our pod, of which every container, volume and variable is written into KubeSpawner's own traits. The
second is what the same work costs there; the first is what all of it costs a hub that had none.
"""

from __future__ import annotations

from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.servers.faults import FaultProxy

from .api_client import ApiClient
from .bench import BRIEF_IMAGE, started, warm
from .everything_settings import everything, same_pod
from .figures import OURS, PEER, SIDES
from .worker_process import WorkerProcess

if TYPE_CHECKING:
    from .bench import Bench

PER_ROUND = 10
COUNTED = 3
STOCK = ("", "plain_")


async def measure_everything(bench: Bench) -> None:
    """CPU time of the hub's process and duration of `start()`, for people who are new and who come again; the
    requests of both."""
    traits = {OURS: everything(BRIEF_IMAGE), PEER: {}}
    async with AsyncExitStack() as stack:
        ours = await _worker(stack, bench, OURS, traits[OURS], "ours")
        plain = await _worker(stack, bench, PEER, {}, "plain")
        await started(ours, ["sample"])
        async with ApiClient(bench.targets[OURS]) as api:
            pod = await api.pod("jupyter-sample")
        assert pod is not None
        same = await _worker(stack, bench, PEER, same_pod(pod), "same")
        await bench.clear()
        for number in range(bench.plan.rounds):
            sides = ((OURS, STOCK, ours), (PEER, STOCK[:1], same), (PEER, STOCK[1:], plain))
            for side, names, worker in sides[number % 3 :] + sides[: number % 3]:
                await _measure_starts(bench, side, names, worker, number)
    for side in SIDES:
        await _count(bench, side, traits[side])


async def _worker(
    stack: AsyncExitStack, bench: Bench, side: str, more: dict[str, Any], name: str
) -> WorkerProcess:
    folder = bench.folder / f"everything-{name}"
    folder.mkdir()
    worker = WorkerProcess(
        side, folder, bench.targets[side], replace(bench.settings, image=BRIEF_IMAGE, more=more)
    )
    return (await stack.enter_async_context(warm(bench, {side: worker})))[side]


async def _measure_starts(
    bench: Bench, side: str, stocks: tuple[str, ...], worker: WorkerProcess, number: int
) -> None:
    people = [f"all-{number}-{n}" for n in range(PER_ROUND)]
    for when in ("", "again_"):
        result = await started(worker, people)
        for stock in stocks:
            name = f"everything_{stock}{when}"
            bench.add(f"{name}cpu", "s of CPU per start", side, result["cpu"] / PER_ROUND)
            if not stock:
                bench.add(f"{name}time", "s", side, [each["seconds"] for each in result["servers"]])
        await bench.end(side)
    await bench.clear(side)


async def _count(bench: Bench, side: str, more: dict[str, Any]) -> None:
    """Requests per start, of new people and of the same when they come again."""
    async with AsyncExitStack() as stack:
        target = bench.targets[side]
        proxy = await stack.enter_async_context(FaultProxy(target))
        settings = replace(bench.settings, image=BRIEF_IMAGE, more=more)
        worker = WorkerProcess(side, bench.folder, replace(target, kubeconfig=proxy.kubeconfig), settings)
        await stack.enter_async_context(warm(bench, {side: worker}))
        people = [f"counted-{n}" for n in range(COUNTED)]
        for when in ("", "again_"):
            await proxy.forget()
            await started(worker, people, together=False)
            log = [entry for entry in await proxy.requests() if entry.verb not in ("list", "watch")]
            counts = Counter(f"{entry.verb} {entry.resource}" for entry in log)
            kinds = {kind: number / COUNTED for kind, number in sorted(counts.items())}
            bench.facts.setdefault(f"everything_{when}requests_by_kind", {})[side] = kinds
            bench.add(f"everything_{when}requests", "per start", side, len(log) / COUNTED)
            await bench.end(side)
        await bench.clear(side)
