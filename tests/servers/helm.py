"""Which helm do the tests run? The one built beside the test cluster, else the machine's."""

from __future__ import annotations

import shutil
from pathlib import Path


def find_helm() -> Path | None:
    """The program, or None where nothing is built and helm is not installed."""
    from tests.cluster.build import helm_suite

    built = helm_suite().folder / "helm"
    if built.exists():
        return built
    found = shutil.which("helm")
    return Path(found) if found else None
