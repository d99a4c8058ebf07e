"""On which hub are faults tried? One where a server costs nothing, with a home and a database for everybody.

Nothing runs in its pods; the named fake of benchmarks/responder.py answers for all servers, from the moment
that a test gives. Between the hub and the API server stands a fault proxy.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp

from benchmarks.bench import SIMULATED_IMAGE, responder
from libretexts_hub import templates
from tests.servers.faults import FaultProxy
from tests.servers.hub import PASSWORD, HubProcess
from tests.servers.hub_config import assignments
from tests.servers.namespace_objects import NamespaceObjects, eventually
from tests.servers.target import Target, fresh_namespace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from libretexts_hub.demo.visitor import Visitor

CLAIMS = "persistentvolumeclaims"
# Kinds of objects that a start makes, and how many of each a person has.
MADE = {"pods": 1, CLAIMS: 2, "secrets": 1}
# While there is a file of the person's name a start stays here: the server answers, and nobody wrote it down.
HOLD = """
import asyncio, pathlib
from libretexts_hub.hub.spawner import LibreTextsSpawner
class Held(LibreTextsSpawner):
    async def _start(self):
        url = await super()._start()
        while pathlib.Path({file!r}, self.user.name).exists():
            pathlib.Path({file!r}, self.user.name).write_text("answers")
            await asyncio.sleep(0.05)
        return url
c.JupyterHub.spawner_class = Held
"""


GONE_IMAGE = {"image": "localhost/was-deleted:1", "name": "Gone"}


def settings(port: int) -> dict[str, object]:
    """As an operator writes them; nobody waits long for an API server that does not answer."""
    image = {"image": SIMULATED_IMAGE, "name": "Default", "default": True}
    database = {"engine": "mariadb", "image": SIMULATED_IMAGE, "storage": "64Mi", "everybody": True}
    return {
        "JupyterHub.template_paths": list(templates.__path__),
        "JupyterHub.concurrent_spawn_limit": 100,
        "JupyterHub.tornado_settings": {"slow_stop_timeout": 30},
        "KubeSpawner.port": port,
        "KubeSpawner.k8s_api_request_timeout": 2,
        "KubeSpawner.k8s_api_request_retry_timeout": 10,
        "KubeSpawner.storage_pvc_ensure": True,
        "KubeSpawner.storage_capacity": "16Mi",
        "KubeSpawner.delete_grace_period": 1,
        "LibreTextsSpawner.images": {"default": image, "gone": GONE_IMAGE},
        "LibreTextsSpawner.image_pull_tries": 1,
        "LibreTextsSpawner.databases": {"mysql": database},
    }


@dataclass
class Site:
    """The hub, what stands before the API server, what is really there, and who answers for the servers."""

    hub: HubProcess
    faults: FaultProxy | None
    target: Target
    objects: NamespaceObjects
    port: int
    folder: Path

    @asynccontextmanager
    async def person(self, name: str) -> AsyncIterator[Visitor]:
        """Somebody who has logged in."""
        async with self.hub.visitor() as visitor:
            await visitor.login(name, PASSWORD)
            yield visitor

    async def works(self, person: Visitor) -> bool:
        """Does the server answer this person through the proxy?"""
        page = await person.open(person.server_url() / "hello")
        return "a stand-in" in page.html

    async def answers_in(self, name: str, seconds: float) -> None:
        """The server of this person does not answer before."""
        url = f"http://{self.hub.addresses.hub_ip}:{self.port}/ready-at/{name}"
        async with (
            aiohttp.ClientSession() as session,
            session.put(url, params={"seconds": str(time.monotonic() + seconds)}) as done,
        ):
            assert done.status == 204

    async def belongings(self, name: str) -> dict[str, list[str]]:
        """The uids of all that is there of one person, by kind."""
        return {
            kind: sorted(each["metadata"]["uid"] for each in await self.objects.list(kind, user=name))
            for kind in MADE
        }

    async def routes(self) -> set[str]:
        """Where the proxy leads, besides to the hub."""
        url = f"{self.hub.addresses.proxy_api_url}/api/routes"
        headers = {"Authorization": f"token {self.hub.proxy_token}"}
        async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as answer:
            return set(await answer.json()) - {"/"}

    def tokens(self, name: str) -> int:
        """How many tokens of servers of this person the hub would accept."""
        with closing(sqlite3.connect(self.hub.folder / "hub.sqlite")) as database:
            asked = "select count(*) from api_tokens where note = ?"
            return int(database.execute(asked, [f"Server at /user/{name}/"]).fetchone()[0])

    async def restart_killed(self) -> None:
        """Start a hub again that was killed; without faults."""
        await self.faults.clear()
        self.hub.launch()
        await self.hub.wait_until_ready()

    async def recover(self) -> None:
        """Whatever the last test did, undo it."""
        await self.faults.clear()
        await self.faults.up()
        if not self.hub.is_running:
            self.hub.launch()
        await self.hub.wait_until_ready()

    async def has_ended(self, name: str) -> None:
        """Wait until the pod of this person has gone, whoever ends it."""

        async def is_gone() -> bool:
            pods: dict[str, Any] = await self.objects._ask("GET", "pods")
            return not any(pod["metadata"]["name"] == f"jupyter-{name}" for pod in pods["items"])

        await eventually("the pod is gone", is_gone)


@asynccontextmanager
async def faulty_site(
    cluster: Target,
    folder: Path,
    more: dict[str, object] | None = None,
    lines: str = "",
    environment: dict[str, str] | None = None,
    *,
    is_proxied: bool = False,
) -> AsyncIterator[Site]:
    """A running one in a namespace of its own; `more` settings and `lines` of configuration, and variables of
    the hub's environment: with those its process is not a preloaded one. `is_proxied`: with a fault proxy."""
    async with AsyncExitStack() as stack:
        target = stack.enter_context(fresh_namespace(cluster, "faults"))
        faults = await stack.enter_async_context(FaultProxy(target)) if is_proxied else None
        kubeconfig = faults.kubeconfig if faults else target.kubeconfig
        port = await stack.enter_async_context(responder(target.hub_ip))
        held = folder / "held"
        held.mkdir()
        extra = assignments(settings(port) | (more or {})) + HOLD.format(file=str(held)) + lines
        is_preloaded = environment is None
        hub = HubProcess(
            *(folder, target),
            extra=extra,
            kubeconfig=kubeconfig,
            preloaded=is_preloaded,
            environment=environment,
        )
        stack.callback(hub.close)
        await hub.start()
        yield Site(hub, faults, target, NamespaceObjects(target), port, folder)
