"""Where do tests get a real Kubernetes? `make cluster` starts it, `running_cluster()` says where it is."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cluster.info import ClusterInfo


def running_cluster() -> "ClusterInfo | None":
    """The cluster that tests may use, or None. Raises SetupError when the named one does not answer."""
    # Imported late: modules of this package run as programs of their own (`python -m tests.cluster.volumes`).
    from tests.cluster import running

    return running.running_cluster()
