"""Is a server that has too much to do asked for less at once, and again for more when it is well?"""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import asynccontextmanager

from aiohttp import web

from libretexts_hub.clients import door, polite_requests
from libretexts_hub.clients.kube_access import fixed
from libretexts_hub.clients.polite_requests import Patience, PoliteClient

WIDEST = 8


class Busy:
    """A server; `most` is how many requests it had at once since it was last set to 0. With a `turn` it
    answers one after the other."""

    def __init__(self) -> None:
        self.refused, self.seconds = 0, 0.01
        self.now = self.most = 0
        self.turn: asyncio.Lock | None = None

    async def answer(self, request: web.Request) -> web.Response:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            async with self.turn or contextlib.nullcontext():
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


async def test_a_server_that_gets_slower_is_asked_for_less_at_once(monkeypatch):
    monkeypatch.setattr(polite_requests, "SLOW_SECONDS", 0.0)
    monkeypatch.setattr(door, "ONCE_IN_SECONDS", 0.0)
    server = Busy()
    server.turn = asyncio.Lock()
    async with server.asked() as ask:
        await ask(1)
        assert await ask(WIDEST * 2) == WIDEST
        assert await ask(WIDEST * 2) <= WIDEST // 2


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
