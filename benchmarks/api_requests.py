"""What does a start ask of the API server, and does late answering make a spawner delete its own pods?"""

from __future__ import annotations

from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.servers.faults import FaultProxy

from .bench import started, warm
from .figures import SIDES
from .worker_process import WorkerProcess

if TYPE_CHECKING:
    from .bench import Bench

COUNTED = 3
REQUEST_TIMEOUT_SECONDS = (
    1  # of KubeSpawner's k8s_api_request_timeout; 3 is its default, but would take longer
)
ANSWER_AFTER_SECONDS = 1.5


async def measure_requests(bench: Bench, *, late: int) -> None:
    """Both questions, through a proxy before the API server for each side; no time is measured here."""
    async with AsyncExitStack() as stack:
        proxies = {side: await stack.enter_async_context(FaultProxy(bench.targets[side])) for side in SIDES}
        settings = replace(bench.settings, request_timeout=REQUEST_TIMEOUT_SECONDS)
        workers = {
            side: WorkerProcess(
                side,
                bench.folder,
                replace(bench.targets[side], kubeconfig=proxies[side].kubeconfig),
                settings,
            )
            for side in SIDES
        }
        await stack.enter_async_context(warm(bench, workers))
        for side in SIDES:
            await _count_requests(bench, workers[side], proxies[side])
            await _count_deleted_own_pods(bench, workers[side], proxies[side], late)


async def _count_requests(bench: Bench, worker: WorkerProcess, proxy: FaultProxy) -> None:
    """Requests per start by verb and kind.

    Lists and watches are those of a process, not of a start: they are made in the warm-up and not counted.
    """
    await proxy.forget()
    await started(worker, [f"counted-{n}" for n in range(COUNTED)], together=False)
    log = [entry for entry in await proxy.requests() if entry.verb not in ("list", "watch")]
    counts = Counter(f"{entry.verb} {entry.resource}" for entry in log)
    by_kind = {kind: number / COUNTED for kind, number in sorted(counts.items())}
    bench.facts.setdefault("requests_by_kind", {})[worker.side] = by_kind
    bench.add("requests", "per start", worker.side, len(log) / COUNTED)
    await bench.clear(worker.side)


async def _count_deleted_own_pods(
    bench: Bench, worker: WorkerProcess, proxy: FaultProxy, servers: int
) -> None:
    """The first answer to each pod's creation comes after the spawner's request timeout, as under load.

    `deleted_own_pods` counts the pods that were made and then deleted by the spawner that had made them.
    """
    await proxy.forget()
    rule = {"verb": "create", "resource": "pods", "when": "after", "first": servers}
    await proxy.add("delay", seconds=ANSWER_AFTER_SECONDS, **rule)
    names = [f"late-{n}" for n in range(servers)]
    result = await worker.order(do="start", names=names, together=True)
    deletions = await proxy.requests(verb="delete", resource="pods")
    bench.facts.setdefault("late_answers", {})[worker.side] = {
        "servers": servers,
        "deleted_own_pods": len({entry.name for entry in deletions if entry.upstream_status in (200, 202)}),
        "failures": sum("error" in server for server in result["servers"]),
        "wall_seconds": round(result["wall"], 3),
    }
    await bench.clear(worker.side)
