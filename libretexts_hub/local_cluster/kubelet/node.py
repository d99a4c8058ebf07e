"""What do all pods of the one node share?"""

from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from libretexts_hub.local_cluster.kubelet.addresses import LOCALHOST, Addresses
from libretexts_hub.local_cluster.kubelet.backoff import BackOff
from libretexts_hub.local_cluster.kubelet.claims import Claims
from libretexts_hub.local_cluster.kubelet.events import Events
from libretexts_hub.local_cluster.kubelet.images import Images
from libretexts_hub.local_cluster.kubelet.strays import StraySweep
from libretexts_hub.local_cluster.kubelet.timing import Timing
from libretexts_hub.local_cluster.store import Store

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

    @property
    def pods_folder(self) -> Path:
        """Where each pod has its directory, `<uid>`."""
        return self.state_dir / "pods"
