"""How do tests make the real cluster behave badly: no API server for a while, a history that is gone?"""

import contextlib
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

from tests.cluster import control, launcher, paths
from tests.cluster.info import ClusterInfo
from tests.cluster.prerequisites import program

ETCD = "http://127.0.0.1:2379"


def stop_component(cluster: ClusterInfo, name: str) -> None:
    """Kill one component, `kube-apiserver` for example; all others and all pods go on."""
    control.ask(cluster.own_run(f"stopping {name}").folder, "stop", name)


def start_component(cluster: ClusterInfo, name: str) -> None:
    """Start it again; the API server is waited for."""
    run = cluster.own_run(f"starting {name}")
    control.ask(run.folder, "start", name)
    if name == "kube-apiserver":
        launcher.wait_for_api_server(run)


@contextlib.contextmanager
def api_server_down(cluster: ClusterInfo) -> Iterator[None]:
    """Nobody reaches the API server within the block; it is back at the end, however the block ends."""
    stop_component(cluster, "kube-apiserver")
    try:
        yield
    finally:
        start_component(cluster, "kube-apiserver")


def compact(cluster: ClusterInfo) -> int:
    """Forget every past version, so that a watch from an old one gets 410 Gone; returns etcd's revision.

    The API server is restarted, because it would answer from the events it has in memory.
    """
    run = cluster.own_run("compaction")
    command = [program("nsenter"), "--target", str(control.process_id(run.folder)), "--net", "--"]
    environment = {**os.environ, "PYTHONPATH": str(paths.CHECKOUT)}
    done = subprocess.run(
        [*command, sys.executable, "-m", "tests.cluster.faults"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    with api_server_down(cluster):
        pass
    return int(done.stdout)


def _ask_etcd(path: str, body: dict) -> dict:
    """etcd's gRPC gateway (etcd.io/docs/v3.6/dev-guide/api_grpc_gateway); JSON has its 64-bit numbers as
    strings."""
    request = urllib.request.Request(f"{ETCD}/v3/{path}", json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def main() -> None:
    """Within the cluster's network namespace, where etcd listens: compact to the present revision, print
    it."""
    revision = _ask_etcd("kv/range", {"key": "AA=="})["header"]["revision"]
    _ask_etcd("kv/compaction", {"revision": revision, "physical": True})
    print(revision)


if __name__ == "__main__":
    main()
