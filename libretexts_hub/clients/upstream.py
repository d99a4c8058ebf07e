"""How is an identity provider asked? By one session that keeps connections, with limits, never in vain."""

import asyncio
import json
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin

import aiohttp

from libretexts_hub.clients.origins import origin_text, same_origin
from libretexts_hub.clients.registry_answers import proxy_for, retry_after, tls
from libretexts_hub.clients.upstream_errors import Expired, RateLimited, UpstreamAway, UpstreamError
from libretexts_hub.domain.breaker import Breaker, BreakerState

__all__ = ["Answer", "Expired", "Observer", "RateLimited", "Upstream", "UpstreamAway", "UpstreamError"]

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
# Of JSON: a hundred teams of GitHub are 200 kB.
LARGEST_ANSWER = 4 << 20
MOST_REDIRECTS = 3
# How long a server that was away is not asked, at first.
PAUSE_SECONDS = 5.0
REDIRECTS = (301, 302, 303, 307, 308)
MOST_CONNECTIONS = 100
KEEP_ALIVE_SECONDS = 60.0


@dataclass(frozen=True, repr=False)
class Answer:
    """What came back, whole. It has no repr: a body may hold a token."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def where(self) -> str:
        return origin_text(self.url)

    def json(self) -> object:
        """The JSON value. Raises UpstreamError."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise UpstreamError("The answer is no JSON", where=self.where, status=self.status) from None

    def mapping(self) -> dict[str, object]:
        """The JSON object. Raises UpstreamError."""
        value = self.json()
        if not isinstance(value, dict):
            raise UpstreamError("The answer is no JSON object", where=self.where, status=self.status)
        return value

    def mappings(self) -> list[dict[str, object]]:
        """The JSON list of objects. Raises UpstreamError."""
        value = self.json()
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise UpstreamError("The answer is no list of objects", where=self.where, status=self.status)
        return value


@dataclass(frozen=True)
class Observer:
    """Whom a client tells: seconds of each request by host and outcome; states of a breaker by host."""

    asked: Callable[[str, str, float], None] = lambda _host, _outcome, _seconds: None
    breaker: Callable[[str, BreakerState], None] = lambda _host, _state: None


