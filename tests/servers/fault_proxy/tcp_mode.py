"""How do bytes pass through a TCP connection (LDAP, say), and where do the faults strike it?"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from .asked import Asked
from .doorway import reset
from .spoil import CutError

if TYPE_CHECKING:
    from .journal import Entry, Journal
    from .rules import Rule, RuleBook

_READ = 65536


class TcpProxy:
    """A connection is one request with the verb `connect`; the actions status and watch_* mean nothing here.

    when=before strikes before the server is connected, when=after once it is.
    """

    def __init__(self, host: str, port: int, rules: RuleBook, journal: Journal) -> None:
        self._host = host
        self._port = port
        self._rules = rules
        self._journal = journal
        self._tasks: set[asyncio.Task[None]] = set()
        self._clients: set[asyncio.StreamWriter] = set()

    def server(self) -> asyncio.StreamReaderProtocol:
        """The protocol of one accepted connection."""
        reader = asyncio.StreamReader()
        return asyncio.StreamReaderProtocol(reader, self._accepted)

    async def start(self) -> None:
        """Nothing to prepare; the HTTP mode has a connection pool."""

    async def close(self) -> None:
        self.abort_all()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def abort_all(self) -> None:
        """Reset every connection that a client has to us."""
        for writer in list(self._clients):
            reset(writer.transport)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._clients.add(writer)
        asked = Asked("connect", f"tcp://{self._host}:{self._port}")
        striking = self._rules.striking(asked)
        try:
            with self._journal.entry(asked) as entry:
                entry.rules = [rule.id for rule in striking]
                await self._serve(reader, writer, striking, entry)
        finally:
            self._tasks.discard(task)
            self._clients.discard(writer)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, striking: list[Rule], entry: Entry
    ) -> None:
        try:
            await _strike("before", striking)
            behind, to_server = await asyncio.open_connection(self._host, self._port)
            try:
                await _strike("after", striking)
                await _both_ways(reader, writer, behind, to_server, striking, entry)
                entry.end = "complete"
            finally:
                to_server.close()
        except (CutError, OSError) as broken:
            entry.end = "broken"
            if not (isinstance(broken, CutError) and broken.how == "close"):
                reset(writer.transport)
        finally:
            writer.close()


async def _strike(when: str, striking: list[Rule]) -> None:
    for rule in striking:
        if rule.when != when:
            continue
        if rule.action == "delay":
            await asyncio.sleep(rule.seconds)
        elif rule.action == "hang":
            await asyncio.sleep(rule.seconds or 10**9)
            raise CutError("reset")
        elif rule.action == "drop":
            raise CutError(rule.how)


async def _both_ways(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    behind: asyncio.StreamReader,
    to_server: asyncio.StreamWriter,
    striking: list[Rule],
    entry: Entry,
) -> None:
    """Until both sides have said their last; a side that only stops sending (FIN) is passed on as that."""
    async with asyncio.TaskGroup() as ways:
        ways.create_task(_copy(reader, to_server))
        ways.create_task(_copy(behind, writer, striking, entry))


async def _copy(
    source: asyncio.StreamReader,
    target: asyncio.StreamWriter,
    striking: list[Rule] | None = None,
    entry: Entry | None = None,
) -> None:
    left = next((rule.bytes for rule in striking or () if rule.action == "truncate"), None)
    slow = next((rule for rule in striking or () if rule.action == "trickle"), None)
    while piece := await source.read(_READ):
        piece = piece if left is None else piece[:left]
        for start in range(0, len(piece), slow.bytes if slow else _READ):
            target.write(piece[start : start + slow.bytes] if slow else piece)
            await target.drain()
            if slow:
                await asyncio.sleep(slow.seconds)
        if entry is not None:
            entry.bytes += len(piece)
        if left is not None:
            left -= len(piece)
            if left <= 0:
                raise CutError("close")
    with contextlib.suppress(OSError):
        target.write_eof()
