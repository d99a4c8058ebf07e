"""Is an identity provider asked once too often, believed too much, or waited for too long?"""

from __future__ import annotations

import asyncio
import socket
import time
from typing import TYPE_CHECKING

import pytest

from libretexts_hub.clients.origins import same_origin
from libretexts_hub.clients.upstream import (
    Expired,
    Observer,
    RateLimited,
    Upstream,
    UpstreamAway,
    UpstreamError,
)
from libretexts_hub.domain.breaker import BreakerState
from tests.servers.fake_provider import FakeProvider
from tests.servers.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        running.people["amy"] = {"subject": "17"}
        yield running


async def ask(provider: FakeProvider, upstream: Upstream) -> object:
    try:
        return (await upstream.get(f"{provider.url}/people/amy")).mapping()
    finally:
        await upstream.close()


async def test_an_answer(provider: FakeProvider) -> None:
    assert await ask(provider, Upstream()) == {"subject": "17"}


@pytest.mark.parametrize(
    ("status", "headers", "kind", "pause"),
    [
        (401, {}, Expired, None),
        (403, {}, UpstreamError, None),
        (403, {"X-RateLimit-Remaining": "0"}, RateLimited, None),
        (403, {"Retry-After": "30"}, RateLimited, 30),
        (429, {"Retry-After": "7"}, RateLimited, 7),
        (404, {}, UpstreamError, None),
        (500, {}, UpstreamAway, None),
        (503, {"Retry-After": "5"}, UpstreamAway, 5),
    ],
)
async def test_each_status_has_its_meaning(
    provider: FakeProvider,
    status: int,
    headers: dict[str, str],
    kind: type[UpstreamError],
    pause: float | None,
) -> None:
    provider.status, provider.headers = status, headers
    with pytest.raises(UpstreamError) as caught:
        await ask(provider, Upstream())
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.retry_after) == (status, pause)
    assert "/people" not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"no", b"[1]", b'"x"', b"\xff", b"[" * 100_000])
async def test_what_is_no_object_is_refused(provider: FakeProvider, body: bytes) -> None:
    provider.body = body
    with pytest.raises(UpstreamError):
        await ask(provider, Upstream())


async def test_no_more_is_read_than_is_right(provider: FakeProvider) -> None:
    provider.body = b"x" * 5000
    with pytest.raises(UpstreamError, match="larger than"):
        await ask(provider, Upstream(largest_answer=2048))


async def test_another_host_gets_nothing(provider: FakeProvider) -> None:
    with FakeProvider() as rogue:
        provider.status, provider.headers = 302, {"Location": f"{rogue.url}/people/amy"}
        with pytest.raises(UpstreamError, match="another host"):
            await ask(provider, Upstream())
        assert rogue.asked == []


async def test_a_redirect_in_a_circle_ends(provider: FakeProvider) -> None:
    provider.status, provider.headers = 302, {"Location": "/people/amy"}
    with pytest.raises(UpstreamError, match="without end"):
        await ask(provider, Upstream())


@pytest.mark.parametrize(
    "target",
    [
        "https://a.example.evil/x",
        "http://a.example/x",
        "https://a.example:444/x",
        "//b.example/",
        "https://a.example:x/",
    ],
)
def test_only_the_same_origin_is_followed(target: str) -> None:
    assert same_origin("https://a.example/1", "https://A.example:443/2") == "https://A.example:443/2"
    with pytest.raises(UpstreamError):
        same_origin("https://a.example/1", target)


async def test_a_server_that_hangs_is_left_alone_and_found_again(provider: FakeProvider) -> None:
    states: list[BreakerState] = []
    upstream = Upstream(
        total_seconds=0.2,
        pause_seconds=0.3,
        observer=Observer(breaker=lambda _host, state: states.append(state)),
    )
    provider.hangs = True
    url = f"{provider.url}/people/amy"
    for _ in range(3):
        with pytest.raises(UpstreamAway, match="in time"):
            await upstream.get(url)
    asked, stalled = len(provider.asked), time.perf_counter()
    for _ in range(100):
        with pytest.raises(UpstreamAway, match="a moment ago"):
            await upstream.get(url)
    assert len(provider.asked) == asked
    assert time.perf_counter() - stalled < 10  # a hundred of them; each is to take less than a tenth of that
    provider.hangs = False
    provider.release()
    deadline = time.monotonic() + 10
    while True:
        try:
            await upstream.get(url)
            break
        except UpstreamAway:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
    assert states[0] is BreakerState.CLOSED
    assert BreakerState.OPEN in states
    assert states[-1] is BreakerState.CLOSED
    await upstream.close()


async def test_connections_are_kept_and_more_than_ten_ask_at_once(provider: FakeProvider) -> None:
    """tornado's shared client has ten slots, for everything in the hub."""
    upstream, url = Upstream(), f"{provider.url}/people/amy"
    for _ in range(5):
        await upstream.get(url)
    assert provider.connections == 1
    provider.hangs = True
    asking = [asyncio.create_task(upstream.get(url)) for _ in range(30)]
    await provider.was_asked(5 + 30)
    provider.release()
    await asyncio.gather(*asking)
    await upstream.close()


async def test_a_server_that_takes_no_connection_is_not_waited_for() -> None:
    """Its queue is full: it neither accepts nor refuses."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        upstream = Upstream(connect_seconds=0.3, total_seconds=30)
        began = time.monotonic()
        with pytest.raises(UpstreamAway, match=r"in time|can't be reached"):
            await upstream.get(f"http://127.0.0.1:{address[1]}/")
        assert time.monotonic() - began < 10
        await upstream.close()
        for each in waiting:
            each.close()


async def test_who_is_known_to_be_away_is_known_without_asking(provider: FakeProvider) -> None:
    upstream, url = Upstream(pause_seconds=30), f"{provider.url}/people/amy"
    upstream.check_known_away(url)
    provider.status = 500
    for _ in range(3):
        with pytest.raises(UpstreamAway):
            await upstream.get(url)
    asked = len(provider.asked)
    with pytest.raises(UpstreamAway) as away:
        upstream.check_known_away(f"{provider.url}/elsewhere")
    assert 0 < away.value.retry_after <= 30
    assert len(provider.asked) == asked
    upstream.check_known_away("https://another.example/")
    await upstream.close()


async def test_nobody_listens() -> None:
    upstream = Upstream()
    with pytest.raises(UpstreamAway, match="can't be reached"):
        await upstream.get(f"http://127.0.0.1:{free_port()}/secret-path")
    await upstream.close()
