"""What do the kubelet's tests need? A real store, a kubelet with short times, pods in few words."""

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from libretexts_hub.local_cluster.kubelet import Kubelet
from libretexts_hub.local_cluster.kubelet.strays import start_time
from libretexts_hub.local_cluster.kubelet.timing import Timing
from libretexts_hub.local_cluster.store import Store

SHELL = "example.org/shell:1"
IMAGES = {
    SHELL: {"cmd": ["/bin/sh"]},
    "example.org/python:1": {"entrypoint": ["{python}"]},
    "example.org/simulated:*": {"simulated": {"ready_after": 0.05}},
}
QUICK = Timing(
    backoff_base=0.4,
    backoff_max=2.0,
    resync=0.2,
    mount_retry=0.1,
    mount_retry_max=0.3,
    minimum_grace=0.3,
    pull_error=0.1,
    stop_grace=1.0,
    leftover_grace=1.0,
)
PATIENCE_SECONDS = 60


async def until(condition: Callable[[], Any], what: str = "") -> Any:
    """Wait until `condition` is true and return what it gave; fail with what it gave last."""
    end = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while True:
        found = condition()
        if found:
            return found
        if asyncio.get_running_loop().time() > end:
            raise AssertionError(f"never came true: {what or condition}")
        await asyncio.sleep(0.02)


def alive(numbers: Path) -> list[int]:
    """Those process numbers in a file that still run; one that only waits to be reaped does not."""
    return [int(pid) for pid in numbers.read_text().split() if start_time(int(pid)) is not None]


def sh(script: str, **more: Any) -> dict[str, Any]:
    """A container that runs a shell script. In a command `$$` is one dollar sign, so each is doubled."""
    return {"name": "main", "image": SHELL, "command": ["/bin/sh", "-c", script.replace("$", "$$")], **more}


@dataclass
class Harness:
    """A store with the namespace `default` and the kubelet that runs its pods."""

    store: Store
    kubelet: Kubelet
    state_dir: Path

    def pod(self, name: str, *containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
        """Create a pod of these containers; `metadata` may be given too."""
        meta = {"name": name, "namespace": "default", **spec.pop("metadata", {})}
        body = {"metadata": meta, "spec": {"restartPolicy": "Never", "containers": list(containers), **spec}}
        return self.store.create("pods", "default", body)

    def get(self, name: str) -> dict[str, Any] | None:
        return self.store.find("pods", "default", name)

    def status(self, name: str) -> dict[str, Any]:
        found = self.get(name)
        return {} if found is None else found.get("status", {})

    def phase(self, name: str) -> str:
        return self.status(name).get("phase", "")

    def container(self, name: str, container: str = "main") -> dict[str, Any]:
        """The status of one container."""
        status = self.status(name)
        both = [*status.get("containerStatuses", []), *status.get("initContainerStatuses", [])]
        return next((item for item in both if item["name"] == container), {})

    def condition(self, name: str, kind: str) -> dict[str, Any]:
        return next((item for item in self.status(name).get("conditions", []) if item["type"] == kind), {})

    def is_ready(self, name: str) -> bool:
        return self.condition(name, "Ready").get("status") == "True"

    def waiting(self, name: str, container: str = "main") -> str:
        """Why a container waits."""
        return self.container(name, container).get("state", {}).get("waiting", {}).get("reason", "")

    def log(self, name: str, container: str = "main", **more: Any) -> str:
        return self.kubelet.pod_log("default", name, container, **more).decode()

    def events(self, name: str) -> list[dict[str, Any]]:
        return [item for item in self.store.list("events")[0] if item["involvedObject"]["name"] == name]

    def reasons(self, name: str) -> set[str]:
        return {item["reason"] for item in self.events(name)}

    async def finished(self, name: str) -> dict[str, Any]:
        """Wait until the pod has succeeded or failed."""
        await until(
            lambda: self.phase(name) in ("Succeeded", "Failed"), f"{name} has ended: {self.status(name)}"
        )
        return self.status(name)

    async def ready(self, name: str) -> dict[str, Any]:
        await until(lambda: self.is_ready(name), f"{name} is ready: {self.status(name)}")
        return self.status(name)

    async def gone(self, name: str) -> None:
        await until(lambda: self.get(name) is None, f"{name} is gone")

    def secret(self, name: str, **data: str) -> None:
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
        self.store.create("secrets", "default", {"metadata": {"name": name}, "data": encoded})

    def config_map(self, name: str, **data: str) -> None:
        self.store.create("configmaps", "default", {"metadata": {"name": name}, "data": data})

    def claim(self, name: str) -> Path:
        """Create a claim that is bound at once, and say where its directory will be."""
        body = {"metadata": {"name": name}, "spec": {}, "status": {"phase": "Bound"}}
        self.store.create("persistentvolumeclaims", "default", body)
        return self.state_dir / "claims" / "default" / name


def new_store() -> Store:
    store = Store()
    store.create("namespaces", None, {"metadata": {"name": "default"}})
    return store
