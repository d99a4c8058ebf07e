"""What do all pods of the one node share?"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from libretexts_hub.local_cluster.kubelet.addresses import LOCALHOST, Addresses
from libretexts_hub.local_cluster.kubelet.backoff import BackOff
from libretexts_hub.local_cluster.kubelet.claims import Claims
from libretexts_hub.local_cluster.kubelet.events import Events
from libretexts_hub.local_cluster.kubelet.images import Image, Images
from libretexts_hub.local_cluster.kubelet.strays import StraySweep
from libretexts_hub.local_cluster.kubelet.timing import Timing
from libretexts_hub.local_cluster.store import Object, Store

# nodeStatusMaxImages of the kubelet's configuration.
MOST_IMAGES = 50
NODE_NAME = "local"
HOST_IP = LOCALHOST


@dataclass
class Node:
    """The machine as the pods share it: the store, the images, the directories, the back-offs."""

    store: Store
    state_dir: Path
    images: Images
    addresses: Addresses
    timing: Timing
    session: aiohttp.ClientSession
    events: Events = field(init=False)
    claims: Claims = field(init=False)
    image_backoff: BackOff = field(init=False)
    crash_backoff: BackOff = field(init=False)
    strays: StraySweep = field(init=False)

    def __post_init__(self) -> None:
        self.events = Events(self.store, NODE_NAME)
        self.claims = Claims(self.state_dir / "claims")
        self.image_backoff = BackOff(self.timing)
        self.crash_backoff = BackOff(self.timing)
        self.strays = StraySweep()

    def show_images(self, images: list[Image]) -> None:
        """Let the node's status name these images and no others."""
        self._change_images(lambda _: [{"names": image.names} for image in images])

    def add_image(self, image: Image) -> None:
        """Let the node's status name this one too, as after a pull."""
        entry: Object = {"names": image.names}
        self._change_images(lambda shown: shown if entry in shown else [*shown, entry])

    def _change_images(self, changed: Callable[[list[Object]], list[Object]]) -> None:
        def change(node: Object) -> None:
            status = node.setdefault("status", {})
            status["images"] = changed(status.get("images") or [])[-MOST_IMAGES:]

        if self.store.find("nodes", None, NODE_NAME) is not None:
            self.store.update("nodes", None, NODE_NAME, change)

    @property
    def pods_folder(self) -> Path:
        """Where each pod has its directory, `<uid>`."""
        return self.state_dir / "pods"
