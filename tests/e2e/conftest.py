"""On which hub do the end-to-end tests run? One per cluster and run, with a fault proxy before the API."""

from __future__ import annotations

import json
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from libretexts_hub import templates
from tests.e2e.real_site import people_site
from tests.servers.faults import FaultProxy
from tests.servers.hub import ADMIN, ADMIN_PASSWORD, PASSWORD, HubProcess
from tests.servers.hub_config import assignments
from tests.servers.namespace_objects import NamespaceObjects
from tests.servers.target import Target, fresh_namespace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from libretexts_hub.demo.visitor import Visitor

__all__ = ["people_site"]

API_REQUEST_TIMEOUT_SECONDS = 2
# People whose names begin so get a server that is up at once, where JupyterLab's start would only take time.
# It is put in by an operator's hook, so everything up to the manifest is as for everybody.
QUICK = "quick-"
STAND_IN = """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"a stand-in at " + self.path.encode())
ThreadingHTTPServer(("0.0.0.0", 8888), Answer).serve_forever()
"""
# Of these the hub does not ask the API server for half a minute before it gives up.
BRIEF = "quick-brief-"
BRIEF_SECONDS = 1
HOOK = """
def quick_server(spawner, pod):
    if spawner.user.name.startswith({quick!r}):
        pod.spec.containers[0].command = [{python!r}, "-c", {program!r}]
        pod.spec.containers[0].args = []
    return pod
def little_patience(spawner):
    if spawner.user.name.startswith({brief!r}):
        spawner.k8s_api_request_retry_timeout = {seconds}
        spawner.start_timeout = 4 * {seconds}
c.KubeSpawner.modify_pod_hook = quick_server
c.Spawner.pre_spawn_hook = little_patience
"""
FAILURE_LIMIT = 3

SETTINGS = {
    "JupyterHub.log_level": "INFO",
    "JupyterHub.template_paths": list(templates.__path__),
    "JupyterHub.tornado_settings": {"slow_stop_timeout": 30},
    "Spawner.consecutive_failure_limit": FAILURE_LIMIT,
    "KubeSpawner.k8s_api_request_timeout": API_REQUEST_TIMEOUT_SECONDS,
    "KubeSpawner.storage_pvc_ensure": True,
    "KubeSpawner.storage_capacity": "16Mi",
    "KubeSpawner.storage_access_modes": ["ReadWriteOnce"],
    "KubeSpawner.volumes": [{"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}],
    "KubeSpawner.volume_mounts": [{"name": "home", "mountPath": "/home/jovyan"}],
    "KubeSpawner.delete_grace_period": 5,
}


def hook_for(target: Target) -> str:
    python = "python3" if target.is_real else sys.executable
    names = {"quick": QUICK, "brief": BRIEF, "seconds": BRIEF_SECONDS}
    return HOOK.format(**names, python=python, program=STAND_IN)


@dataclass
class Site:
    """A running hub, what stands between it and the API server, and what is really there."""

    hub: HubProcess
    faults: FaultProxy
    target: Target
    objects: NamespaceObjects

    @asynccontextmanager
    async def person(self, name: str) -> AsyncIterator[Visitor]:
        """Somebody who has logged in; the admin with the admin's password."""
        async with self.hub.visitor() as visitor:
            await visitor.login(name, ADMIN_PASSWORD if name == ADMIN else PASSWORD)
            yield visitor

    async def works(self, person: Visitor) -> bool:
        """Does a quick server answer this person through the proxy?"""
        page = await person.open(person.server_url() / "hello")
        return page.html == f"a stand-in at /user/{person.name}/hello"

    async def recover(self) -> None:
        """Whatever the last test did to hub and proxy, undo it."""
        await self.faults.clear()
        await self.faults.up()
        if not self.hub.is_running:
            self.hub.launch()
        await self.hub.wait_until_ready()

    async def report(self) -> str:
        """What to show when a test failed."""
        pods = await self.objects.list("pods")
        statuses = {pod["metadata"]["name"]: pod["status"] for pod in pods}
        events = [
            f"{event['involvedObject'].get('name')}: {event.get('reason')}: {event.get('message')}"
            for event in (await self.objects.list("events"))[-30:]
        ]
        return "\n".join([self.hub.log_tail(80), "PODS", json.dumps(statuses, indent=1), "EVENTS", *events])


@pytest_asyncio.fixture(
    scope="session",
    loop_scope="session",
    params=["embedded", pytest.param("real", marks=pytest.mark.real_cluster)],
)
async def running_site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    with fresh_namespace(request.getfixturevalue(request.param), "e2e") as target:
        async with FaultProxy(target) as faults:
            folder = tmp_path_factory.mktemp(f"hub-{target.name}")
            extra = assignments(SETTINGS) + hook_for(target)
            hub = HubProcess(folder, target, extra=extra, kubeconfig=faults.kubeconfig)
            try:
                await hub.start()
                yield Site(hub, faults, target, NamespaceObjects(target))
            finally:
                hub.close()


@pytest_asyncio.fixture(loop_scope="session")
async def site(running_site: Site, request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    """The hub, in working order at the start of every test; a failed test shows log, pods and events."""
    await running_site.recover()
    yield running_site
    outcome = request.node.stash.get(FAILED, False)
    if outcome:
        print(await running_site.report())


FAILED: pytest.StashKey[bool] = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:  # type: ignore[misc]
    report = yield
    if call.when == "call" and call.excinfo is not None:
        item.stash[FAILED] = True
    return report
