"""Is there a real cluster that tests may use, and which?"""

import os
from pathlib import Path

from tests.cluster import teardown
from tests.cluster.foreign import VARIABLE
from tests.cluster.info import ClusterInfo, foreign_cluster, own_cluster
from tests.cluster.launcher import READY


def running_cluster() -> ClusterInfo | None:
    """The cluster that LIBRETEXTS_HUB_KUBECONFIG names, else the one that `make cluster` started, else None.

    Raises SetupError when the one that is named does not answer.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return foreign_cluster(Path(named))
    for folder in teardown.runs():
        if (folder / READY).exists():
            return own_cluster(folder)
    return None
