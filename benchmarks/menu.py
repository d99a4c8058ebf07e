"""What does the image menu cost: for one person, for the page, and for the registry?

The peer is stock KubeSpawner with a callable `profile_list` that asks the registry at each page.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from libretexts_hub.clients.registry import RegistryClient
from libretexts_hub.domain.connections import Connection
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.repositories import Repository, Snapshot
from tests.servers.ending import end_process
from tests.servers.fake_registry import FakeRegistry
from tests.servers.hub import PASSWORD, HubProcess
from tests.servers.hub_config import assignments
from tests.servers.target import embedded_cluster, fresh_namespace

from .figures import OURS, PEER, Series, sides_of_round
from .report import report, table

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from libretexts_hub.demo.visitor import Visitor
    from tests.servers.target import Target

REPOSITORIES, TAGS_EACH = 20, 500
CHOICES = 500
REGISTRY_LATENCY_SECONDS = 0.05
STOCK = """
import json
from tornado.httpclient import AsyncHTTPClient
async def profiles(spawner):
    answer = await AsyncHTTPClient().fetch("http://{host}/v2/team/lab/tags/list")
    tags = json.loads(answer.body)["tags"]
    choices = {{
        tag: {{"display_name": tag, "kubespawner_override": {{"image": "{host}/team/lab:" + tag}}}}
        for tag in tags
    }}
    return [{{
        "display_name": "Lab", "slug": "lab", "default": True,
        "profile_options": {{"image": {{"display_name": "Version", "choices": choices}}}},
    }}]
c.KubeSpawner.profile_list = profiles
"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.menu", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer pages, under 60 seconds")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    parser.add_argument(
        "--rounds", type=int, default=9, help="rounds of each measure (at least 5; default 9)"
    )
    chosen = parser.parse_args()
    if chosen.rounds < 5:
        parser.error(f"--rounds: at least 5, not {chosen.rounds}")
    return chosen


def measure_core(rounds: int) -> dict[str, float]:
    """Milliseconds to sort 10,000 tags of 20 repositories once, and to make one person's menu of them."""
    tags = tuple(
        [f"w_{year}_{week:02}" for year in range(2018, 2026) for week in range(1, 53)]
        + [f"d_2026_{month:02}_{day:02}" for month in (1, 2, 3) for day in range(1, 29)]
    )[:TAGS_EACH]
    registry = {"scheme": "rubin", "keep": {"weekly": {}, "daily": {"groups": ["dev"]}}}
    images = {
        f"i{number}": {"registry": {"repository": f"r.example.org/i{number}"} | registry}
        for number in range(REPOSITORIES)
    }
    menu = Menu.parse(images, {})
    snapshots = {image.registry.repository: Snapshot(tags) for image in menu.images if image.registry}
    now, sorts, menus = datetime.now(UTC), [], []
    for _ in range(rounds):
        began = time.perf_counter()
        live = menu.with_snapshots(snapshots, date(2026, 11, 21))
        sorts.append(time.perf_counter() - began)
        for groups in (["lsst"], ["dev"]):
            began = time.perf_counter()
            person = live.for_person(groups, now)
            menus.append(time.perf_counter() - began)
        assert sum(len(image.versions) for image in person.images) == REPOSITORIES * TAGS_EACH
    return {"cold_sort_ms": 1000 * statistics.median(sorts), "menu_ms": 1000 * statistics.median(menus)}


async def measure_refresh() -> dict[str, object]:
    """What the registry sees when an unchanged repository of 10,000 tags is read again."""
    async with (
        FakeRegistry(tags=[f"t{number:05}" for number in range(10_000)]) as registry,
        aiohttp.ClientSession() as session,
    ):
        client = RegistryClient(session)
        repository = Repository(registry.host, "team/lab", Connection(plain_http=True))
        listing = await client.list_tags(repository)
        registry.requests.clear()
        again = await client.list_tags(repository, listing)
        return {"tags": len(again.tags), "requests": registry.requests}


