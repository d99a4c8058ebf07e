"""Which API server does a test run against? The same suite runs on the embedded and on a real one."""

from __future__ import annotations

import base64
import json
import os
import secrets
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
# What the embedded cluster runs for an image: the counterpart of what tests/cluster builds for the real one.
EMBEDDED_IMAGES = {
    "localhost/shell:*": {"entrypoint": [], "cmd": ["/bin/sh"]},
    # jupyter_server refuses root without the option, and the embedded cluster knows no other uid.
    "localhost/lab:*": {"entrypoint": [], "cmd": ["{python}", "-m", "jupyterhub.singleuser", "--allow-root"]},
    "localhost/database:*": {"env": {"PATH": f"{ROOT}/tests/servers/fake_engine:/usr/bin:/bin"}},
    "localhost/simulated:*": {"simulated": {"ready_after": 0.2, "pod_ip": "127.0.0.1"}},
    # Of a fake registry, which has only the manifest.
    "127.0.0.1:*/simulated:*": {"simulated": {"ready_after": 0.2, "pod_ip": "127.0.0.1"}},
}
_START_SECONDS = 90
_STOP_SECONDS = 60


@dataclass(frozen=True)
class Target:
    """A running cluster and a namespace in it that nobody else uses."""

    name: str
    kubeconfig: Path
    server: str
    token: str
    ca_file: Path
    namespace: str
    hub_ip: str
    lab_image: str
    shell_image: str

    @property
    def is_real(self) -> bool:
        return self.name == "real"


@contextmanager
def embedded_cluster(state_dir: Path, *options: str) -> Iterator[Target]:
    """The embedded cluster as a program of its own, ended by SIGTERM; a failure shows its last words."""
    images = state_dir / "test-images.json"
    state_dir.mkdir(parents=True, exist_ok=True)
    images.write_text(json.dumps(EMBEDDED_IMAGES))
    log = state_dir / "test-stderr.log"
    command = [sys.executable, "-m", "libretexts_hub.local_cluster", "--state-dir", str(state_dir)]
    with log.open("ab") as stderr:
        process = subprocess.Popen(
            [*command, "--images", str(images), *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    try:
        server, kubeconfig = _ready_line(process, log)
        yield _embedded_target(server, Path(kubeconfig))
    finally:
        _end(process, log)


def _ready_line(process: subprocess.Popen[str], log: Path) -> tuple[str, str]:
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    deadline = time.monotonic() + _START_SECONDS
    said = ""
    while not said.endswith("\n"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the embedded cluster did not start:\n{said}{log.read_text()[-4000:]}")
        with suppress(BlockingIOError):
            said += os.read(process.stdout.fileno(), 4096).decode()
        time.sleep(0.02)
    word, server, kubeconfig = said.splitlines()[0].split(maxsplit=2)
    if word != "ready":
        raise RuntimeError(f"the embedded cluster said {said!r}")
    return server, kubeconfig


def _end(process: subprocess.Popen[str], log: Path) -> None:
    process.terminate()
    try:
        status = process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise RuntimeError(f"the embedded cluster did not end:\n{log.read_text()[-4000:]}") from None
    finally:
        if process.stdout:
            process.stdout.close()
    if status != 0:
        raise RuntimeError(f"the embedded cluster ended with {status}:\n{log.read_text()[-4000:]}")


def _embedded_target(server: str, kubeconfig: Path) -> Target:
    token, ca_file = credentials(kubeconfig)
    return Target(
        name="embedded",
        kubeconfig=kubeconfig,
        server=server,
        token=token,
        ca_file=ca_file,
        namespace="default",
        hub_ip="127.0.0.1",
        lab_image="localhost/lab:1",
        shell_image="localhost/shell:1",
    )


def credentials(kubeconfig: Path) -> tuple[str, Path]:
    """The token and the file with the server's certificate authority, from a kubeconfig that holds both."""
    loaded = yaml.safe_load(kubeconfig.read_text())
    user, cluster = loaded["users"][0]["user"], loaded["clusters"][0]["cluster"]
    token = user["token"] if "token" in user else Path(user["tokenFile"]).read_text().strip()
    if "certificate-authority" in cluster:
        return token, kubeconfig.parent / cluster["certificate-authority"]
    file = kubeconfig.parent / "ca-of-kubeconfig.pem"
    file.write_bytes(base64.b64decode(cluster["certificate-authority-data"]))
    return token, file


def real_target() -> Target | None:
    """The cluster of `make cluster` or of LIBRETEXTS_HUB_KUBECONFIG; None when there is none."""
    from tests.cluster.running import running_cluster

    info = running_cluster()
    if info is None:
        return None
    return Target(
        name="real",
        kubeconfig=Path(info.kubeconfig),
        server=info.server,
        token=info.token,
        ca_file=Path(info.ca_file),
        namespace="default",
        hub_ip=info.hub_ip,
        lab_image=info.lab_image,
        shell_image=info.shell_image,
    )


@contextmanager
def fresh_namespace(target: Target, prefix: str = "test") -> Iterator[Target]:
    """The target with a namespace of its own, in which pods can be created (its service account exists)."""
    name = f"{prefix}-{secrets.token_hex(4)}"
    document = {"metadata": {"name": name, "labels": {"libretexts.org/test": "true"}}}
    _ask(target, "POST", "/api/v1/namespaces", document)
    try:
        account = f"/api/v1/namespaces/{name}/serviceaccounts/default"
        deadline = time.monotonic() + 30
        while _ask(target, "GET", account, missing_ok=True) is None:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{target.name}: namespace {name} got no service account")
            time.sleep(0.1)
        yield replace(target, namespace=name)
    finally:
        _ask(target, "DELETE", f"/api/v1/namespaces/{name}", missing_ok=True)


def _ask(target: Target, method: str, path: str, document: Any = None, *, missing_ok: bool = False) -> Any:
    headers = {"Authorization": f"Bearer {target.token}", "Content-Type": "application/json"}
    body = None if document is None else json.dumps(document).encode()
    request = urllib.request.Request(target.server + path, body, headers, method=method)
    context = ssl.create_default_context(cafile=str(target.ca_file))
    try:
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        if missing_ok and error.code == 404:
            return None
        raise RuntimeError(f"{target.name}: {method} {path}: {error.code} {error.read().decode()}") from None
