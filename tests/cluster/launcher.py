"""How does the cluster come up: which part waits for which, and when is it ready?"""

import json
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from libretexts_hub.errors import SetupError
from tests.cluster import (
    cgroups,
    control,
    credentials,
    manifest,
    paths,
    processes,
    registry,
    settings,
    volumes,
)
from tests.cluster.api import Api, ApiError
from tests.cluster.images import Image
from tests.cluster.prerequisites import last_line, program
from tests.cluster.progress import Progress
from tests.cluster.run import NODE, Run, environment
from tests.cluster.supervisor import MOUNT_POINTS, SOCKET

READY = "ready.json"


def launch(run: Run, images: list[Image], progress: Progress) -> None:
    """Bring the cluster up; when this returns a pod can be made. Raises SetupError with the log of what
    failed."""
    _prepare(run)
    _start_supervisor(run)
    progress("namespaces and network are there")
    for name in ("etcd", "registry", "containerd", "kube-apiserver"):
        control.ask(run.folder, "start", name)
    pushing = _Pushing(run, images)
    pushing.start()
    wait_for_api_server(run)
    api = credentials.api_as(run, "admin")
    progress("the API server answers")
    api.create("/apis/storage.k8s.io/v1/storageclasses", volumes.STORAGE_CLASS, may_exist=True)
    for name in ("kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "volumes"):
        control.ask(run.folder, "start", name)
    wait_for(run, "the images in the registry", lambda: not pushing.is_alive(), seconds=120)
    pushing.result()
    progress("the images are in the registry")
    wait_for(run, "the node to be Ready", lambda: is_node_ready(api, NODE), seconds=90)
    wait_for(
        run,
        "service accounts",
        lambda: _exists(api, "/api/v1/namespaces/default/serviceaccounts/default"),
        30,
    )
    _write_ready(run, images)


def wait_for_api_server(run: Run) -> None:
    """Until it says that it is ready. Raises SetupError when it dies or takes longer than a minute."""
    api = credentials.api_as(run, "admin")
    wait_for(run, "the API server", lambda: _answers(api), seconds=60)


def wait_for(run: Run, what: str, condition: Callable[[], bool], seconds: float) -> None:
    """Wait for `condition()`. Raises SetupError as soon as a component has died, or when the time is over."""
    dead: dict[str, int] = {}

    def over() -> bool:
        dead.update(control.ask(run.folder, "status")["ended"])
        return bool(dead) or condition()

    done = processes.wait_until(over, seconds, pause=0.1)
    for name, code in dead.items():
        log = run.folder / "logs" / f"{name}.log"
        raise SetupError(
            f"{name} ended with code {code}: {last_line(log.read_text(errors='replace'))[:300]}",
            where=str(log),
            fix="Read the log; `make cluster-down` cleans up.",
        )
    if not done:
        raise SetupError(
            f"Waited {seconds:.0f} s in vain for {what}",
            where=f"{run.folder}/logs",
            fix="Read the logs; `make cluster-down` cleans up.",
        )


def is_node_ready(api: Api, name: str) -> bool:
    """Whether the node is there and its Ready condition is True."""
    try:
        conditions = api.get(f"/api/v1/nodes/{name}").get("status", {}).get("conditions", [])
    except ApiError:
        return False
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)


def _prepare(run: Run) -> None:
    """Note in the manifest all that will be made, then make what does not need the namespaces."""
    if len(str(run.folder / SOCKET)) > 107:
        raise SetupError(
            "The path of the cache is too long for a socket below it (unix(7): 107 bytes)",
            where=str(paths.cache_dir()),
            fix="Name a shorter folder in LIBRETEXTS_HUB_CACHE.",
        )
    paths.runs_dir().mkdir(parents=True, exist_ok=True)
    run.folder.mkdir(mode=0o700)
    manifest.record(run.folder, "folder", path=str(run.folder))
    for point in MOUNT_POINTS:
        if not Path(point).exists():
            manifest.record(run.folder, "empty_folder", path=point)
            Path(point).mkdir()
    manifest.record(run.folder, "cgroup", name=run.cgroup)
    manifest.record(run.folder, "link", name=run.link)
    manifest.record(run.folder, "marker", run=run.id)
    (run.folder / "logs").mkdir()
    run.save()
    credentials.make(run)
    settings.write_settings(run)
    cgroups.make(run.cgroup)


