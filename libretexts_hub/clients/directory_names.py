"""At which addresses is a directory server, when the system's resolver may be silent for half a minute?

A name is asked for in a thread of its own, at most one for each server, so that those of the directory never
wait longer than they wait for a connection.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from concurrent.futures import Future
from typing import Any

Address = tuple[Any, ...]  # as socket.getaddrinfo gives it


class NameNotResolvedError(OSError):
    """The name has no address, or nobody said it in time. The text is for the log."""


class ServerNames:
    """The addresses of servers. The last ones are kept for when the resolver is away.

    May be called from several threads. It blocks for `seconds` at most.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._asked: dict[tuple[str, int], Future[list[Address]]] = {}
        self._known: dict[tuple[str, int], list[Address]] = {}

    def addresses(self, host: str, port: int) -> list[Address]:
        """Where this server is now, or was the last time. Raises NameNotResolvedError."""
        if _is_address(host):
            return _resolve(host, port)
        key = (host, port)
        try:
            found = self._question(key).result(self._seconds)
        except (TimeoutError, OSError, UnicodeError) as error:
            with self._lock:
                known = self._known.get(key)
            # A name that is gone is gone; a resolver that is away says nothing about the name.
            if known and not _says_no(error):
                return known
            why = f"no answer after {self._seconds:.0f} s" if isinstance(error, TimeoutError) else str(error)
            raise NameNotResolvedError(f"the name {host:.100} is not resolved: {why}") from None
        with self._lock:
            self._known[key] = found
        return found

    def _question(self, key: tuple[str, int]) -> Future[list[Address]]:
        with self._lock:
            if key in self._asked:
                return self._asked[key]
            answer = self._asked[key] = Future()
        # A daemon: the end of the hub does not wait for a resolver.
        threading.Thread(target=self._ask, args=(key, answer), name="directory-name", daemon=True).start()
        return answer

    def _ask(self, key: tuple[str, int], answer: Future[list[Address]]) -> None:
        try:
            found = _resolve(*key)
        except Exception as error:  # whoever waits gets it
            self._forget(key)
            answer.set_exception(error)
        else:
            self._forget(key)
            answer.set_result(found)

    def _forget(self, key: tuple[str, int]) -> None:
        with self._lock:
            del self._asked[key]


def _resolve(host: str, port: int) -> list[Address]:
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _says_no(error: BaseException) -> bool:
    return isinstance(error, UnicodeError) or (
        isinstance(error, socket.gaierror) and error.errno != socket.EAI_AGAIN
    )
