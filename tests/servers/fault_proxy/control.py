"""What can be asked of the proxy itself? A small JSON API on a loopback port of its own.

    GET    /health            the URL served, the door's state, requests so far
    GET    /rules             the rules with how often each matched and struck
    POST   /rules             add one (the fields of `rules.Rule`); answers the rule with its id
    DELETE /rules[/ID]        remove all, or one
    GET    /requests          the journal
    DELETE /requests          forget the journal
    POST   /down              {"how": "refuse" or "reset", "seconds": for how long; without it until /up}
    POST   /up                serve again

It has no password: it listens on loopback and its rules can do no more than the tests that set them.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .rules import RuleError, parse

if TYPE_CHECKING:
    from .doorway import Doorway
    from .journal import Journal
    from .rules import RuleBook


class Control:
    """The handlers of the control port."""

    def __init__(self, *, rules: RuleBook, journal: Journal, door: Doorway, url: str) -> None:
        self._rules = rules
        self._journal = journal
        self._door = door
        self._url = url
        self._reopening: asyncio.Task[None] | None = None

    def application(self) -> web.Application:
        application = web.Application()
        application.add_routes(
            [
                web.get("/health", self.health),
                web.get("/rules", self.list_rules),
                web.post("/rules", self.add_rule),
                web.delete("/rules", self.clear_rules),
                web.delete(r"/rules/{id:\d+}", self.remove_rule),
                web.get("/requests", self.requests),
                web.delete("/requests", self.forget),
                web.post("/down", self.down),
                web.post("/up", self.up),
            ]
        )
        return application

    async def health(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "url": self._url,
                "state": self._door.state,
                "requests": len(self._journal.entries),
                "lost": self._journal.lost,
            }
        )

    async def list_rules(self, request: web.Request) -> web.Response:
        return web.json_response([rule.to_json() for rule in self._rules])

    async def add_rule(self, request: web.Request) -> web.Response:
        try:
            rule = self._rules.add(parse(await _json(request)))
        except RuleError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return web.json_response(rule.to_json(), status=201)

    async def clear_rules(self, request: web.Request) -> web.Response:
        self._rules.clear()
        return web.json_response([])

    async def remove_rule(self, request: web.Request) -> web.Response:
        if not self._rules.remove(int(request.match_info["id"])):
            raise web.HTTPNotFound(text=f"no rule {request.match_info['id']}")
        return web.json_response({})

    async def requests(self, request: web.Request) -> web.Response:
        return web.json_response([entry.to_json() for entry in self._journal.entries])

    async def forget(self, request: web.Request) -> web.Response:
        self._journal.clear()
        return web.json_response([])

    async def down(self, request: web.Request) -> web.Response:
        wanted = await _json(request) if request.can_read_body else {}
        how, seconds = wanted.get("how", "refuse"), wanted.get("seconds")
        if how not in {"refuse", "reset"} or not isinstance(seconds, int | float | None):
            raise web.HTTPBadRequest(text="how: refuse or reset; seconds: a number")
        self._cancel_reopening()
        await (self._door.refuse() if how == "refuse" else self._door.slam())
        if seconds is not None:
            self._reopening = asyncio.create_task(self._reopen_after(seconds))
        return await self.health(request)

    async def up(self, request: web.Request) -> web.Response:
        self._cancel_reopening()
        await self._door.open()
        return await self.health(request)

    async def _reopen_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._door.open()

    def _cancel_reopening(self) -> None:
        if self._reopening is not None:
            self._reopening.cancel()
            self._reopening = None


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        document = await request.json()
    except ValueError:
        raise web.HTTPBadRequest(text="a JSON object is expected") from None
    if not isinstance(document, dict):
        raise web.HTTPBadRequest(text="a JSON object is expected")
    return document
