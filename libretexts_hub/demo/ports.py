"""Which ports of the loopback interface are free?"""

import errno
import socket
from contextlib import ExitStack

from libretexts_hub.errors import SetupError

LOOPBACK = "127.0.0.1"


def free_ports(count: int) -> list[int]:
    """So many different ports that nobody listens on now. They can be taken before they are used."""
    with ExitStack() as open_sockets:
        return [open_sockets.enter_context(_bound(0)).getsockname()[1] for _ in range(count)]


def require_free(port: int) -> None:
    """Raises SetupError when the port can't be had."""
    try:
        _bound(port).close()
    except OSError as error:
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"can't be used: {error.strerror}"
        fix = "Stop what uses it, name another --port, or leave --port out and a free one is chosen."
        raise SetupError(f"Port {port} {reason}", where=LOOPBACK, fix=fix) from error


def is_open(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def _bound(port: int) -> socket.socket:
    listener = socket.socket()
    # As servers do: connections of the last run in TIME_WAIT don't count (Linux; a live listener still does).
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(1)
    except OSError:
        listener.close()
        raise
    return listener
