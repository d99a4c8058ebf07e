"""How does a benchmark talk to the worker of one side, and with which configuration does that run?"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .figures import OURS

if TYPE_CHECKING:
    from tests.servers.target import Target

ROOT = Path(__file__).parents[1]
SPAWNERS = {"ours": "libretexts", "peer": "kubespawner.KubeSpawner"}
ORDER_SECONDS = 300


@dataclass(frozen=True)
class WorkerSettings:
    """What both sides share: the same image, sizes, home claim and ports."""

    image: str
    port: int
    menu_size: int = 4
    placement: dict[str, Any] = field(default_factory=dict)  # traits that send pods to simulated nodes
    request_timeout: int = 3  # KubeSpawner's own default of k8s_api_request_timeout
    more: dict[str, Any] = field(default_factory=dict)  # further traits, of one side only


def configuration(side: str, folder: Path, target: Target, settings: WorkerSettings) -> str:
    """A hub configuration file with the same pod for both sides: what the chart sets, and a home claim."""
    lines = {
        "JupyterHub.spawner_class": SPAWNERS[side],
        "JupyterHub.db_url": "sqlite:///:memory:",
        "JupyterHub.cookie_secret_file": f"{folder}/{side}-cookie-secret",
        "JupyterHub.authenticator_class": "dummy",
        "JupyterHub.log_level": 30,
        "JupyterHub.hub_connect_ip": target.hub_ip,
        "Authenticator.allow_all": True,
        "ConfigurableHTTPProxy.should_start": False,
        "ConfigurableHTTPProxy.auth_token": "0" * 32,
        "KubeSpawner.namespace": target.namespace,
        "KubeSpawner.port": settings.port,
        "KubeSpawner.k8s_api_request_timeout": settings.request_timeout,
        "KubeSpawner.storage_pvc_ensure": True,
        "KubeSpawner.storage_capacity": "1Gi",
        "KubeSpawner.storage_access_modes": ["ReadWriteOnce"],
        "KubeSpawner.volumes": [{"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}],
        "KubeSpawner.volume_mounts": [{"name": "home", "mountPath": "/home/jovyan"}],
        "Spawner.start_timeout": 120,
        **settings.placement,
        **(_our_menu(settings) if side == OURS else _stock_menu(settings)),
        **settings.more,
    }
    return "".join(f"c.{name} = {value!r}\n" for name, value in lines.items())


def _our_menu(settings: WorkerSettings) -> dict[str, Any]:
    images = {
        f"env-{n}": {"name": f"Environment {n}", "image": settings.image, "default": n == 0}
        for n in range(settings.menu_size)
    }
    return {
        "LibreTextsSpawner.images": images,
        "LibreTextsSpawner.sizes": {
            "small": {
                "name": "Small",
                "cpu": {"guarantee": 0.01, "limit": 2},
                "memory": {"guarantee": "16Mi", "limit": "2Gi"},
                "default": True,
            },
            "large": {
                "name": "Large",
                "cpu": {"guarantee": 0.02, "limit": 4},
                "memory": {"guarantee": "32Mi", "limit": "4Gi"},
            },
        },
    }


def _stock_menu(settings: WorkerSettings) -> dict[str, Any]:
    """The nearest thing KubeSpawner has: a profile for each environment, with a choice of the size."""
    small = {"cpu_guarantee": 0.01, "cpu_limit": 2, "mem_guarantee": "16M", "mem_limit": "2G"}
    large = {"cpu_guarantee": 0.02, "cpu_limit": 4, "mem_guarantee": "32M", "mem_limit": "4G"}
    choices = {
        "small": {"display_name": "Small", "default": True, "kubespawner_override": small},
        "large": {"display_name": "Large", "kubespawner_override": large},
    }
    profiles = [
        {
            "slug": f"env-{n}",
            "display_name": f"Environment {n}",
            "default": n == 0,
            "kubespawner_override": {"image": settings.image},
            "profile_options": {"size": {"display_name": "Size", "choices": choices}},
        }
        for n in range(settings.menu_size)
    ]
    return {"KubeSpawner.profile_list": profiles}


def options_of(side: str) -> dict[str, str]:
    """What a person's form gives for the first environment in the small size."""
    return {"image": "env-0", "size": "small"} if side == OURS else {"profile": "env-0", "size": "small"}


class WorkerProcess:
    """The worker of one side: `async with WorkerProcess(...) as worker: await worker.order(do="form")`."""

    def __init__(
        self,
        side: str,
        folder: Path,
        target: Target,
        settings: WorkerSettings,
        kubeconfig: Path | None = None,
    ) -> None:
        self.side = side
        self.log = folder / f"{side}.log"
        self._config = folder / f"{side}_config.py"
        self._config.write_text(configuration(side, folder, target, settings))
        self._kubeconfig = kubeconfig or target.kubeconfig

    async def __aenter__(self) -> WorkerProcess:
        environment = {**os.environ, "KUBECONFIG": str(self._kubeconfig), "PYTHONPATH": str(ROOT)}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(
                    sys.executable,
                    "-m",
                    "benchmarks.worker",
                    str(self._config),
                    json.dumps(options_of(self.side)),
                ),
                env=environment,
                cwd=self._config.parent,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=2**24,
            )
        await self._answer()
        return self

    async def __aexit__(self, *exception: object) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def order(self, **order: Any) -> dict[str, Any]:
        """Have something done, see `worker.py`. Raises RuntimeError with the end of the worker's log."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        await self._process.stdin.drain()
        return await self._answer()

    async def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        async with asyncio.timeout(ORDER_SECONDS):
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the worker of {self.side} ended:\n{self.log.read_text()[-4000:]}")
        answer: dict[str, Any] = json.loads(line)
        return answer
