"""A fake OpenID provider over HTTP: CILogon with its identity providers, Keycloak, Entra, and their bad days.

It checks what a real one checks (client, redirect, PKCE, a code only once, a refresh token only once) and
signs with RS256. It has no login page: whoever comes is `person`.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web

from tests.servers.signing import SigningKeys

if TYPE_CHECKING:
    from collections.abc import Callable

CLIENT, SECRET = "hub-of-a-test", "the client secret of a test"


@dataclass
class Behaviour:
    """What it does; a test changes this while it runs."""

    latency: float = 0.0
    # By the end of the path: another status, or another body.
    statuses: dict[str, int] = field(default_factory=dict)
    bodies: dict[str, object] = field(default_factory=dict)
    changes: dict[str, object] = field(default_factory=dict)  # of the id_token's claims; None drops one
    is_foreign_key: bool = False
    has_id_token: bool = True
    has_refresh_token: bool = True
    # What the redirect back carries instead: {"error": "access_denied"}.
    answer: dict[str, str] = field(default_factory=dict)
    granted: str = ""  # the scopes, where they are others than those asked for
    # By the end of the path: another address that it redirects to.
    redirects: dict[str, str] = field(default_factory=dict)
    lifetime: int = 3600


class FakeOpenIDProvider:
    """`person` logs in: their claims, with `sub`. `in_id_token` are the names of those the token has too."""

    prefix = ""

    def __init__(self) -> None:
        self.keys = SigningKeys()
        self.does = Behaviour()
        self.person: dict = {}
        self.in_id_token: tuple[str, ...] | None = None
        self.asked: list[web.Request] = []
        self.requests: list[str] = []
        self.codes: dict[str, dict] = {}
        self.tokens: dict[str, str] = {}
        self.refresh_tokens: dict[str, str] = {}
        self.people: dict[str, dict] = {}
        self.port = 0
        self.running = self.most_running = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def issuer(self) -> str:
        return self.url + self.prefix

    async def __aenter__(self) -> FakeOpenIDProvider:
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, at the port that it had before, if any."""
        app = web.Application()
        for path, handler in self.routes().items():
            app.router.add_route("*", path, self._served(handler))
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Be down."""
        await self._runner.cleanup()

    def routes(self) -> dict[str, Callable[[web.Request], object]]:
        """CILogon's paths; discovery names them, so they do for others too."""
        return {
            "/.well-known/openid-configuration": self._discovery,
            "/authorize": self._authorize,
            "/oauth2/token": self._token,
            "/oauth2/userinfo": self._userinfo,
            "/oauth2/certs": self._certs,
        }

    def _served(self, handler: Callable[[web.Request], object]) -> Callable:
        async def serve(request: web.Request) -> web.StreamResponse:
            self.asked.append(request)
            self.running += 1
            self.most_running = max(self.running, self.most_running)
            try:
                await asyncio.sleep(self.does.latency)
                answer = await self._answer(request, handler)
            finally:
                self.running -= 1
                self.requests.append(f"{request.method} {request.path}")
            return answer

        return serve

    async def _answer(self, request: web.Request, handler: Callable) -> web.StreamResponse:
        for end, target in self.does.redirects.items():
            if request.path.endswith(end):
                return web.Response(status=307, headers={"Location": target})
        for end, status in self.does.statuses.items():
            if request.path.endswith(end):
                body = self.does.bodies.get(end, {"error": "server_error"})
                return web.json_response(body, status=status, headers={"Retry-After": "7"})
        for end, body in self.does.bodies.items():
            if request.path.endswith(end):
                if isinstance(body, bytes):
                    return web.Response(body=body, content_type="application/json")
                return web.json_response(body)
        return await handler(request)

    async def _discovery(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/oauth2/token",
                "userinfo_endpoint": f"{self.url}/oauth2/userinfo",
                "jwks_uri": f"{self.url}/oauth2/certs",
            }
        )

    async def _certs(self, _request: web.Request) -> web.Response:
        return web.json_response(self.keys.document())

    async def _authorize(self, request: web.Request) -> web.Response:
        query = request.query
        assert query["client_id"] == CLIENT, query
        assert query["response_type"] == "code", query
        assert query["code_challenge_method"] == "S256", query
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**query, "person": dict(self.person)}
        answer = self.does.answer or {"code": code}
        target = f"{query['redirect_uri']}?{urlencode(answer | {'state': query['state']})}"
        raise web.HTTPFound(target)

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form.get("client_id") != CLIENT or form.get("client_secret") != SECRET:
            return web.json_response({"error": "invalid_client"}, status=401)
        if form["grant_type"] == "refresh_token":
            subject = self.refresh_tokens.pop(form["refresh_token"], None)
            flow: dict | None = {"person": self.people[subject]} if subject in self.people else None
        else:
            flow = self._redeemed(form)
        if flow is None:
            text = "a code, or a token, is good once"
            return web.json_response({"error": "invalid_grant", "error_description": text}, status=400)
        return web.json_response(self._granted(flow))

    def _redeemed(self, form: dict) -> dict | None:
        flow = self.codes.pop(form["code"], None)
        if flow is None or flow["redirect_uri"] != form["redirect_uri"]:
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return flow if challenge == flow["code_challenge"] else None

    def _granted(self, flow: dict) -> dict:
        person = flow["person"]
        subject = person["sub"]
        self.people.setdefault(subject, person)
        access = f"access-{secrets.token_urlsafe(12)}"
        self.tokens[access] = subject
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": self.does.lifetime}
        if "scope" in flow:
            answer["scope"] = self.does.granted or flow["scope"]
        if self.does.has_refresh_token:
            answer["refresh_token"] = f"refresh-{secrets.token_urlsafe(12)}"
            self.refresh_tokens[answer["refresh_token"]] = subject
        if self.does.has_id_token:
            claims = self.id_claims(self.people[subject], flow.get("nonce"))
            answer["id_token"] = self.keys.sign(claims, foreign=self.does.is_foreign_key)
        return answer

    def id_claims(self, person: dict, nonce: str | None) -> dict:
        """The claims of an id_token about this person, with the changes that a test wants."""
        now = int(time.time())
        names = person if self.in_id_token is None else [*self.in_id_token, "sub"]
        claims = {name: person[name] for name in names if name in person}
        claims |= {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300}
        if nonce is not None:
            claims["nonce"] = nonce
        claims |= self.does.changes
        return {name: value for name, value in claims.items() if value is not None}

    async def _userinfo(self, request: web.Request) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        subject = self.tokens.get(token)
        if subject is None:
            return web.json_response({"error": "invalid_token"}, status=401)
        return web.json_response(self.people[subject])

    def revoke(self) -> None:
        """Every access token ends."""
        self.tokens.clear()

    def secrets(self) -> list[str]:
        """What must be in no log and on no page."""
        return [SECRET, *self.tokens, *self.refresh_tokens, *self.codes]
