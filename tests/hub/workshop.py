"""How does a test make a spawner without a hub? With the objects that JupyterHub would hand it."""

from __future__ import annotations

import asyncio
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import kubespawner.clients
from traitlets.config import Config

from libretexts_hub.hub.spawner import LibreTextsSpawner

if TYPE_CHECKING:
    from pathlib import Path

# A server that answers at the address of its pod; the embedded cluster puts that in the place of 0.0.0.0.
WEB_SERVER = [sys.executable, "-m", "http.server", "8888", "--bind", "0.0.0.0"]
NOWHERE = """
apiVersion: v1
kind: Config
clusters: [{name: x, cluster: {server: "https://127.0.0.1:1"}}]
contexts: [{name: x, context: {cluster: x, user: x}}]
current-context: x
users: [{name: x, user: {token: t}}]
"""


async def until(check) -> None:
    """Wait until `check()` is true; the test's own timeout is the deadline."""
    while not check():  # noqa: ASYNC110 (there is no event for what tests look at)
        await asyncio.sleep(0.01)


class Record(SimpleNamespace):
    """What JupyterHub keeps of a server in its database, and how often it was committed."""

    def __init__(self, **values: Any) -> None:
        super().__init__(
            **{"name": "", "server": None, "state": {}, "user_options": {}, "commits": 0} | values
        )

    def commit(self) -> None:
        self.commits += 1


class Workshop:
    """Makes spawners for one API server; `close` before the test's event loop ends."""

    def __init__(self, kubeconfig: Path, monkeypatch: Any, namespace: str = "default") -> None:
        self.namespace = namespace
        self.use(kubeconfig, monkeypatch)

    def use(self, kubeconfig: Path, monkeypatch: Any) -> None:
        """From now on talk to this API server."""
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
        monkeypatch.setattr(
            "kubernetes_asyncio.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(kubeconfig)
        )
        kubespawner.clients.load_config.cache_clear()
        kubespawner.clients._client_cache.clear()

    def spawner(
        self,
        person: str = "alice",
        *,
        groups: tuple[str, ...] = (),
        record: Record | None = None,
        cls=None,
        **traits: Any,
    ):
        """A spawner of this person with `traits` as configuration."""
        record = record or Record()
        settings = {"namespace": self.namespace, "events_enabled": False, "k8s_api_request_retry_timeout": 10}
        cls = cls or LibreTextsSpawner
        if "failed_starts" in cls.class_trait_names():
            settings["failed_starts"] = ""
        config = Config({cls.__name__: settings | traits})
        user = SimpleNamespace(
            name=person,
            id=1,
            url=f"/user/{person}/",
            groups=[SimpleNamespace(name=name) for name in groups],
            settings={},
            db=record,
        )
        made = cls(_mock=True, config=config, user=user, orm_spawner=record)
        made.load_state(record.state)
        return made

    async def close(self) -> None:
        """End the watches."""
        await LibreTextsSpawner._stop_all_reflectors()
