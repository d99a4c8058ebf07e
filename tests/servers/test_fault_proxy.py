"""Does the fault proxy pass everything on, and strike what it was told to strike, as it was told?"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import sys
import time
from typing import TYPE_CHECKING

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from tests.servers.faults import FaultProxy
from tests.servers.sample_upstream import PODS, Upstream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


# Starting the program costs most of a second, so one of each kind serves the whole file, on one event loop.
pytestmark = pytest.mark.asyncio(loop_scope="module")
module_wide = pytest_asyncio.fixture(loop_scope="module", scope="module")


@module_wide
async def server() -> AsyncIterator[Upstream]:
    server = Upstream()
    runner = web.AppRunner(server.application(), handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


@module_wide
async def program(server: Upstream) -> AsyncIterator[FaultProxy]:
    async with FaultProxy.before(server.url) as proxy:
        yield proxy


@pytest.fixture
def upstream(server: Upstream) -> Upstream:
    server.created.clear()
    return server


@pytest_asyncio.fixture(loop_scope="module")
async def faults(program: FaultProxy) -> FaultProxy:
    await program.clear()
    await program.up()
    await program.forget()
    return program


@pytest_asyncio.fixture(loop_scope="module")
async def client(faults: FaultProxy) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(faults.url, timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session


async def create(client: aiohttp.ClientSession, name: str = "p") -> int:
    async with client.post(PODS, json={"metadata": {"name": name}}) as answer:
        await answer.read()
        return answer.status


async def until(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        await asyncio.sleep(0.02)


async def test_everything_passes(client: aiohttp.ClientSession, faults: FaultProxy) -> None:
    path = "/a%2Fb/c%20d?x=%3D&y"
    async with client.put(path, data=b"\x00body", headers={"Authorization": "Bearer t"}) as answer:
        assert (answer.status, await answer.read()) == (207, b"\x00body")
        assert answer.headers["X-Path"] in {path, path + "="}
        assert answer.headers["X-Authorization"] == "Bearer t"
        assert answer.headers.getall("Set-Cookie") == ["a=1", "b=2"]
    async with client.get("/big") as answer:
        assert len(await answer.read()) == 100_000
    async with client.head("/big") as answer:
        assert answer.headers["Content-Length"] == "100000"
    assert [entry.status for entry in await faults.requests()] == [207, 200, 200]
    assert "Bearer" not in str(await faults.requests())


async def test_a_watch_is_streamed_and_its_end_is_passed_up(
    client: aiohttp.ClientSession, faults: FaultProxy, upstream: Upstream
) -> None:
    async with client.get(PODS, params={"watch": "true"}) as answer:
        first = json.loads(await answer.content.readline())
        assert first["object"] == {"n": 0}
        (entry,) = await faults.requests(verb="watch")
        assert (entry.status, entry.end, entry.duration) == (200, "open", None)
    await until(lambda: upstream.watching == 0)
    (entry,) = await faults.requests(verb="watch")
    assert entry.end == "client left"


async def test_websockets_pass(client: aiohttp.ClientSession) -> None:
    async with client.ws_connect("/ws", protocols=["v5.channel.k8s.io"]) as socket:
        assert socket.protocol == "v5.channel.k8s.io"
        await socket.send_bytes(b"abc")
        assert await socket.receive_bytes(timeout=5) == b"cba"


@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_answer_is_late(client, faults, upstream, when: str) -> None:
    await faults.add("delay", verb="create", when=when, seconds=30, first=1)
    with pytest.raises(TimeoutError):
        await client.post(PODS, json={"metadata": {"name": "p"}}, timeout=aiohttp.ClientTimeout(total=0.5))
    assert len(upstream.created) == (1 if when == "after" else 0)
    assert await create(client) == 201


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("how", ["reset", "close"])
async def test_an_answer_is_lost(client, faults, upstream, when: str, how: str) -> None:
    await faults.add("drop", verb="create", when=when, how=how, first=1)
    with pytest.raises((aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)):
        await create(client)
    assert len(upstream.created) == (1 if when == "after" else 0)
    (entry,) = await faults.requests(verb="create", name="p")
    assert (entry.end, entry.status) == ("broken", None)
    assert entry.upstream_status == (201 if when == "after" else None)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(409, "AlreadyExists"), (410, "Expired"), (429, "TooManyRequests"), (500, "InternalError")],
)
async def test_a_status_is_answered(client, faults, upstream, status: int, reason: str) -> None:
    await faults.add("status", resource="pods", status=status, retry_after=7)
    async with client.post(PODS, json={}) as answer:
        body = await answer.json()
        assert (answer.status, body["code"], body["reason"]) == (status, status, reason)
        assert answer.headers["Retry-After"] == "7"
        assert body["details"]["retryAfterSeconds"] == 7
    assert upstream.created == []


async def test_a_plain_error_page(client, faults) -> None:
    await faults.add("status", path="/big", status=503, body="<h1>busy</h1>", when="after")
    async with client.get("/big") as answer:
        assert (answer.status, await answer.text()) == (503, "<h1>busy</h1>")
    (entry,) = await faults.requests()
    assert (entry.status, entry.upstream_status) == (503, 200)


async def test_an_answer_is_cut(client, faults) -> None:
    await faults.add("truncate", path="/big", bytes=1000)
    async with client.get("/big") as answer:
        assert answer.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()


async def test_an_answer_trickles(client, faults) -> None:
    await faults.add("trickle", path="/slow", bytes=2, seconds=0.1)
    began = time.monotonic()
    async with client.post("/slow", data=b"12345678") as answer:
        assert await answer.read() == b"12345678"
    assert time.monotonic() - began >= 0.3


async def test_a_server_hangs(client, faults, upstream) -> None:
    await faults.add("hang", verb="create", first=1)
    with pytest.raises(TimeoutError):
        await client.post(PODS, json={}, timeout=aiohttp.ClientTimeout(total=0.3))
    assert await create(client) == 201
    assert len(upstream.created) == 1


@pytest.mark.parametrize("how", ["close", "reset"])
async def test_a_watch_is_dropped(client, faults, upstream, how: str) -> None:
    await faults.add("watch_drop", seconds=0.3, how=how)
    expectation = (
        contextlib.nullcontext() if how == "close" else pytest.raises((aiohttp.ClientError, ConnectionError))
    )
    async with client.get(PODS, params={"watch": "true"}) as answer:
        with expectation:
            assert (await answer.read()).count(b"\n") >= 2
    await until(lambda: upstream.watching == 0)


async def test_a_watch_ends_in_410(client, faults) -> None:
    await faults.add("watch_error", seconds=0.2)
    async with client.get(PODS, params={"watch": "true"}) as answer:
        lines = (await answer.text()).splitlines()
    last = json.loads(lines[-1])
    assert (answer.status, last["type"], last["object"]["code"]) == (200, "ERROR", 410)
    assert last["object"]["reason"] == "Expired"


@pytest.mark.parametrize("how", ["refuse", "reset"])
async def test_the_server_is_down_and_up_again(client, faults, how: str) -> None:
    assert await create(client) == 201
    async with client.get(PODS, params={"watch": "true"}) as answer:
        await answer.content.readline()
        await faults.down(how)
        with pytest.raises((aiohttp.ClientError, ConnectionError)):
            await answer.read()
    with pytest.raises(aiohttp.ClientConnectionError):
        await create(client)
    assert (await faults.health())["state"] == how
    await faults.up()
    assert await create(client) == 201
    await faults.down(how, seconds=0.2)
    await asyncio.sleep(0.4)
    assert await create(client) == 201


async def test_an_upstream_that_is_away_looks_like_one(client, faults) -> None:
    async with FaultProxy.before("http://127.0.0.1:1") as proxy, aiohttp.ClientSession(proxy.url) as session:
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get("/")


async def test_rules_are_listed_and_removed(client, faults) -> None:
    rule = await faults.add("status", verb="create", status=500)
    other = await faults.add("status", path="/big", status=500)
    assert await create(client) == 500
    assert [(entry["id"], entry["struck"]) for entry in await faults.rules()] == [(rule, 1), (other, 0)]
    await faults.remove(rule)
    assert await create(client) == 201
    await faults.clear()
    await faults.forget()
    assert (await faults.rules(), await faults.requests()) == ([], [])
    with pytest.raises(ValueError, match="no such field"):
        await faults.add("drop", verbs="create")


async def test_https_with_its_own_certificate(upstream) -> None:
    async with FaultProxy.before(upstream.url, tls=True) as proxy:
        trusted = ssl.create_default_context(cafile=str(proxy.ca_file))
        async with aiohttp.ClientSession(proxy.url) as session:
            async with session.get("/x", ssl=trusted) as answer:
                assert answer.status == 207
            with pytest.raises(aiohttp.ClientConnectorCertificateError):
                await session.get("/x")


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["--upstream", "ftp://x"], id="scheme"),
        pytest.param(["--tcp", "nowhere"], id="address"),
        pytest.param(["--upstream", "http://x", "--write-kubeconfig", "k"], id="kubeconfig-without-a-user"),
        pytest.param(["--kubeconfig", "/nonexistent"], id="no-file"),
        pytest.param([], id="nothing"),
    ],
)
async def test_wrong_options_end_with_a_sentence(options: list[str]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.servers.fault_proxy", *options, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 2
    assert b"Traceback" not in said
