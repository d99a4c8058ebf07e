"""Does a hub that is used for an hour leak memory, files, threads or tasks, or leave objects behind?

`make soak MINUTES=60`: people at random log in, start, stop and leave on a real JupyterHub with the embedded
cluster, while the culler stops who is idle and, with its clock put forward, deletes the homes of who is away.
Nothing runs in the pods; the named fake of responder.py answers for their servers. What the hub holds at rest
after a warm-up is compared with what it holds at rest in the end, and with `--stock` also with what a hub
with stock KubeSpawner holds, which another process leads through the same at the same time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import aiohttp

from libretexts_hub.demo import leash
from tests.clients.culler_hub import TOKEN, services
from tests.servers.ending import end_process
from tests.servers.hub import HubProcess
from tests.servers.hub_config import assignments
from tests.servers.namespace_objects import NamespaceObjects, eventually
from tests.servers.target import Target, embedded_cluster, fresh_namespace

from .bench import SIMULATED_IMAGE, responder
from .figures import OURS, PEER, SIDES
from .soak_culling import Culling
from .soak_people import Crowd
from .soak_watch import COUNT_INSIDE, MEBIBYTE, Watch, course_of, growth, shown
from .worker_process import ROOT, SPAWNERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PEOPLE = 12
WARM_UP_SECONDS = 20.0
REST_SECONDS = 4.0
# A day until a home is marked, a day until it goes, a run until its record has settled; and some more.
MOST_LAST_RUNS = 12
SETTINGS = {
    "KubeSpawner.storage_pvc_ensure": True,
    "KubeSpawner.storage_capacity": "16Mi",
    "KubeSpawner.delete_grace_period": 1,
    "JupyterHub.log_level": "WARN",
    # A person who is fast is not a script that starts one server after the other.
    "JupyterHub.concurrent_spawn_limit": 100,
}
OF_A_SIDE: dict[str, dict[str, Any]] = {
    OURS: {
        "LibreTextsSpawner.culler_owns_homes": True,
        "LibreTextsSpawner.images": {
            "default": {"name": "Default", "image": SIMULATED_IMAGE, "default": True}
        },
    },
    PEER: {
        "KubeSpawner.delete_pvc": False,
        "KubeSpawner.profile_list": [
            {
                "slug": "default",
                "display_name": "Default",
                "default": True,
                "kubespawner_override": {"image": SIMULATED_IMAGE},
            }
        ],
    },
}


class Soak:
    """One run on a hub of its own."""

    def __init__(self, hub: HubProcess, target: Target, watch: Watch, seed: int, side: str) -> None:
        self.hub, self.watch = hub, watch
        self.objects = NamespaceObjects(target)
        self.culling = Culling(hub.url, target.namespace, deletes=side == OURS)
        names = [f"person-{number}" for number in range(PEOPLE)]
        self.crowd = Crowd(hub, names, seed, self.culling.took, is_stock=side == PEER)

    async def run(self, minutes: float) -> dict[str, Any]:
        """The figures of so many minutes."""
        looking = asyncio.create_task(self.watch.run())
        try:
            await self._use(WARM_UP_SECONDS)
            first = await self._rest()
            began = len(self.watch.samples)
            await self._use(minutes * 60)
            samples = self.watch.samples[began:]
            last = await self._rest()
        finally:
            looking.cancel()
        if self.culling.deletes:
            await self._everybody_is_gone()
        crowd, culling = self.crowd, self.culling
        return {
            "minutes": minutes,
            "did": dict(crowd.did),
            "culler": {"runs": culling.runs, **culling.done},
            "failures": crowd.failures[:20] + culling.problems[:20],
            "start_seconds": round(median(crowd.start_seconds), 3),
            "at_rest": {"after the warm-up": shown(first), "in the end": shown(last)},
            "growth_per_hour": {
                "memory_mib": round(growth(samples, "memory") / MEBIBYTE, 1),
                "lent_mib": round(growth(samples, "lent") / MEBIBYTE, 1),
                "blocks": round(growth(samples, "blocks")),
            },
            "course": course_of(samples),
            "left_behind": await self._left_behind(),
        }

    async def _use(self, seconds: float) -> None:
        culling = asyncio.create_task(self.culling.run())
        try:
            await self.crowd.use(seconds)
        finally:
            culling.cancel()
            with suppress(asyncio.CancelledError):
                await culling

    async def _rest(self) -> Any:
        """What the hub holds when nobody is there any more."""
        await self.crowd.go_home()

        async def all_gone() -> bool:
            return not await self.objects.list("pods")

        await eventually("all pods are gone", all_gone)
        await asyncio.sleep(REST_SECONDS)  # not for luck: the count of tasks and idle connections settle
        return self.watch.look()

    async def _everybody_is_gone(self) -> None:
        """Nobody comes back: the culler takes every home in its time."""
        for _ in range(MOST_LAST_RUNS):
            if not await self.objects.list("persistentvolumeclaims"):
                return
            await self.culling.once()

    async def _left_behind(self) -> dict[str, list[str]]:
        """Objects that belong to nobody, and routes to servers that are gone."""
        pods, claims, secrets = [
            await self.objects.list(kind) for kind in ("pods", "persistentvolumeclaims", "secrets")
        ]
        return {
            "pods": [_name(pod) for pod in pods],
            "claims": [_name(claim) for claim in claims] if self.culling.deletes else [],
            "secrets": [_name(secret) for secret in secrets],
            "routes": await self._routes(),
        }

    async def _routes(self) -> list[str]:
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"token {self.hub.proxy_token}"}) as session,
            session.get(f"{self.hub.addresses.proxy_api_url}/api/routes") as answer,
        ):
            return [route for route in await answer.json() if route != "/"]


def _name(thing: dict[str, Any]) -> str:
    return str(thing["metadata"]["name"])


async def soak(folder: Path, minutes: float, seed: int = 1, side: str = OURS) -> dict[str, Any]:
    """Run one in a new folder."""
    async with responder("127.0.0.1") as port:
        with embedded_cluster(folder / "cluster") as cluster, fresh_namespace(cluster, "soak") as target:
            inside = folder / "inside"
            extra = assignments(SETTINGS | OF_A_SIDE[side] | {"KubeSpawner.port": port})
            extra += services() + COUNT_INSIDE.format(file=str(inside))
            hub = HubProcess(folder / "hub", target, spawner=SPAWNERS[side], extra=extra, preloaded=False)
            os.environ.update(KUBECONFIG=str(target.kubeconfig), JUPYTERHUB_API_TOKEN=TOKEN)
            try:
                await hub.start()
                return await Soak(hub, target, Watch(hub.pid, inside), seed, side).run(minutes)
            finally:
                hub.close()


def main(words: Sequence[str] | None = None) -> int:
    """Print the figures as JSON; 1 where ours left something behind or something went wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=2.0, help="how long (default 2)")
    parser.add_argument("--seed", type=int, default=1, help="of what people do")
    parser.add_argument("--out", type=Path, help="write the figures into this file too")
    parser.add_argument("--stock", action="store_true", help="the same with stock KubeSpawner beside it")
    parser.add_argument("--side", choices=SIDES, default=OURS, help="whose hub (default ours)")
    args = parser.parse_args(words)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="libretexts-soak-") as folder, ExitStack() as stack:
        peer = stack.enter_context(_peer(args.minutes, args.seed, Path(folder))) if args.stock else None
        (Path(folder) / args.side).mkdir()
        figures = asyncio.run(soak(Path(folder) / args.side, args.minutes, args.seed, args.side))
        figures["wall_seconds"] = round(time.monotonic() - began)
        if peer:
            peer.wait()
            figures["stock_beside"] = json.loads((Path(folder) / "stock.json").read_text())
    text = json.dumps(figures, indent=2)
    print(text)
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(text + "\n")
    return int(bool(figures["failures"] or any(figures["left_behind"].values())))


@contextmanager
def _peer(minutes: float, seed: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that leads a stock hub through the same, and ends with this one."""
    words = [sys.executable, "-m", "benchmarks.soak", "--side", PEER, "--minutes", f"{minutes}"]
    words += ["--seed", f"{seed}", "--out", str(folder / "stock.json")]
    with subprocess.Popen(leash.command(words), cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            end_process(process)


if __name__ == "__main__":
    sys.exit(main())
