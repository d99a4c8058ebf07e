"""Does a cluster leave nothing behind, also when it or the command that starts it is killed?

Each case runs a second cluster beside the one of `make cluster`: namespaces of their own keep them apart.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster import build, cgroups, control, manifest, paths, pods, processes
from tests.cluster.info import own_cluster
from tests.cluster.launcher import READY
from tests.cluster.run import MARKER, Run

pytestmark = [pytest.mark.real_cluster, pytest.mark.timeout(240)]


class Machine:
    """A cache folder with the machine's builds and images, but with runs of its own."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        for entry in paths.cache_dir().iterdir():
            if entry.name.startswith(("kubernetes-", "images")):
                (cache / entry.name).symlink_to(entry)

    def command(self, verb: str) -> subprocess.Popen:
        """`python -m tests.cluster VERB`, started."""
        variables = {**os.environ, "LIBRETEXTS_HUB_CACHE": str(self.cache)}
        variables.pop("LIBRETEXTS_HUB_KUBECONFIG", None)
        command = [sys.executable, "-m", "tests.cluster", verb]
        return subprocess.Popen(command, cwd=paths.CHECKOUT, env=variables, stderr=subprocess.PIPE, text=True)

    def finish(self, verb: str) -> None:
        """The verb, done and successful."""
        process = self.command(verb)
        _, errors = process.communicate(timeout=180)
        assert process.returncode == 0, errors

    def run_folder(self) -> Path | None:
        """The folder of the one run, as soon as there is one."""
        return next(iter((self.cache / "cluster").glob("*")), None)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    if not build.is_built(build.cluster_suite()):
        pytest.skip("nothing is built yet: run make cluster")
    made = Machine(tmp_path)
    yield made
    made.finish("down")


def leftovers(run_id: str, pids: list[int]) -> dict[str, list]:
    """What on this machine still belongs to the run."""
    links = subprocess.run(["ip", "-brief", "link"], capture_output=True, text=True, check=True).stdout
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    return {
        "processes": [pid for pid in pids if processes.start_time(pid) is not None],
        "marked": processes.with_marker(MARKER, run_id),
        "links": [line for line in links.splitlines() if run_id in line],
        "mounts": [line for line in mounts if run_id in line],
        "cgroups": cgroups.remaining(f"libretexts-hub-{run_id}"),
    }


def firewall() -> list[str]:
    """The machine's packet filter, without counters and dates."""
    saved = subprocess.run(["/usr/sbin/iptables-save"], capture_output=True, text=True, check=False).stdout
    return [line for line in saved.splitlines() if not line.startswith(("#", ":"))]


def start_with_pod(machine: Machine) -> tuple[str, list[int]]:
    """A whole cluster with a running pod and a bound claim; its id and every process in it."""
    machine.finish("up")
    folder = machine.run_folder()
    assert folder is not None
    assert (folder / READY).exists()
    cluster = own_cluster(folder)
    api = cluster.api()
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
    claims = "/api/v1/namespaces/default/persistentvolumeclaims"
    api.create(claims, {"metadata": {"name": "home"}, "spec": claim})
    volume = {"name": "home", "persistentVolumeClaim": {"claimName": "home"}}
    mount = {"volumeMounts": [{"name": "home", "mountPath": "/home/jovyan"}]}
    pod = pods.shell_pod("stays", cluster.shell_image, "exec sleep 3600", volumes=[volume], container=mount)
    api.create("/api/v1/namespaces/default/pods", pod)
    pods.wait_for_pod(api, "default", "stays", pods.phase_is("Running"))
    return folder.name, processes.in_namespace_of(control.process_id(folder))


def crash(machine: Machine) -> None:
    """The supervisor dies without a word."""
    folder = machine.run_folder()
    assert folder is not None
    os.kill(control.process_id(folder), signal.SIGKILL)


@pytest.mark.parametrize(
    "before",
    [pytest.param(lambda _: None, id="in good order"), pytest.param(crash, id="after a crash")],
)
def test_down_leaves_nothing(machine: Machine, before: Callable[[Machine], None]):
    rules = firewall()
    run_id, pids = start_with_pod(machine)
    assert len(pids) > 10
    assert firewall() == rules, "the cluster's rules belong into its own network namespace"
    before(machine)
    machine.finish("down")
    assert not any(leftovers(run_id, pids).values()), leftovers(run_id, pids)
    assert machine.run_folder() is None
    assert firewall() == rules


@pytest.mark.parametrize("lines", [1, 3, 5, 8])
def test_a_start_that_is_killed_is_cleaned_up(machine: Machine, lines: int):
    """Killed as soon as the manifest has so many lines: at the folder, cgroups, marker, processes."""
    starting = machine.command("up")

    def far_enough() -> bool:
        folder = machine.run_folder()
        return folder is not None and len(manifest.read(folder)) >= min(lines, 6)

    assert processes.wait_until(far_enough, 60, pause=0.001)
    starting.kill()
    starting.communicate()
    folder = machine.run_folder()
    assert folder is not None
    machine.finish("down")
    assert not any(leftovers(folder.name, []).values()), leftovers(folder.name, [])
    assert machine.run_folder() is None


def test_another_process_with_the_same_number_is_left_alone():
    with subprocess.Popen(["sleep", "60"]) as stranger:
        began = processes.start_time(stranger.pid)
        assert began is not None
        assert processes.kill(stranger.pid, started=began - 1)
        assert stranger.poll() is None
        assert processes.kill(stranger.pid, started=began)
        assert stranger.wait() == -signal.SIGKILL


def test_a_manifest_line_cut_short_is_not_read(tmp_path: Path):
    manifest.record(tmp_path, "folder", path="/nowhere")
    with (tmp_path / manifest.NAME).open("a") as file:
        file.write('{"kind": "li')
    assert manifest.read(tmp_path) == [{"kind": "folder", "path": "/nowhere"}]


def test_every_name_fits_where_the_kernel_wants_it():
    run = Run("abcdef", "10.99.0.0/16", "/programs", "/cni")
    assert len(run.link) <= 15
    assert (run.host_address, run.node_address) == ("10.99.255.1", "10.99.255.2")