@contextmanager
def slow_registry() -> Iterator[str]:
    """A registry, a process of its own, that answers after 50 ms; its host."""
    words = [sys.executable, "-m", "tests.servers.fake_registry", "--tags", str(CHOICES)]
    words += ["--latency", str(REGISTRY_LATENCY_SECONDS)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1])
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[1]
    finally:
        end_process(process)  # type: ignore[arg-type]


@asynccontextmanager
async def logged_in(folder: Path, target: Target, spawner: str, extra: str) -> AsyncIterator[Visitor]:
    """A person at a hub of this spawner, on whose spawn page all choices are."""
    hub = HubProcess(folder, target, spawner=spawner, extra=extra)
    try:
        await hub.start()
        async with hub.visitor() as visitor:
            await visitor.login("ben", PASSWORD)
            deadline = time.monotonic() + 30
            while (await visitor.open("spawn/ben")).html.count("w_10") < CHOICES:
                if time.monotonic() > deadline:
                    raise RuntimeError("the choices never came on the page")
                await asyncio.sleep(0.2)
            yield visitor
    finally:
        hub.close()


async def measure_pages(rounds: int, pages: int, series: dict[str, Series], facts: dict[str, object]) -> None:
    """Our spawn page against our own home page, and against stock's spawn page; sequential requests."""
    with (
        tempfile.TemporaryDirectory(prefix="menu-benchmark-") as folder,
        slow_registry() as host,
        embedded_cluster(Path(folder) / "cluster") as cluster,
        fresh_namespace(cluster, "menu") as target,
    ):
        registry = {"repository": f"{host}/team/lab", "plain_http": True, "scheme": "rubin"}
        extra = assignments({"LibreTextsSpawner.images": {"lab": {"name": "Lab", "registry": registry}}})
        async with (
            logged_in(Path(folder) / "ours", target, "libretexts", extra) as ours,
            logged_in(
                Path(folder) / "stock", target, "kubespawner.KubeSpawner", STOCK.format(host=host)
            ) as stock,
        ):
            for number in range(rounds):
                for side in sides_of_round(number):
                    visitor = ours if side == OURS else stock
                    series["page_vs_stock"].add(side, await _seconds(visitor, "spawn/ben", pages))
                    path = "spawn/ben" if side == OURS else "home"
                    series["page_time"].add(side, await _seconds(ours, path, pages))
            facts["page_kb"] = round(len((await ours.open("spawn/ben")).html.encode()) / 1000, 1)
            facts["stock_page_kb"] = round(len((await stock.open("spawn/ben")).html.encode()) / 1000, 1)


async def _seconds(visitor: Visitor, path: str, pages: int) -> list[float]:
    taken = []
    for _ in range(pages):
        began = time.perf_counter()
        async with visitor.request(
            "GET", visitor.hub / path
        ) as answer:  # not read as a page: only the server counts
            await answer.read()
        taken.append(time.perf_counter() - began)
        if answer.status != 200:
            raise RuntimeError(f"{path}: HTTP {answer.status}")
    return taken


async def run(rounds: int, *, quick: bool) -> dict[str, object]:
    series = {"page_time": Series("s"), "page_vs_stock": Series("s")}
    facts: dict[str, object] = {"page_time": "spawn page with 500 choices by /hub/home of the same hub"}
    absolute = measure_core(rounds)
    facts["refresh"] = refresh = await measure_refresh()
    absolute["refresh_requests"] = len(refresh["requests"])  # type: ignore[arg-type]
    await measure_pages(rounds, 3 if quick else 10, series, facts)
    absolute["page_kb"] = facts.pop("page_kb")  # type: ignore[assignment]
    return report("menu", {"quick": quick, "rounds": rounds}, series, facts, absolute)


def main() -> None:
    chosen = arguments()
    figures = asyncio.run(run(5 if chosen.quick else chosen.rounds, quick=chosen.quick))
    print(json.dumps(figures, indent=2) if chosen.json else table(figures, peer=f"{PEER}/home"))


if __name__ == "__main__":
    main()
