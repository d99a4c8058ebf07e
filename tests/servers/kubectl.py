"""Which kubectl do the tests run? The one built for the test cluster, else the machine's."""

from __future__ import annotations

import shutil
from pathlib import Path


def find_kubectl() -> Path | None:
    """The program, or None where nothing is built and kubectl is not installed."""
    from tests.cluster.build import cluster_suite

    built = cluster_suite().folder / "kubectl"
    if built.exists():
        return built
    found = shutil.which("kubectl")
    return Path(found) if found else None
