"""How does a command or a test speak to the supervisor of a running cluster?"""

import json
import socket
import struct
from pathlib import Path

from libretexts_hub.errors import SetupError
from tests.cluster.supervisor import SOCKET


def ask(folder: Path, do: str, name: str | None = None) -> dict:
    """Send one request; the answer says which components run. Raises OSError when nobody listens, else
    SetupError."""
    request = {"do": do} if name is None else {"do": do, "name": name}
    with _connect(folder) as connection, connection.makefile("rw") as stream:
        stream.write(json.dumps(request) + "\n")
        stream.flush()
        answer = json.loads(stream.readline() or '{"error": "it ended without an answer"}')
    if "error" in answer:
        raise SetupError(
            f"The cluster's supervisor could not {do} {name or ''}: {answer['error']}",
            where=f"{folder}/logs/supervisor.log",
            fix="Run `make cluster-down`, then `make cluster`.",
        )
    return answer


def process_id(folder: Path) -> int:
    """The supervisor's process number as this side sees it: the kernel translates it between PID
    namespaces."""
    with _connect(folder) as connection:
        size = struct.calcsize("3i")
        pid, _, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return pid


def _connect(folder: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(60)
    try:
        connection.connect(str(folder / SOCKET))
    except OSError:
        connection.close()
        raise
    return connection
