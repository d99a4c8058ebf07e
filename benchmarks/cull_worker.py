"""What does one culler do in a process of its own? Prints seconds, peak memory and what it found, as JSON.

`python -m benchmarks.cull_worker find|sweep|list|peer URL HUB_PID LIMIT`: `find` are the lists of a run of
ours in which no home may go yet, `sweep` is one whole run whose fuse lets LIMIT people go, `list` asks for
LIMIT of the pages that the peer asks for, evenly spread, `peer` is one run of the peer for LIMIT people. The
token is in JUPYTERHUB_API_TOKEN, the cluster of ours in KUBECONFIG.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CONCURRENCY = 20
PEER_CONCURRENCY = 10  # its own default
PEER_PAGE = 50  # the hub's default, which it takes
SHARE_GONE = 5  # one of five
TICKS = os.sysconf("SC_CLK_TCK")
POLICY: dict[str, Any] = {"homes": {"away": {"inactive": "1d", "notices": ["1d"], "grace": "1d"}}}
PAGES: dict[str, Any] = {"api_page_size": int(os.environ["PAGE_SIZE"])} if "PAGE_SIZE" in os.environ else {}
PATIENT: dict[str, Any] = {"homes": {"away": {"inactive": "1d", "notices": ["1d"], "grace": "3650d"}}}


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def waited_seconds(pid: int) -> float:
    """How long the main thread of a process could have run so far, and had no CPU."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9


class Watched:
    """Counts what the pages of lists cost the hub, and what it had cost before somebody was deleted.

    No other request is under way while a page is.
    """

    def __init__(self, client: Any, pid: int) -> None:
        self._ask, self._pid = client.ask, pid
        self.page_seconds = self.page_cpu = 0.0
        self.pages = 0
        self.cpu_at_first_delete: float | None = None
        self.waited_at_first_delete = 0.0
        client.ask = self.ask

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        """Passed on."""
        cpu = cpu_seconds(self._pid)
        if method == "DELETE" and self.cpu_at_first_delete is None:
            self.cpu_at_first_delete, self.waited_at_first_delete = cpu, waited_seconds(self._pid)
        answer = await self._ask(method, path, **more)
        if path == "/users":
            self.pages += 1
            self.page_seconds += answer.seconds
            self.page_cpu += cpu_seconds(self._pid) - cpu
        return answer


async def find(url: str, token: str, pid: int, limit: int) -> dict[str, Any]:
    """The lists of ours while all homes wait: claims, and people up to the first who was active since."""
    from libretexts_hub.culler.app import IdleCuller
    from libretexts_hub.culler.survey import look
    from libretexts_hub.culler.wiring import wired

    app = IdleCuller(**PATIENT, **PAGES, url=url, concurrency=CONCURRENCY)
    async with wired(app.wires(app.policy(), needs_cluster=True)) as (ports, namespace):
        hub = Watched(ports.hub._client, pid)  # type: ignore[attr-defined]
        survey = await look(app.world(ports, namespace))
        return {"find_seconds": hub.page_seconds, "find_pages": hub.pages, "found": len(survey.people)}


