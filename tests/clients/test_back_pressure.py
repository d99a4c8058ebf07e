"""Is a server that has too much to do asked for less at once, and again for more when it is well?"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from libretexts_hub.clients import door, polite_requests
from libretexts_hub.clients.kube_access import fixed
from libretexts_hub.clients.polite_requests import Patience, PoliteClient

WIDEST = 8


class Busy:
    """A server; `most` is how many requests it had at once since it was last set to 0."""

    def __init__(self) -> None:
        self.refused, self.seconds = 0, 0.01
        self.now = self.most = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.now -= 1
        self.refused -= 1
        return web.json_response({}, status=429 if self.refused >= 0 else 200)

    @asynccontextmanager
    async def asked(self):
        application = web.Application()
        application.router.add_get("/", self.answer)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        patience = Patience(first_pause=0.01)
        try:
            async with PoliteClient(url, fixed(""), concurrency=WIDEST, patience=patience) as client:

                async def ask(times: int) -> int:
                    self.most = 0
                    await asyncio.gather(*(client.ask("GET", "/") for _ in range(times)))
                    return self.most

                yield ask
        finally:
            await runner.cleanup()


async def test_429_halves_what_is_under_way_and_good_answers_give_it_back():
    server = Busy()
    async with server.asked() as ask:
        assert await ask(WIDEST * 3) == WIDEST
        server.refused = 1
        await ask(1)
        assert await ask(WIDEST) <= WIDEST - 2
        await ask(WIDEST * 6)
        assert await ask(WIDEST * 3) == WIDEST


async def test_a_slow_server_is_asked_one_or_two_at_a_time_in_the_end(monkeypatch):
    """Two, since an answer to a request that was alone is the measure, and lets one more try."""
    monkeypatch.setattr(polite_requests, "SLOW_SECONDS", 0.0)
    monkeypatch.setattr(polite_requests, "SLOWER_THAN_ALONE", 0.0)
    monkeypatch.setattr(door, "ONCE_IN_SECONDS", 0.0)
    server = Busy()
    async with server.asked() as ask:
        assert await ask(WIDEST * 2) == WIDEST
        assert await ask(5) <= 2


@pytest.mark.parametrize(
    ("alone", "seconds", "is_slow"),
    [(0.1, 4.9, False), (0.1, 5.1, True), (6.0, 11.0, False), (6.0, 13.0, True)],
    ids=["quick", "gets slower", "far away", "far away, and gets slower"],
)
def test_what_is_slow(alone, seconds, is_slow):
    client = PoliteClient("http://127.0.0.1:9", fixed(""))
    assert not client._is_slow(alone, is_alone=True)
    assert client._is_slow(seconds, is_alone=False) is is_slow


async def test_a_server_far_away_is_asked_as_much_as_any_once_it_is_known(monkeypatch):
    monkeypatch.setattr(polite_requests, "SLOW_SECONDS", 0.01)
    monkeypatch.setattr(polite_requests, "SLOWER_THAN_ALONE", 20.0)
    monkeypatch.setattr(door, "ONCE_IN_SECONDS", 0.0)
    server = Busy()
    server.seconds = 0.05
    async with server.asked() as ask:
        await ask(1)
        await ask(WIDEST * 2)
        assert await ask(WIDEST * 2) == WIDEST


async def test_what_changes_something_goes_before_those_who_wait_to_read():
    place, order = door.Door(1), []

    async def go(name: str, *, first: bool) -> None:
        async with place.entered(first=first):
            order.append(name)

    async with place.entered():
        tasks = [asyncio.create_task(go(name, first=name == "delete")) for name in ("read", "read", "delete")]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert order == ["delete", "read", "read"]


async def test_who_waits_and_is_cancelled_blocks_nobody():
    place = door.Door(1)
    async with place.entered():
        waiting = [asyncio.create_task(place.entered().__aenter__()) for _ in range(2)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.gather(waiting[0], return_exceptions=True)
    async with asyncio.timeout(5):
        await waiting[1]
    assert waiting[0].cancelled()
    assert waiting[1].done()
