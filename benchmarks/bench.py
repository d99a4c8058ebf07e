"""What do all measures of a benchmark run share: servers, namespaces, workers, and the figures?"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.servers.target import EMBEDDED_IMAGES, embedded_cluster, fresh_namespace

from .api_client import ApiClient
from .figures import SIDES, Series
from .real_cluster import real_cluster
from .worker_process import ROOT, WorkerProcess, WorkerSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.servers.target import Target

SIMULATED_IMAGE = "localhost/simulated:1"
# For pods of many containers, of which one starts after the other.
BRIEF_IMAGE = "localhost/brief:1"
BRIEF_SECONDS = 0.05


@dataclass(frozen=True)
class Plan:
    """How much is run."""

    target: str
    quick: bool
    rounds: int

    @property
    def pod_seconds(self) -> float:
        """From a simulated pod's creation to ready."""
        return 0.4 if self.quick else 1.0


@dataclass
class Bench:
    """One run: both sides have a namespace of their own on the same API server, and share everything else."""

    plan: Plan
    folder: Path
    targets: dict[str, Target]
    responder_port: int
    placement: dict[str, Any] | None  # traits with which a pod is only simulated; None: there is no way
    series: dict[str, Series] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> WorkerSettings:
        return WorkerSettings(image=SIMULATED_IMAGE, port=self.responder_port, placement=self.placement or {})

    def add(self, measure: str, unit: str, side: str, values: Any) -> None:
        self.series.setdefault(measure, Series(unit)).add(side, values)

    def worker(self, side: str) -> WorkerProcess:
        return WorkerProcess(side, self.folder, self.targets[side], self.settings)

    async def end(self, side: str) -> None:
        """Delete the pods of this side: homes and databases stay, and the next start finds them."""
        async with ApiClient(self.targets[side]) as api:
            await api.clear("pods")

    async def clear(self, *sides: str) -> None:
        """Delete the pods and claims of these sides, or of both."""
        for side in sides or SIDES:
            async with ApiClient(self.targets[side]) as api:
                await api.clear()


@asynccontextmanager
async def warm(bench: Bench, workers: dict[str, WorkerProcess]) -> AsyncIterator[dict[str, WorkerProcess]]:
    """Workers that have started one server each, so that their watches stand."""
    async with AsyncExitStack() as stack:
        await asyncio.gather(*(stack.enter_async_context(worker) for worker in workers.values()))
        for worker in workers.values():
            await started(worker, ["warm-up"])
        await bench.clear()
        yield workers


async def started(worker: WorkerProcess, names: list[str], *, together: bool = True) -> dict[str, Any]:
    """Start servers that have to start. Raises RuntimeError with the first failure."""
    result = await worker.order(do="start", names=names, together=together)
    failed = [server for server in result["servers"] if "error" in server]
    if failed:
        raise RuntimeError(f"{worker.side}: {failed[0]['name']} did not start: {failed[0]['error']}")
    return result


@asynccontextmanager
async def open_bench(plan: Plan, folder: Path) -> AsyncIterator[Bench]:
    """The API server (embedded: a process of its own; real: the one that runs) and the responder."""
    async with AsyncExitStack() as stack:
        whole, placement = stack.enter_context(_cluster(plan, folder))
        targets = {side: stack.enter_context(fresh_namespace(whole, f"bench-{side}")) for side in SIDES}
        port = await stack.enter_async_context(responder(whole.hub_ip))
        yield Bench(plan, folder, targets, port, placement)


@contextmanager
def _cluster(plan: Plan, folder: Path) -> Iterator[tuple[Target, dict[str, Any] | None]]:
    """The API server, and the traits with which a pod is only simulated there."""
    if plan.target == "real":
        with real_cluster(plan.pod_seconds) as found:
            yield found
        return
    images = folder / "images.json"
    delays = {"localhost/simulated:*": plan.pod_seconds, "localhost/brief:*": BRIEF_SECONDS}
    simulated = {
        image: {"simulated": {"ready_after": seconds, "pod_ip": "127.0.0.1"}}
        for image, seconds in delays.items()
    }
    images.write_text(json.dumps({**EMBEDDED_IMAGES, **simulated}))
    with embedded_cluster(folder / "state", "--images", str(images)) as target:
        yield target, {}


@asynccontextmanager
async def responder(address: str) -> AsyncIterator[int]:
    words = (sys.executable, "-m", "benchmarks.responder", address)
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield int((await process.stdout.readline()).split()[1])
    finally:
        process.kill()
        await process.wait()
