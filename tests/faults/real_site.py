"""On which hub are faults of the real cluster tried? One whose people are on simulated nodes (KWOK)."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.cluster.running import running_cluster
from tests.cluster.simulated_nodes import TAINT, simulated_nodes
from tests.faults.site import Site, faulty_site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.servers.target import Target

NODES = 2
# A pod leaves a node that failed after a second, where Kubernetes waits for five minutes unless told.
LEAVES = [
    {
        "key": f"node.kubernetes.io/{state}",
        "operator": "Exists",
        "effect": "NoExecute",
        "tolerationSeconds": 1,
    }
    for state in ("not-ready", "unreachable")
]


@asynccontextmanager
async def real_faulty_site(target: Target, folder: Path) -> AsyncIterator[Site]:
    """A hub and two nodes, which are gone at the end."""
    cluster = running_cluster()
    tolerations = [{"key": TAINT["key"], "operator": "Exists", "effect": TAINT["effect"]}, *LEAVES]
    with simulated_nodes(cluster, NODES):
        more = {
            "KubeSpawner.node_selector": {"type": "kwok"},
            "KubeSpawner.tolerations": tolerations,
            "KubeSpawner.delete_grace_period": 1,
            "LibreTextsSpawner.databases": {},
            # Longer than an API server needs to start on a busy machine.
            "KubeSpawner.k8s_api_request_retry_timeout": 90,
            "Spawner.start_timeout": 180,
        }
        async with faulty_site(target, folder, more) as site:
            yield site
