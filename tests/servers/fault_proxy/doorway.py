"""Is the server's port open, refusing or resetting? The port number stays ours in all three."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl

ProtocolFactory = Callable[[], asyncio.BaseProtocol]


def reset(transport: Any) -> None:
    """Break a connection with an RST, so that the other end reads ECONNRESET (linger 0, see socket(7))."""
    if transport is None:
        return
    sock = transport.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class _Slam(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        reset(transport)


class Doorway:
    """A listening address that can be shut and opened again on the same port.

    A second socket stays bound to the port without listening, so nobody else is given it while the door is
    shut (Linux lets several SO_REUSEADDR sockets bind one port as long as only one of them listens).
    """

    def __init__(
        self,
        factory: ProtocolFactory,
        *,
        host: str,
        port: int,
        tls: ssl.SSLContext | None,
        abort_all: Callable[[], None],
    ) -> None:
        self._factory = factory
        self._tls = tls
        self._abort_all = abort_all
        self._server: asyncio.Server | None = None
        self._reservation = self._bound(host, port)
        self.host, self.port = self._reservation.getsockname()[:2]
        self.state = "shut"

    @staticmethod
    def _bound(host: str, port: int) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setblocking(False)
        try:
            sock.bind((host, port))
        except OSError:
            sock.close()
            raise
        return sock

    async def _listen(self, factory: ProtocolFactory, tls: ssl.SSLContext | None) -> None:
        self._stop_listening()
        sock = self._bound(self.host, self.port)
        self._server = await asyncio.get_running_loop().create_server(
            factory, sock=sock, ssl=tls, backlog=1024
        )

    def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def open(self) -> None:
        """Serve."""
        await self._listen(self._factory, self._tls)
        self.state = "open"

    async def refuse(self) -> None:
        """New connections get ECONNREFUSED; those that stood are reset."""
        self._stop_listening()
        self._abort_all()
        self.state = "refuse"

    async def slam(self) -> None:
        """New connections are accepted and reset; those that stood are reset."""
        await self._listen(_Slam, None)
        self._abort_all()
        self.state = "reset"

    def close(self) -> None:
        """Give the port back."""
        self._stop_listening()
        self._reservation.close()
        self.state = "shut"