async def sweep(url: str, token: str, pid: int, limit: int) -> dict[str, Any]:
    """One run of ours over marked homes: the lists, the records of all people, and who is due goes."""
    from libretexts_hub.culler.app import IdleCuller
    from libretexts_hub.culler.sweep import Sweep
    from libretexts_hub.culler.wiring import wired

    with tempfile.TemporaryDirectory() as folder:
        fuse = {"claims": limit, "percent": 100}
        app = IdleCuller(
            **POLICY,
            **PAGES,
            fuse=fuse,
            url=url,
            concurrency=CONCURRENCY,
            audit_file=f"{folder}/audit.jsonl",
        )
        began, cpu = time.perf_counter(), cpu_seconds(pid)
        async with wired(app.wires(app.policy(), needs_cluster=True)) as (ports, namespace):
            client = ports.hub._client  # type: ignore[attr-defined]
            hub = Watched(client, pid)
            world = app.world(ports, namespace)
            memory: list[float] = []

            def note(what: str, done: int, of: int) -> None:
                if done in (1, of // 2, of):
                    memory.append(round(memory_mb("VmRSS"), 1))

            report = await Sweep(world, progress=note).run()
            if report.problem:
                raise RuntimeError(report.problem)
            before = (hub.cpu_at_first_delete or cpu_seconds(pid)) - cpu
            return {
                "seconds": time.perf_counter() - began,
                "page_seconds": hub.page_seconds,
                "page_cpu": hub.page_cpu,
                "cpu_until_first_delete": before,
                "delete_cpu": cpu_seconds(pid) - cpu - before,
                "delete_waited": waited_seconds(pid) - hub.waited_at_first_delete,
                "pages": hub.pages,
                "memory": memory,
                "counts": dict(world.counts),
                "most_in_flight": client.most_in_flight,
            }


async def pages_of_peer(url: str, token: str, pid: int, limit: int) -> dict[str, Any]:
    """The peer's own requests for lists, as many of its pages as `limit` says, times what that is short of
    all. It asks for the next page at once, so the hub does nothing else meanwhile."""
    from libretexts_hub.clients.hub_api import PAGINATION
    from libretexts_hub.clients.kube_access import fixed
    from libretexts_hub.clients.polite_requests import PoliteClient

    async with PoliteClient(url, fixed(f"token {token}")) as client:

        async def ask(state: str, offset: int) -> tuple[float, float, int]:
            cpu = cpu_seconds(pid)
            query = {"state": state, "offset": offset}
            answer = await client.ask("GET", "/users", query=query, headers={"Accept": PAGINATION})
            return answer.seconds, cpu_seconds(pid) - cpu, answer.document()["_pagination"]["total"]

        *_, total = await ask("inactive", 0)
        offsets = range(0, total, PEER_PAGE)
        step = max(1, len(offsets) // limit)
        chosen = offsets[step // 2 :: step]
        asked = [await ask("inactive", offset) for offset in chosen]
        ready = await ask("ready", 0)
        share = len(offsets) / len(asked)
        return {
            "page_seconds": sum(each[0] for each in asked) * share + ready[0],
            "page_cpu": sum(each[1] for each in asked) * share + ready[1],
            "pages": len(offsets) + 1,
            "pages_asked": len(asked) + 1,
        }


def name_of(number: int) -> str:
    """Of one of the people; those who are gone are 0, SHARE_GONE, 2 * SHARE_GONE, ..."""
    return f"person-{number:06}"


async def peer(url: str, token: str, pid: int, limit: int) -> dict[str, Any]:
    """jupyterhub-idle-culler as its command line runs it, with `--cull-users`; of its lists, which `list`
    measures, it is given the end at once: `limit` people who are gone, from the FIRST on."""
    from jupyterhub_idle_culler import cull_idle
    from tornado.httpclient import HTTPResponse
    from tornado.simple_httpclient import SimpleAsyncHTTPClient

    first = int(os.environ.get("FIRST", "0"))
    gone = [
        {"name": name_of(number * SHARE_GONE), "admin": False, "servers": {}}
        | {"created": "2000-01-01T00:00:00Z", "last_activity": "2020-01-01T00:00:00Z"}
        for number in range(first, first + limit)
    ]
    fetch = SimpleAsyncHTTPClient.fetch

    def listed(self: Any, request: Any, **more: Any) -> Any:
        if "/users?" not in request.url:
            return fetch(self, request, **more)
        people = gone if "state=inactive" in request.url else []
        answer: asyncio.Future[HTTPResponse] = asyncio.get_running_loop().create_future()
        answer.set_result(HTTPResponse(request, 200, buffer=io.BytesIO(json.dumps(people).encode())))
        return answer

    SimpleAsyncHTTPClient.fetch = listed
    began, cpu, waited = time.perf_counter(), cpu_seconds(pid), waited_seconds(pid)
    log = logging.getLogger("idle-culler")
    await cull_idle(
        url, token, 86400, log, cull_users=True, concurrency=PEER_CONCURRENCY, cull_admin_users=False
    )
    return {
        "seconds": time.perf_counter() - began,
        "delete_cpu": cpu_seconds(pid) - cpu,
        "delete_waited": waited_seconds(pid) - waited,
    }


def main() -> None:
    action, url, pid, limit = sys.argv[1:5]
    token = os.environ["JUPYTERHUB_API_TOKEN"]
    run = {"find": find, "sweep": sweep, "list": pages_of_peer, "peer": peer}[action]
    logging.basicConfig(level=logging.INFO)
    facts = asyncio.run(run(url, token, int(pid), int(limit)))
    print(json.dumps({**facts, "peak_mb": memory_mb("VmHWM")}))


def memory_mb(key: str) -> float:
    """VmHWM: the largest resident set of this program; getrusage would count that of its parent, too."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if key in line]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
