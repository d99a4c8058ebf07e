"""Does the embedded cluster start, stop and restart as a program, and say in one sentence why it cannot?"""

import asyncio
import json
import os
import signal
import socket
import stat
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from kubernetes_asyncio import client, config
from kubernetes_asyncio import watch as kubernetes_watch

from libretexts_hub.errors import SetupError
from libretexts_hub.local_cluster.cluster import LocalCluster
from tests.local_cluster.api_harness import PATIENCE_SECONDS, claim, config_map, pod, until

SIMULATED = {"*": {"simulated": {"ready_after": 0.01}}}


@dataclass
class Program:
    """A running program, and what it said."""

    process: asyncio.subprocess.Process
    url: str
    kubeconfig: Path

    async def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), PATIENCE_SECONDS)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "libretexts_hub.local_cluster", *arguments]


@asynccontextmanager
async def program(folder: Path, *arguments: str) -> AsyncIterator[Program]:
    """The program, once it says that it is ready."""
    line = command("--state-dir", str(folder), *arguments)
    process = await asyncio.create_subprocess_exec(*line, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout
        said = (await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)).decode().split()
        assert said[0] == "ready"
        yield Program(process, said[1], Path(said[2]))
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def outcome(*arguments: str) -> tuple[int, str]:
    """The exit code of a program that cannot start, and what it wrote to stderr."""
    process = await asyncio.create_subprocess_exec(*command(*arguments), stderr=asyncio.subprocess.PIPE)
    _, errors = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    return process.returncode or 0, errors.decode()


@asynccontextmanager
async def kubernetes(kubeconfig: Path) -> AsyncIterator[client.CoreV1Api]:
    await config.load_kube_config(str(kubeconfig))
    async with client.ApiClient() as connection:
        yield client.CoreV1Api(connection)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "INT"])
async def test_it_starts_and_ends(tmp_path: Path, number: int) -> None:
    async with program(tmp_path / "state") as running:
        assert stat.S_IMODE(running.kubeconfig.stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "state" / "token").stat().st_mode) == 0o600
        port = int(running.url.rpartition(":")[2])
        assert await running.end(number) == 0
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    async with program(tmp_path / "state") as running:
        port = int(running.url.rpartition(":")[2])
        with socket.socket() as other:  # nobody else has the port on other addresses
            other.bind(("127.0.0.2", port))


async def test_objects_outlive_it_and_pods_do_not(tmp_path: Path) -> None:
    images = tmp_path / "images.json"
    images.write_text(json.dumps(SIMULATED))
    folder = tmp_path / "state"
    async with program(folder, "--images", str(images)) as running, kubernetes(running.kubeconfig) as api:
        await api.create_namespaced_persistent_volume_claim("default", claim())
        await api.create_namespaced_secret("default", {"metadata": {"name": "s"}, "stringData": {"a": "b"}})
        await api.create_namespaced_pod("default", pod())
        before = (await api.read_namespaced_secret("s", "default")).metadata
        assert await running.end() == 0
    assert stat.S_IMODE((folder / "objects.json").stat().st_mode) == 0o600
    async with program(folder, "--images", str(images)) as running, kubernetes(running.kubeconfig) as api:
        assert (await api.read_namespaced_persistent_volume_claim("c", "default")).status.phase == "Bound"
        after = await api.read_namespaced_secret("s", "default")
        assert (after.metadata.uid, after.data) == (before.uid, {"a": "Yg=="})
        assert (await api.list_namespaced_pod("default")).items == []
        made = await api.create_namespaced_config_map("default", config_map())
        assert int(made.metadata.resource_version) > int(before.resource_version)


