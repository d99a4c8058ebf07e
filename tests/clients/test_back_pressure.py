"""Is a server that has too much to do asked for less at once, and again for more when it is well?"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

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


async def test_a_slow_server_is_asked_one_at_a_time_in_the_end(monkeypatch):
    monkeypatch.setattr(polite_requests, "SLOW_SECONDS", 0.0)
    monkeypatch.setattr(door, "ONCE_IN_SECONDS", 0.0)
    server = Busy()
    async with server.asked() as ask:
        assert await ask(WIDEST * 2) == WIDEST
        assert await ask(5) == 1


async def test_who_waits_and_is_cancelled_blocks_nobody():
    place = door.Door(1)
    async with place:
        waiting = [asyncio.create_task(place.__aenter__()) for _ in range(2)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.gather(waiting[0], return_exceptions=True)
    async with asyncio.timeout(5):
        await waiting[1]
    assert waiting[0].cancelled()
    assert waiting[1].done()
