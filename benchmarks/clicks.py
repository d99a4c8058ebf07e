"""How long does a person wait from the click on Start to JupyterLab, and how much of it for nothing?"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
from yarl import URL

from tests.servers.hub import PASSWORD, HubProcess
from tests.servers.hub_config import assignments

from .api_client import ApiClient
from .bench import SIMULATED_IMAGE
from .figures import OURS, PEER, SIDES, sides_of_round
from .worker_process import SPAWNERS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable
    from pathlib import Path

    from libretexts_hub.demo.visitor import Visitor

    from .bench import Bench

PROBE_SECONDS = 0.02
PORT = 8888
FIRST_ANSWER_SECONDS = 120


async def measure_clicks(bench: Bench) -> None:
    """Spawns through a whole JupyterHub of each side, in turn, with a real JupyterLab in every pod.

    `click_to_lab`: from the click on Start to the Lab page. `ready_lag`: from the server's first HTTP answer,
    seen by a prober of our own, to the end of the spawn, seen on the progress stream.
    """
    async with hubs_of(bench, bench.targets[OURS].lab_image, {}) as hubs:
        for number in range(bench.plan.rounds):
            for side in sides_of_round(number):
                name = f"person-{number}"
                async with hubs[side].visitor() as person, ApiClient(bench.targets[side]) as api:
                    await person.login(name, PASSWORD)
                    await _spawn_once(bench, side, person, first_answer(api, name))
                    await person.stop()


async def measure_clicks_on_stand_ins(bench: Bench) -> None:
    """The same in less time: nothing runs in the pods, and one responder answers for all at set moments."""
    settings = {"KubeSpawner.port": bench.responder_port, **(bench.placement or {})}
    async with hubs_of(bench, SIMULATED_IMAGE, settings) as hubs:
        for side in SIDES:
            people = range(bench.plan.rounds)
            await asyncio.gather(*(_stand_in_spawn(bench, side, hubs[side], number) for number in people))
            await bench.clear(side)


async def _stand_in_spawn(bench: Bench, side: str, hub: HubProcess, number: int) -> None:
    name = f"{side}-{number}"
    url = URL(f"http://{bench.targets[side].hub_ip}:{bench.responder_port}/ready-at/{name}")
    async with hub.visitor() as person:
        await person.login(name, PASSWORD)
        answers_at = time.monotonic() + 1.6 + 0.3 * number
        async with person.request("PUT", url.with_query(seconds=answers_at)):
            await _spawn_once(bench, side, person, asyncio.sleep(0, answers_at))


@asynccontextmanager
async def hubs_of(
    bench: Bench,
    image: str,
    settings: dict[str, Any],
    *,
    more: dict[str, str] | None = None,
    kubeconfigs: dict[str, Path] | None = None,
) -> AsyncIterator[dict[str, HubProcess]]:
    """A hub for each side with one environment to choose: without a form, stock would start at login.

    `more` is Python for the configuration of a side, `kubeconfigs` are of proxies before the API server.
    """
    profile = {"slug": "default", "display_name": "Default", "kubespawner_override": {"image": image}}
    menus = {
        OURS: {"LibreTextsSpawner.images": {"default": {"name": "Default", "image": image, "default": True}}},
        PEER: {"KubeSpawner.profile_list": [{**profile, "default": True}]},
    }
    hubs = {}
    async with AsyncExitStack() as stack:
        for side, target in bench.targets.items():
            folder, extra = bench.folder / f"hub-{side}", assignments({**settings, **menus[side]})
            extra += (more or {}).get(side, "")
            way = (kubeconfigs or {}).get(side)
            hubs[side] = HubProcess(
                folder, target, spawner=SPAWNERS[side], extra=extra, kubeconfig=way, preloaded=False
            )
            stack.callback(hubs[side].close)
        await asyncio.gather(*(hub.start() for hub in hubs.values()))
        yield hubs


async def _spawn_once(bench: Bench, side: str, person: Visitor, first_answer: Awaitable[float]) -> None:
    answer, form = await person.spawn_form()
    probe = asyncio.ensure_future(first_answer)
    clicked = time.monotonic()
    await person.submit(answer, form, {})
    await person.wait_until_ready()
    ready = time.monotonic()
    await person.open_lab()
    bench.add("click_to_lab", "s", side, time.monotonic() - clicked)
    answered = await probe
    bench.add("ready_lag", "s", side, max(0.0, ready - answered))
    bench.add("first_answer", "s", side, answered - clicked)


async def first_answer(api: ApiClient, name: str) -> float:
    """The moment at which this person's server answers HTTP for the first time."""
    timeout = aiohttp.ClientTimeout(total=2)
    deadline = time.monotonic() + FIRST_ANSWER_SECONDS
    address = await _pod_address(api, f"jupyter-{name}", deadline)
    url = f"http://{address}:{PORT}/user/{name}/api"
    async with aiohttp.ClientSession(timeout=timeout) as session:
        while time.monotonic() < deadline:
            try:
                async with session.get(url) as answer:
                    if answer.status < 500:
                        return time.monotonic()
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(PROBE_SECONDS)
    raise TimeoutError(f"{url} did not answer in {FIRST_ANSWER_SECONDS} s")


async def _pod_address(api: ApiClient, pod: str, deadline: float) -> str:
    while time.monotonic() < deadline:
        found: dict[str, Any] | None = await api.pod(pod)
        address = (found or {}).get("status", {}).get("podIP", "")
        if address:
            return str(address)
        await asyncio.sleep(PROBE_SECONDS)
    raise TimeoutError(f"pod {pod} got no address")
