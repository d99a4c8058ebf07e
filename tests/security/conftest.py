"""Which hub do hostile people meet? One with a menu and pages, whose starts end at the pod's manifest."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from tests.hub.workshop import NOWHERE
from tests.security.guest import Guest
from tests.servers.hub import PASSWORD, HubProcess
from tests.servers.hub_config import assignments

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

# No cluster is there: what would be created is written down, and the start ends with a status of its own.
WRITTEN_DOWN = 418
SPY = """
import json
from jupyterhub.auth import DummyAuthenticator
from tornado import web
from libretexts_hub.hub.authenticators.login_mixin import LoginMixin
from libretexts_hub.hub.configuration import check_or_exit
from libretexts_hub.hub.pages import install
from libretexts_hub.hub.pod_json import as_json
from libretexts_hub.hub.spawner import LibreTextsSpawner

class Watched(LibreTextsSpawner):
    async def start(self):
        await self.load_user_options()
        pod = as_json(await self.get_pod_manifest())
        with open({pods!r}, "a") as file:
            file.write(json.dumps({{"options": self.user_options, "pod": pod}}) + "\\n")
        raise web.HTTPError({status}, "written down")

    async def poll(self):
        return 0

class Login(LoginMixin, DummyAuthenticator):
    pass  # whoever knows the password of these tests, under any name that can be one

c.JupyterHub.spawner_class = Watched
c.JupyterHub.authenticator_class = Login
c.DummyAuthenticator.password = {password!r}
install(c)
check_or_exit(c)
"""
MENU = {
    "LibreTextsSpawner.images": {
        "default": {"name": "Default environment", "image": "example.org/lab:1", "default": True},
        "second": {"name": "Second environment", "image": "example.org/lab:2"},
        "own": {"name": "An image of your own", "pattern": "example[.]org/own/[a-z0-9]+:[a-z0-9]+"},
    },
    "LibreTextsSpawner.sizes": {
        name: {
            "name": name.title(),
            "cpu": {"guarantee": 0.1, "limit": limit},
            "memory": {"guarantee": "64Mi", "limit": f"{limit}Gi"},
        }
        for name, limit in (("small", 1), ("large", 2))
    },
    "LibreTextsSpawner.options": {
        "mode": {"name": "Mode", "choices": {"plain": {"name": "Plain"}, "fast": {"name": "Fast"}}},
    },
    "LibreTextsSpawner.failed_starts": "",
    "LibreTextsSpawner.provision": {"git": {"host": "github.com"}},
    "KubeSpawner.storage_pvc_ensure": False,
    "KubeSpawner.events_enabled": False,
    "KubeSpawner.namespace": "here",
    "JupyterHub.log_level": "INFO",
    "JupyterHub.concurrent_spawn_limit": 0,
}


class Watched:
    """The hub, and what its starts would have created."""

    def __init__(self, hub: HubProcess, pods: Path) -> None:
        self.hub, self._pods = hub, pods
        self._read = 0

    def person(self, name: str) -> Guest:
        """Somebody who has logged in."""
        guest = Guest(self.hub.url)
        guest.log_in(name)
        return guest

    def created(self) -> list[dict[str, Any]]:
        """Each pod, with the options that led to it, since this was asked last."""
        lines = self._pods.read_text().splitlines() if self._pods.exists() else []
        new, self._read = lines[self._read :], len(lines)
        return [json.loads(line) for line in new]

    def logged(self) -> str:
        return self.hub.log.read_text(errors="replace")


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """For a test that tries many examples: each of them is a question to the same loop."""
    made = asyncio.new_event_loop()
    yield made
    left = asyncio.all_tasks(made)
    for task in left:
        task.cancel()
    if left:
        made.run_until_complete(asyncio.wait(left))
    made.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def watched(tmp_path_factory) -> AsyncIterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    (folder / "kubeconfig").write_text(NOWHERE)
    pods = folder / "pods.jsonl"
    extra = assignments(MENU) + SPY.format(pods=str(pods), status=WRITTEN_DOWN, password=PASSWORD)
    hub = HubProcess(folder, extra=extra, kubeconfig=folder / "kubeconfig")
    try:
        await hub.start()
        yield Watched(hub, pods)
    finally:
        hub.close()
