"""Where does a benchmark on a real API server get pods that cost nothing?"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.servers.target import real_target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.target import Target

NODES = 4


@contextmanager
def real_cluster(pod_seconds: float) -> Iterator[tuple[Target, dict[str, Any] | None]]:
    """The running cluster, and the traits that send a pod to a simulated node; None where there can be none.

    Ends with exit code 2 when no cluster runs.
    """
    target = real_target()
    if target is None:
        print("No real cluster runs here. Start one with `make cluster`.", file=sys.stderr)
        raise SystemExit(2)
    from tests.cluster.running import running_cluster
    from tests.cluster.simulated_nodes import TAINT, simulated_nodes

    info = running_cluster()
    if info.run is None:
        yield target, None
        return
    toleration = {"key": TAINT["key"], "operator": "Exists", "effect": TAINT["effect"]}
    placement = {"KubeSpawner.node_selector": {"type": "kwok"}, "KubeSpawner.tolerations": [toleration]}
    with simulated_nodes(info, NODES, ready_seconds=pod_seconds):
        yield target, placement
