"""Which port may a server take that is told its port, and gets the same one again after a restart?"""

from __future__ import annotations

import random
import socket

# Below the ports that Linux gives to outgoing connections (net.ipv4.ip_local_port_range starts at 32768):
# else somebody's connection could sit on the port of a hub that is being restarted.
_CANDIDATES = range(20000, 32000)


def free_port(address: str = "127.0.0.1") -> int:
    """A port of `address` on which nothing listens now. The hub and its proxy can't be started on port 0."""
    for port in random.sample(_CANDIDATES, k=200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"200 ports of {address} were tried and none was free")