async def test_what_was_written_survives_a_kill(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    async with program(folder) as running, kubernetes(running.kubeconfig) as api:
        await api.create_namespaced_config_map("default", config_map())
        await until(lambda: is_saved(folder / "objects.json", "configmaps"), "nothing was saved")
        running.process.kill()
        await running.process.wait()
    async with program(folder) as running, kubernetes(running.kubeconfig) as api:
        assert (await api.read_namespaced_config_map("m", "default")).data == {"a": "1"}


def is_saved(file: Path, resource: str) -> bool:
    return file.exists() and bool(json.loads(file.read_text())["objects"].get(resource))


async def test_one_cluster_for_one_folder(tmp_path: Path) -> None:
    async with program(tmp_path / "state"):
        code, words = await outcome("--state-dir", str(tmp_path / "state"))
    assert code == 2
    assert words.count("\n") == 1
    assert "Another cluster is running with this state folder" in words
    assert str(tmp_path / "state") in words


def taken_port(_: Path) -> list[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    HELD.append(listener)
    return ["--port", str(listener.getsockname()[1])]


def broken_images(folder: Path) -> list[str]:
    (folder / "images.yaml").write_text("{a: [")
    return ["--images", str(folder / "images.yaml")]


def odd_images(folder: Path) -> list[str]:
    (folder / "images.json").write_text('["a"]')
    return ["--images", str(folder / "images.json")]


def broken_objects(folder: Path) -> list[str]:
    (folder / "state").mkdir()
    (folder / "state" / "objects.json").write_text("{")
    return []


def odd_objects(folder: Path) -> list[str]:
    (folder / "state").mkdir()
    objects = {"configmaps": [{"data": {}}]}
    (folder / "state" / "objects.json").write_text(
        json.dumps({"format": 1, "version": 1, "objects": objects})
    )
    return []


def certificate_is_a_folder(folder: Path) -> list[str]:
    (folder / "state" / "apiserver.crt").mkdir(parents=True)
    return []


def folder_is_a_file(folder: Path) -> list[str]:
    (folder / "state").write_text("")
    return []


HELD: list[socket.socket] = []


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(taken_port, "cannot listen", id="port in use"),
        pytest.param(
            lambda folder: ["--images", str(folder / "none")], "cannot be read", id="no images file"
        ),
        pytest.param(broken_images, "neither JSON nor YAML", id="broken images file"),
        pytest.param(odd_images, "not a mapping", id="images file of another shape"),
        pytest.param(broken_objects, "saved objects cannot be read", id="broken objects"),
        pytest.param(odd_objects, "unknown format", id="odd objects"),
        pytest.param(certificate_is_a_folder, "cannot be used", id="certificate is a folder"),
        pytest.param(folder_is_a_file, "cannot be written", id="folder is a file"),
    ],
)
async def test_why_it_cannot_start(tmp_path: Path, spoil: Callable[[Path], list[str]], words: str) -> None:
    code, said = await outcome("--state-dir", str(tmp_path / "state"), *spoil(tmp_path))
    while HELD:
        HELD.pop().close()
    assert code == 2
    assert said.count("\n") == 1, said
    assert words in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o500)
    code, said = await outcome("--state-dir", str(tmp_path / "state"))
    assert (code, said.count("\n")) == (2, 1)


async def test_a_failed_start_frees_the_folder(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(SetupError):
        await LocalCluster(tmp_path, port=listener.getsockname()[1]).start()
    cluster = LocalCluster(tmp_path)
    await cluster.start()
    await cluster.stop()
    await cluster.stop()


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[LocalCluster]:
    running = LocalCluster(tmp_path, images=SIMULATED)
    await running.start()
    yield running
    await running.stop()


async def test_the_python_client_starts_a_pod(cluster: LocalCluster) -> None:
    async with kubernetes(cluster.kubeconfig) as api:
        # Asked before: a pod that runs already when the watch begins would bring no event.
        version = (await api.list_namespaced_pod("default")).metadata.resource_version
        await api.create_namespaced_pod("default", pod())
        watcher = kubernetes_watch.Watch()
        async with asyncio.timeout(PATIENCE_SECONDS):
            listing = watcher.stream(api.list_namespaced_pod, "default", resource_version=version)
            async for event in listing:
                status = event["object"].status
                if status.phase == "Running" and all(item.ready for item in status.container_statuses):
                    break
        await api.delete_namespaced_pod("p", "default", grace_period_seconds=0)
        with pytest.raises(client.ApiException) as caught:
            await api.read_namespaced_pod("p", "default")
        assert caught.value.status == 404


async def test_the_certificate_is_checked(cluster: LocalCluster) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.get(f"{cluster.url}/version")


async def run_kubectl(program: Path, cluster: LocalCluster, *arguments: str, stdin: Any = None) -> str:
    process = await asyncio.create_subprocess_exec(
        str(program), "--kubeconfig", str(cluster.kubeconfig), *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    text = json.dumps(stdin).encode() if stdin else b""
    output, _ = await asyncio.wait_for(process.communicate(text), 30)
    assert process.returncode == 0, output.decode()
    return output.decode()


@pytest.mark.kubectl
async def test_kubectl(cluster: LocalCluster, kubectl_program: Path) -> None:
    kubectl = partial(run_kubectl, kubectl_program, cluster)
    for body, kind in ((pod(), "Pod"), (claim(), "PersistentVolumeClaim"), (config_map(), "ConfigMap")):
        await kubectl("apply", "-f", "-", stdin={"apiVersion": "v1", "kind": kind, **body})
    await kubectl("wait", "--for=condition=Ready", "pod/p", "--timeout=20s")
    listed = (await kubectl("get", "pods,pvc,secrets,svc,cm,events,sa,leases,ns,nodes")).splitlines()
    assert any(line.split()[:4] == ["pod/p", "1/1", "Running", "0"] for line in listed)
    assert any(line.split()[:2] == ["persistentvolumeclaim/c", "Bound"] for line in listed)
    assert "kind: ConfigMap" in await kubectl("get", "cm", "m", "-o", "yaml")
    assert "Successfully assigned default/p" in await kubectl("describe", "pod", "p")
    await kubectl("logs", "p")
    assert "yes" in await kubectl("auth", "can-i", "create", "pods")
    assert 'pod "p" deleted' in await kubectl("delete", "pod", "p")
    assert "No resources found" in await kubectl("get", "pods")