def _start_supervisor(run: Run) -> None:
    command = [
        program("unshare"),
        "--pid",
        "--fork",
        "--kill-child=SIGKILL",
        "--mount-proc",
        "--mount",
        "--net",
        "--",
    ]
    with (run.folder / "logs" / "supervisor.log").open("ab") as log:
        outer = subprocess.Popen(
            [*command, sys.executable, "-m", "tests.cluster.supervisor", str(run.folder)],
            cwd=paths.CHECKOUT,
            env={**environment(run), "PYTHONPATH": str(paths.CHECKOUT)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _record_process(run, outer.pid)
    listening = processes.wait_until(lambda: _listens(run) or outer.poll() is not None, seconds=30)
    if not listening or outer.poll() is not None:
        text = (run.folder / "logs" / "supervisor.log").read_text()
        raise SetupError(
            f"The cluster's namespaces could not be made: {last_line(text)}",
            where="unshare --pid --mount --net",
            fix="In a container, run it privileged; or set LIBRETEXTS_HUB_KUBECONFIG.",
        )
    inner = control.process_id(run.folder)
    _record_process(run, inner)
    _connect_network(run, inner)


def _record_process(run: Run, pid: int) -> None:
    started = processes.start_time(pid)
    if started is not None:
        manifest.record(run.folder, "process", pid=pid, start_time=started)


def _connect_network(run: Run, inner: int) -> None:
    """Lay the cable into the network namespace of process `inner`, and a route to all that is behind it."""
    for words in (
        ["link", "add", run.link, "type", "veth", "peer", "name", "eth0", "netns", str(inner)],
        ["address", "add", f"{run.host_address}/30", "dev", run.link],
        ["link", "set", run.link, "up"],
    ):
        subprocess.run([program("ip"), *words], check=True)
    control.ask(run.folder, "network")
    subprocess.run([program("ip"), "route", "add", run.network, "via", run.node_address], check=True)


class _Pushing(threading.Thread):
    """Sends the images to the registry while the rest starts."""

    def __init__(self, run: Run, images: list[Image]) -> None:
        super().__init__(daemon=True)
        self.run_names, self.images, self.error = run, images, None

    def run(self) -> None:
        try:
            address = self.run_names.registry
            processes.wait_until(lambda: _registry_answers(address), seconds=30)
            for image in self.images:
                registry.push(image, address)
        except OSError as error:
            self.error = error

    def result(self) -> None:
        """Raises SetupError when an image did not get there."""
        if self.error is not None:
            raise SetupError(
                f"The images could not be pushed: {self.error}",
                where=f"{self.run_names.folder}/logs/registry.log",
                fix="Read the log; `make cluster-down` cleans up.",
            )


def _write_ready(run: Run, images: list[Image]) -> None:
    """The last file of the start: its presence says that the cluster is up."""
    references = {image.repository: image.reference(run.registry) for image in images}
    unfinished = run.folder / f".{READY}"
    unfinished.write_text(json.dumps({"images": references}))
    unfinished.rename(run.folder / READY)


def _listens(run: Run) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(run.folder / SOCKET)) == 0


def _answers(api: Api) -> bool:
    try:
        return api.text("/readyz") == "ok"
    except (ApiError, OSError):
        return False


def _exists(api: Api, path: str) -> bool:
    try:
        return bool(api.get(path))
    except ApiError:
        return False


def _registry_answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{address}/v2/", timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False