@dataclass(eq=False)
class Upstream:
    """One session for one authenticator. Use it on one event loop; `close()` it at the end.

    `ca` is a file with more certificate authorities. No cookie is kept, and no redirect to another origin is
    followed.
    """

    connect_seconds: float = CONNECT_SECONDS
    total_seconds: float = TOTAL_SECONDS
    largest_answer: int = LARGEST_ANSWER
    ca: str = ""
    pause_seconds: float = PAUSE_SECONDS
    observer: Observer = field(default_factory=Observer)
    clock: Callable[[], float] = time.monotonic
    breakers: dict[str, Breaker] = field(default_factory=dict)
    _session: aiohttp.ClientSession | None = None

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        accept: Collection[int] = (200,),
    ) -> Answer:
        """GET; raises UpstreamError for a status that is not in `accept`."""
        return await self.ask("GET", url, headers=headers, params=params, accept=accept)

    async def post(
        self,
        url: str,
        *,
        form: Mapping[str, str] | bytes | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (200, 201),
    ) -> Answer:
        """POST a form or a JSON body."""
        return await self.ask("POST", url, headers=headers, form=form, body=body, accept=accept)

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | bytes | None = None,
        body: object = None,
        accept: Collection[int] = (200,),
    ) -> Answer:
        """One request. Raises UpstreamAway, RateLimited, Expired (401), UpstreamError for other statuses."""
        host = origin_text(url)
        breaker = self.breakers.setdefault(host, Breaker(pause_seconds=self.pause_seconds))
        if not breaker.may_ask(self.clock()):
            raise self._known_away(host, breaker)
        started, outcome = self.clock(), "cancelled"
        try:
            answer = await self._send(method, url, headers=headers, params=params, form=form, body=body)
            outcome = str(answer.status)
            if answer.status >= 500:
                raise UpstreamAway(
                    f"It answers with an error (HTTP {answer.status})",
                    where=host,
                    status=answer.status,
                    retry_after=retry_after(answer.headers.get("Retry-After", "")),
                )
        except UpstreamAway as error:
            outcome = str(error.status) if error.status else "away"
            breaker.failed(self.clock())
            raise
        except UpstreamError:
            outcome = "unusable"
            breaker.succeeded()
            raise
        except BaseException:
            breaker.gave_up()
            raise
        else:
            breaker.succeeded()
        finally:
            self.observer.asked(host, outcome, self.clock() - started)
            self.observer.breaker(host, breaker.state(self.clock()))
        check_status(answer, accept)
        return answer

    def check_known_away(self, url: str) -> None:
        """Raise UpstreamAway where it would not be asked now. Takes no turn, and asks nothing."""
        host = origin_text(url)
        breaker = self.breakers.get(host)
        if breaker is not None and breaker.state(self.clock()) is BreakerState.OPEN:
            raise self._known_away(host, breaker)

    def _known_away(self, host: str, breaker: Breaker) -> UpstreamAway:
        self.observer.asked(host, "breaker", 0.0)
        return UpstreamAway(
            "It was away a moment ago, and is not asked now",
            where=host,
            retry_after=breaker.seconds_left(self.clock()),
        )

    async def close(self) -> None:
        """Close the connections; the next request opens a new session."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None,
        params: Mapping[str, str] | None,
        form: Mapping[str, str] | bytes | None,
        body: object,
    ) -> Answer:
        sent = {"Accept": "application/json", "User-Agent": "libretexts-hub", **(headers or {})}
        try:
            for _ in range(MOST_REDIRECTS + 1):
                async with self._opened().request(
                    method,
                    url,
                    headers=sent,
                    params=params,
                    data=form,
                    json=body,
                    ssl=tls(self.ca),
                    proxy=proxy_for(url),
                    allow_redirects=False,
                ) as answer:
                    if answer.status not in REDIRECTS or "Location" not in answer.headers:
                        read = await self._read(answer)
                        return Answer(answer.status, answer.headers, read, str(answer.url))
                    target = urljoin(str(answer.url), answer.headers["Location"])
                url, params = same_origin(url, target), None
                if method != "GET":
                    raise UpstreamError("It redirects what was sent to it", where=origin_text(url))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise UpstreamAway(_reason(error), where=origin_text(url)) from None
        except ValueError:
            raise UpstreamError("Its answer can't be read", where=origin_text(url)) from None
        raise UpstreamError("It redirects without end", where=origin_text(url))

    async def _read(self, answer: aiohttp.ClientResponse) -> bytes:
        parts, size = [], 0
        async for part in answer.content.iter_chunked(1 << 16):
            size += len(part)
            if size > self.largest_answer:
                raise UpstreamError(
                    f"An answer is larger than {self.largest_answer >> 10} KiB",
                    where=origin_text(str(answer.url)),
                    status=answer.status,
                )
            parts.append(part)
        return b"".join(parts)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=MOST_CONNECTIONS, keepalive_timeout=KEEP_ALIVE_SECONDS, ttl_dns_cache=60
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(
                    total=self.total_seconds,
                    sock_connect=self.connect_seconds,
                    sock_read=self.total_seconds,
                ),
                loop=asyncio.get_running_loop(),
            )
        return self._session


def check_status(answer: Answer, accept: Collection[int] = (200,)) -> None:
    """Raise what this status means, unless it is in `accept`."""
    if answer.status in accept:
        return
    pause = retry_after(answer.headers.get("Retry-After", ""))
    if answer.status == 401:
        raise Expired("It knows this token no more (HTTP 401)", where=answer.where, status=401)
    if answer.status == 429 or (answer.status == 403 and (pause is not None or _is_used_up(answer.headers))):
        raise RateLimited(
            f"It asks for a pause (HTTP {answer.status})",
            where=answer.where,
            status=answer.status,
            retry_after=_reset(answer.headers) if pause is None else pause,
        )
    raise UpstreamError(f"It answers with HTTP {answer.status}", where=answer.where, status=answer.status)


def _is_used_up(headers: Mapping[str, str]) -> bool:
    # https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    return headers.get("X-RateLimit-Remaining", "").strip() == "0"


def _reset(headers: Mapping[str, str]) -> float | None:
    """Seconds until the time of `X-RateLimit-Reset`, which is in seconds since 1970."""
    text = headers.get("X-RateLimit-Reset", "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        return None
    return max(0.0, int(text) - time.time())


def _reason(error: Exception) -> str:
    """What happened, without addresses: aiohttp's words may hold a whole URL."""
    if isinstance(error, TimeoutError):
        return "It does not answer in time"
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return "Its certificate is not trusted"
    if isinstance(error, aiohttp.ClientConnectorError | ConnectionError):
        return "It can't be reached"
    return f"Its answer broke off ({type(error).__name__})"
