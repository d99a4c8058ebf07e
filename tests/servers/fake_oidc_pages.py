"""A fake provider of OpenID Connect with three pages, authorize, token and userinfo: a login by redirect.

Its tokens are good once: a refresh token that was used is refused.
"""

from __future__ import annotations

import secrets
import time
from typing import Any, Self
from urllib.parse import urlencode

import jwt
from aiohttp import web


class FakeOidcPages:
    """Whoever comes is `person`, a mapping of claims. The paths end as those of real providers do."""

    def __init__(self) -> None:
        self.person: dict[str, Any] = {}
        self.status = 200
        self.token_answer: Any = None
        self.asked: list[str] = []
        self.audience = ""
        self._codes: set[str] = set()
        self._access: set[str] = set()
        self._refresh: set[str] = set()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        page = request.path.rpartition("/")[2]
        self.asked.append(page)
        if page in ("auth", "authorize"):
            code = secrets.token_hex(8)
            self._codes.add(code)
            query = urlencode({"code": code, "state": request.query["state"]})
            raise web.HTTPFound(f"{request.query['redirect_uri']}?{query}")
        if self.status != 200:
            return web.json_response({"error": "temporarily_unavailable"}, status=self.status)
        if page == "token":
            return self._token(await request.post())
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self._access:
            return web.json_response({"error": "invalid_token"}, status=401)
        return web.json_response(self.person)

    def _token(self, form: Any) -> web.StreamResponse:
        if self.token_answer is not None:
            return web.json_response(self.token_answer)
        known, given = (
            (self._refresh, form.get("refresh_token"))
            if form.get("grant_type") == "refresh_token"
            else (self._codes, form.get("code"))
        )
        if given not in known:
            return web.json_response({"error": "invalid_grant"}, status=400)
        known.discard(given)
        access, refresh = secrets.token_hex(16), secrets.token_hex(16)
        self._access.add(access)
        self._refresh.add(refresh)
        now = int(time.time())
        claims = {**self.person, "aud": self.audience, "iat": now, "exp": now + 3600}
        return web.json_response(
            {
                "access_token": access,
                "refresh_token": refresh,
                "token_type": "Bearer",
                "id_token": jwt.encode(claims, "a key of a test, long enough for it", algorithm="HS256"),
            }
        )

    def revoke(self) -> None:
        """No access token is good any more; refresh tokens are."""
        self._access.clear()
