"""How does one HTTP request pass through, and where do the faults strike it?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from .asked import understand
from .doorway import reset
from .spoil import CutError, paced, status_answer, watch_error_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .journal import Entry, Journal
    from .rules import Rule, RuleBook
    from .upstream import Upstream

# RFC 9110, section 7.6.1: these belong to one connection; Expect was answered by us.
_HOP_BY_HOP = {
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
    "te", "trailer", "transfer-encoding", "upgrade", "expect",
}  # fmt: skip
_READ_WHOLE = 4 * 1024 * 1024


class HttpProxy:
    """The handler of an aiohttp low-level server: pass everything on, unless a rule strikes."""

    def __init__(self, upstream: Upstream, rules: RuleBook, journal: Journal) -> None:
        self._upstream = upstream
        self._rules = rules
        self._journal = journal
        self._session: aiohttp.ClientSession | None = None
        # A client that leaves must end its watch at the server too.
        self.server = web.Server(
            self.handle, handler_cancellation=True, access_log=None, keepalive_timeout=3600
        )

    async def start(self) -> None:
        connector = aiohttp.TCPConnector(limit=0, ssl=self._upstream.tls or True, keepalive_timeout=60)
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None),
            skip_auto_headers={"User-Agent", "Accept", "Accept-Encoding", "Content-Type"},
            max_line_size=65536,
            max_field_size=65536,
        )

    async def close(self) -> None:
        self.abort_all()
        await self.server.shutdown(1)
        if self._session is not None:
            await self._session.close()

    def abort_all(self) -> None:
        """Reset every connection that a client has to us."""
        for connection in list(self.server.connections):
            reset(connection.transport)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await _body(request)
        known = body if isinstance(body, bytes) else b""
        asked = understand(request.method, request.path, request.query_string, known)
        striking = self._rules.striking(asked)
        with self._journal.entry(asked, request.headers.get("User-Agent", "")) as entry:
            entry.rules = [rule.id for rule in striking]
            try:
                answer = await self._pass(request, body, striking, entry)
                entry.end = "complete"
            except (CutError, aiohttp.ClientError) as broken:
                # A server that cannot be reached looks to the client like one: no 502 of our own.
                entry.end = "broken"
                if isinstance(broken, CutError) and broken.how == "close":
                    _close(request)
                else:
                    reset(request.transport)
                return web.Response(status=502)
        return answer

    async def _pass(
        self, request: web.BaseRequest, body: object, striking: list[Rule], entry: Entry
    ) -> web.StreamResponse:
        if answer := await _strike("before", striking):
            entry.status = answer.status
            return answer
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._websocket(request, entry)
        async with self._ask(request, body) as upstream:
            entry.upstream_status = upstream.status
            if any(rule.when == "after" for rule in striking):
                if entry.verb != "watch":
                    await upstream.read()  # the server has done it when its whole answer is here
                if answer := await _strike("after", striking):
                    entry.status = answer.status
                    return answer
            return await _relay(request, upstream, striking, entry)

    def _url(self, request: web.BaseRequest) -> URL:
        return URL(self._upstream.url + request.raw_path, encoded=True)

    def _ask(self, request: web.BaseRequest, body: object):
        assert self._session is not None
        return self._session.request(
            request.method,
            self._url(request),
            headers=_end_to_end(request.headers, also={"content-length"} if isinstance(body, bytes) else ()),
            data=body or None,
            allow_redirects=False,
        )

    async def _websocket(self, request: web.BaseRequest, entry: Entry) -> web.StreamResponse:
        """Pass messages both ways: kubectl exec and kernels speak this; SPDY is not passed."""
        assert self._session is not None
        offered = [
            part.strip() for part in request.headers.get("Sec-WebSocket-Protocol", "").split(",") if part
        ]
        drop = {
            "sec-websocket-key",
            "sec-websocket-version",
            "sec-websocket-extensions",
            "sec-websocket-protocol",
        }
        headers = _end_to_end(request.headers, also=drop)
        async with self._session.ws_connect(
            self._url(request), protocols=offered, headers=headers, max_msg_size=0, autoping=False
        ) as upstream:
            client = web.WebSocketResponse(
                protocols=[upstream.protocol] if upstream.protocol else [],
                max_msg_size=0,
                autoping=False,
                compress=False,
            )
            await client.prepare(request)
            entry.status = entry.upstream_status = 101
            ways = [
                asyncio.create_task(_copy(client, upstream)),
                asyncio.create_task(_copy(upstream, client)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
            await client.close(code=upstream.close_code or 1000)
        return client


async def _body(request: web.BaseRequest) -> bytes | object:
    """The whole body when it is small (a create has its name in it), else the stream."""
    length = request.content_length
    if length is not None and length <= _READ_WHOLE:
        return (
            await request.content.read(length) if length == 0 else await request.content.readexactly(length)
        )
    return request.content if request.body_exists else b""


def _end_to_end(headers: CIMultiDict, also: Iterable[str] = ()) -> CIMultiDict[str]:
    named = {part.strip().lower() for value in headers.getall("Connection", []) for part in value.split(",")}
    dropped = _HOP_BY_HOP | named | set(also)
    return CIMultiDict((key, value) for key, value in headers.items() if key.lower() not in dropped)


async def _strike(when: str, striking: list[Rule]) -> web.Response | None:
    """Let the rules of this moment act, in their order; an answer ends it."""
    for rule in striking:
        if rule.when != when:
            continue
        if rule.action == "delay":
            await asyncio.sleep(rule.seconds)
        elif rule.action == "hang":
            await asyncio.sleep(rule.seconds or 10**9)
            raise CutError("reset")
        elif rule.action == "drop":
            raise CutError(rule.how)
        elif rule.action == "status":
            return status_answer(rule)
    return None


async def _relay(
    request: web.BaseRequest, upstream: aiohttp.ClientResponse, striking: list[Rule], entry: Entry
) -> web.StreamResponse:
    """Send the answer on, piece by piece as it comes."""
    answer = web.StreamResponse(
        status=upstream.status, reason=upstream.reason, headers=_end_to_end(upstream.headers)
    )
    await answer.prepare(request)
    entry.status = upstream.status
    ending = next((rule for rule in striking if rule.action.startswith("watch_")), None)
    try:
        async with asyncio.timeout(ending.seconds if ending else None):
            async for piece in paced(upstream, striking):
                await answer.write(piece)
                entry.bytes += len(piece)
    except TimeoutError:
        if ending is None:
            raise
        if ending.action == "watch_error":
            await answer.write(watch_error_line(ending))
        elif ending.how == "reset":
            raise CutError("reset") from None
    await answer.write_eof()
    return answer


def _close(request: web.BaseRequest) -> None:
    """End the connection in good order after what was written so far."""
    if request.transport is not None:
        request.transport.close()


async def _copy(source: object, target: object) -> None:
    async for message in source:  # type: ignore[attr-defined]
        if message.type is aiohttp.WSMsgType.TEXT:
            await target.send_str(message.data)  # type: ignore[attr-defined]
        elif message.type is aiohttp.WSMsgType.BINARY:
            await target.send_bytes(message.data)  # type: ignore[attr-defined]
        elif message.type is aiohttp.WSMsgType.PING:
            await target.ping(message.data)  # type: ignore[attr-defined]
        elif message.type is aiohttp.WSMsgType.PONG:
            await target.pong(message.data)  # type: ignore[attr-defined]
