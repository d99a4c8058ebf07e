"""What do the containers of one pod share?"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from libretexts_hub.local_cluster.kubelet.environment import EnvironmentSource
from libretexts_hub.local_cluster.kubelet.node import HOST_IP, Node
from libretexts_hub.local_cluster.kubelet.objects import NamespaceObjects
from libretexts_hub.local_cluster.store import Object

DEFAULT_GRACE_SECONDS = 30


@dataclass
class PodContext:
    """A pod while it is on the node. `stopping` is set when nothing of it may be started any more."""

    node: Node
    pod: Object
    publish: Callable[[], None] = lambda: None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    volumes: dict[str, Path] = field(default_factory=dict)
    pod_ip: str = ""

    @property
    def namespace(self) -> str:
        """The pod's namespace."""
        return str(self.pod["metadata"]["namespace"])

    @property
    def name(self) -> str:
        """The pod's name."""
        return str(self.pod["metadata"]["name"])

    @property
    def uid(self) -> str:
        """The pod's uid."""
        return str(self.pod["metadata"]["uid"])

    @property
    def full_name(self) -> str:
        """As the kubelet's messages name a pod."""
        return f"{self.name}_{self.namespace}({self.uid})"

    @property
    def folder(self) -> Path:
        """The pod's directory; a uid is made by the store, so it is a name."""
        return self.node.pods_folder / self.uid

    @property
    def restart_policy(self) -> str:
        """Always, OnFailure or Never."""
        return str(self.pod["spec"].get("restartPolicy") or "Always")

    @property
    def grace_seconds(self) -> float:
        """How long the pod may take to end when nobody says otherwise."""
        stated = self.pod["spec"].get("terminationGracePeriodSeconds")
        return float(DEFAULT_GRACE_SECONDS if stated is None else stated)

    @property
    def objects(self) -> NamespaceObjects:
        """The Secrets and ConfigMaps that the pod may read."""
        return NamespaceObjects(self.node.store, self.namespace)

    def environment(self) -> EnvironmentSource:
        """Where the pod's containers get their variables from."""
        return EnvironmentSource(self.pod, self.objects, self.pod_ip, HOST_IP)
