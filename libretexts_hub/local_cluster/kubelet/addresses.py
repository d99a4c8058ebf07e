"""Which IP address does a pod get? One of its own in 127.0.0.0/8 on Linux; 127.0.0.1 for all elsewhere."""

import errno
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from libretexts_hub.errors import SetupError

LOCALHOST = "127.0.0.1"
# UDP, on the port where a node's kubelet would listen with TCP: no pod is likely to want it.
RESERVATION_PORT = 10250


@dataclass
class Address:
    """A pod's address. While it is held no other embedded cluster on this machine takes it."""

    ip: str
    reservation: socket.socket | None = None

    def release(self) -> None:
        """Give the address back."""
        if self.reservation is not None:
            self.reservation.close()
            self.reservation = None


class Addresses:
    """Hands out loopback addresses, each for one pod at a time.

    Only Linux answers on all of 127.0.0.0/8; on other systems, and with `one_address`, every pod has
    127.0.0.1 and the operator gives each server a port of its own. An address is reserved by a bound UDP
    socket: the reservation ends with this process, however that ends. Clusters start at different places
    (`seed`), and an address is used again only after all others, so that a late client does not meet
    another pod.
    """

    def __init__(self, seed: str, *, one_address: bool = False) -> None:
        self._shared = one_address or not _has_loopback_range()
        self._candidates = _candidates(int.from_bytes(sha256(seed.encode()).digest()[:4]))

    def take(self) -> Address:
        """A free address. SetupError when there is none."""
        if self._shared:
            return Address(LOCALHOST)
        for _ in range(254 * 254):
            ip = next(self._candidates)
            reservation = _reserve(ip)
            if reservation is not None:
                return Address(ip, reservation)
        raise SetupError(
            "Every loopback address is taken",
            where="127.0.0.0/8",
            fix="End other embedded clusters on this machine, or start with --one-address.",
        )


def _candidates(start: int) -> Iterator[str]:
    # 127.0.x.y is left out: localhost itself and, on Debian, the host name and the local resolver live there.
    network = 1 + start % 254
    position = start // 254
    while True:
        third, fourth = divmod(position % (254 * 254), 254)
        yield f"127.{network}.{third + 1}.{fourth + 1}"
        position += 1


def _reserve(ip: str) -> socket.socket | None:
    reservation = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        reservation.bind((ip, RESERVATION_PORT))
    except OSError as error:
        reservation.close()
        if error.errno in (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES):
            return None
        raise
    return reservation


def _has_loopback_range() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind(("127.254.254.254", 0))
        except OSError:
            return False
    return True
