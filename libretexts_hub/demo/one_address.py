"""How do servers share one address, where a machine has no 127.x.y.z for each of them?"""

from typing import Any

from libretexts_hub.demo.ports import free_ports


def hook(spawner: Any) -> None:
    """The operator's `pre_spawn_hook` of the demo: a free port for each server."""
    spawner.port = free_ports(1)[0]
