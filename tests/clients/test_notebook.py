"""Is a server found at its first answer, and not before?"""

import asyncio
import ssl
import time

import pytest

from libretexts_hub.clients.notebook import answers, wait_for_answer


@pytest.fixture
async def server():
    """`server(reply)`: its URL; every connection gets these bytes, None: silence."""
    running = []

    async def serve(reply, port=0):
        async def talk(reader, writer):
            if reply is None:
                await asyncio.sleep(5)
            else:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(reply)
                await writer.drain()
            writer.close()

        running.append(await asyncio.start_server(talk, "127.0.0.1", port))
        return f"http://127.0.0.1:{running[-1].sockets[0].getsockname()[1]}/user/a/api"

    yield serve
    for each in running:
        each.close()


@pytest.mark.parametrize(
    ("reply", "is_answer"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", True, id="ok"),
        pytest.param(b"HTTP/1.1 404 Not Found\r\n\r\n", True, id="not-found"),
        pytest.param(b"HTTP/1.0 302 Found\r\n\r\n", True, id="redirect"),
        pytest.param(b"HTTP/1.1 503 Busy\r\n\r\n", False, id="busy"),
        pytest.param(b"SSH-2.0-x\r\n", False, id="another-protocol"),
        pytest.param(b"HTTP/1.1 abc\r\n", False, id="no-status"),
        pytest.param(b"", False, id="closed"),
        pytest.param(b"H" * 100_000, False, id="endless"),
        pytest.param(None, False, id="silent"),
    ],
)
async def test_what_is_an_answer(server, reply, is_answer):
    assert await answers(await server(reply), seconds=0.5) is is_answer


async def test_a_refused_connection_is_no_answer(unused_tcp_port):
    assert not await answers(f"http://127.0.0.1:{unused_tcp_port}/", seconds=1)


async def test_an_unknown_host_is_no_answer():
    assert not await answers("http://nowhere.invalid/", seconds=2)


async def test_tls_is_not_mistaken_for_http(server):
    url = (await server(b"HTTP/1.1 200 OK\r\n\r\n")).replace("http:", "https:")
    assert not await answers(url, seconds=1, context=ssl.create_default_context())


async def test_the_wait_ends_soon_after_the_first_answer(server, unused_tcp_port):
    url = f"http://127.0.0.1:{unused_tcp_port}/"
    waiting = asyncio.ensure_future(wait_for_answer(url, seconds=10, check=lambda: None))
    await asyncio.sleep(0.4)
    await server(b"HTTP/1.1 200 OK\r\n\r\n", port=unused_tcp_port)
    began = time.perf_counter()

    assert await waiting
    assert time.perf_counter() - began < 0.4


async def test_the_wait_ends_at_its_time(unused_tcp_port):
    assert not await wait_for_answer(f"http://127.0.0.1:{unused_tcp_port}/", seconds=0.3, check=lambda: None)


async def test_a_failed_check_ends_the_wait(unused_tcp_port):
    def check():
        raise LookupError("the pod is gone")

    with pytest.raises(LookupError):
        await wait_for_answer(f"http://127.0.0.1:{unused_tcp_port}/", seconds=5, check=check)
