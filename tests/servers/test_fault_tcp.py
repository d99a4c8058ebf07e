"""Does the fault proxy pass bytes on before a server that is not HTTP, and strike its connections?"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.servers.faults import FaultProxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.asyncio(loop_scope="module")
module_wide = pytest_asyncio.fixture(loop_scope="module", scope="module")


@module_wide
async def echo() -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line.upper())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@module_wide
async def tcp_program(echo: int) -> AsyncIterator[FaultProxy]:
    async with FaultProxy.tcp("127.0.0.1", echo) as proxy:
        yield proxy


@pytest_asyncio.fixture(loop_scope="module")
async def tcp(tcp_program: FaultProxy) -> FaultProxy:
    await tcp_program.clear()
    await tcp_program.up()
    await tcp_program.forget()
    return tcp_program


async def say(proxy: FaultProxy, text: bytes = b"hello\n", seconds: float = 5) -> bytes:
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(*proxy.address)
        try:
            writer.write(text)
            with suppress(OSError):  # a slammed door is told by the read, whichever call met it first
                writer.write_eof()
            return await reader.read()
        finally:
            writer.close()


async def test_tcp_bytes_pass(tcp) -> None:
    assert await say(tcp) == b"HELLO\n"
    (entry,) = await tcp.requests(verb="connect")
    assert (entry.end, entry.bytes) == ("complete", 6)


async def test_tcp_slam(tcp) -> None:
    await tcp.add("drop", first=1)
    with pytest.raises(ConnectionError):
        await say(tcp)
    assert await say(tcp) == b"HELLO\n"


@pytest.mark.parametrize("when", ["before", "after"])
async def test_tcp_hang(tcp, when: str) -> None:
    await tcp.add("hang", when=when, first=1)
    with pytest.raises(TimeoutError):
        await say(tcp, seconds=0.3)
    assert await say(tcp) == b"HELLO\n"


async def test_tcp_delay(tcp) -> None:
    await tcp.add("delay", seconds=0.3)
    began = time.monotonic()
    assert await say(tcp) == b"HELLO\n"
    assert time.monotonic() - began >= 0.3


async def test_tcp_trickle_and_truncate(tcp) -> None:
    await tcp.add("trickle", bytes=1, seconds=0.05)
    await tcp.add("truncate", bytes=4)
    began = time.monotonic()
    assert await say(tcp) == b"HELL"
    assert time.monotonic() - began >= 0.2


async def test_tcp_down(tcp) -> None:
    await tcp.down()
    with pytest.raises(ConnectionRefusedError):
        await say(tcp)
    await tcp.up()
    assert await say(tcp) == b"HELLO\n"
