"""How is a server asked without pressing it, and when is a request sent again?

A read is sent again, with jitter and as late as Retry-After says, until its deadline. A change is sent again
only when it surely had no effect: 429, or a connection that was refused. While a server asks to wait, all
requests to it wait, and fewer are under way at once; never are there more of them than `concurrency`.
"""

import asyncio
import json
import random
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Self

import aiohttp
from yarl import URL

from libretexts_hub.clients.door import Door
from libretexts_hub.domain.culling_errors import UnavailableError

# Statuses of a server, or of a proxy before it, that is busy, restarts or has a bad moment.
PASSING = frozenset({408, 429, 500, 502, 503, 504})
AGAIN = "Look whether it runs and what its log says; the next run tries it again."
FIRST_PAUSE_SECONDS = 0.25
# A server whose answer took longer gets fewer requests at once, unless one alone takes as long.
SLOW_SECONDS = 5.0
SLOWER_THAN_ALONE = 2.0
LONGEST_PAUSE_SECONDS = 20.0
# A server may ask for more patience than its deadline, but not put the culler to sleep for ever.
LONGEST_RETRY_AFTER_SECONDS = 120.0
MOST_BYTES = 96 * 2**20
# A token from a file or an environment variable, read anew where it may have been rotated.
Authorization = Callable[[], Awaitable[str]]


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the head, the whole body, and how long it took in seconds."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float = 0.0

    def document(self) -> Any:
        """The JSON in the body; None where it is something else."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def time(self) -> float | None:
        """Seconds since 1970 as the server's Date header has it; None without one that can be read."""
        try:
            return parsedate_to_datetime(self.headers.get("Date", "")).timestamp()
        except (ValueError, OverflowError):
            return None

    @property
    def retry_after(self) -> float:
        """Seconds that it asks to wait (RFC 9110, 10.2.3: number or date); 0 where it says nothing."""
        said = self.headers.get("Retry-After", "")
        try:
            seconds = float(said)
        except ValueError:
            try:
                seconds = parsedate_to_datetime(said).timestamp() - (self.time or time.time())
            except (ValueError, OverflowError):
                seconds = 0.0
        return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_SECONDS) if seconds == seconds else 0.0


@dataclass(frozen=True)
class Patience:
    """`seconds`: one try; `deadline`: all tries of one request, in seconds."""

    seconds: float = 60.0
    deadline: float = 180.0
    first_pause: float = FIRST_PAUSE_SECONDS


class PoliteClient:
    """Requests to one server. Redirects are not followed: a token must not go elsewhere."""

    def __init__(
        self,
        base: str,
        authorization: Authorization,
        *,
        concurrency: int = 10,
        patience: Patience | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.base = base.rstrip("/")
        self.in_flight = self.most_in_flight = self.sent = self.retried = 0
        self._authorization = authorization
        self._door = Door(concurrency)
        self._patience = patience or Patience()
        self._tls = tls
        self._not_before = 0.0
        self._alone_seconds = 0.0
        self._concurrency = concurrency
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            limit=self._concurrency, ssl=self._tls if self._tls is not None else True
        )
        timeout = aiohttp.ClientTimeout(total=self._patience.seconds, sock_connect=10)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False)
        # aiohttp sends a DELETE again, unasked, when a kept connection breaks: it might have had its effect.
        self._session._retry_connection = False
        return self

    async def __aexit__(self, *exception: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        document: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send it until there is an answer worth having. `path` is quoted already, from the base on.

        Raises UnavailableError when there is none: after the deadline, or for a change that may have had an
        effect (`is_sure` False).
        """
        deadline = time.monotonic() + self._patience.deadline
        target = URL(self.base + path + _query(query), encoded=True)
        is_read = method == "GET"
        tries = 0
        while True:
            answer, trouble, is_sure = await self._try(method, target, document, headers or {}, deadline)
            may_again = is_read or is_sure
            if answer is not None and (answer.status not in PASSING or not may_again):
                return answer
            tries += 1
            pause = self._pause(tries, answer)
            if not may_again or time.monotonic() + pause > deadline:
                raise UnavailableError(
                    f"{method} was not done: {trouble}",
                    where=f"{self.base}{path:.200}",
                    fix=AGAIN,
                    is_sure=is_sure,
                )
            if answer is not None and answer.status in (429, 503):
                self._not_before = max(self._not_before, time.monotonic() + pause)
            self.retried += 1
            await asyncio.sleep(pause)

    def _pause(self, tries: int, answer: Answer | None) -> float:
        longest = min(LONGEST_PAUSE_SECONDS, self._patience.first_pause * (1 << min(tries - 1, 16)))
        wait = longest * (0.5 + 0.5 * random.random())  # noqa: S311 (jitter)
        return max(wait, answer.retry_after if answer is not None else 0.0)

    async def _try(
        self, method: str, target: URL, document: object, headers: Mapping[str, str], deadline: float
    ) -> tuple[Answer | None, str, bool]:
        """The answer or what went wrong, and whether the request surely had no effect."""
        # Who changes something has just looked whether they may: others wait.
        async with self._door.entered(first=method != "GET"):
            await asyncio.sleep(max(0.0, min(self._not_before, deadline) - time.monotonic()))
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            # Its own number, where it has the server for itself from here on.
            alone = self.sent + 1 if self.in_flight == 1 else 0
            try:
                answer = await self._send(method, target, document, headers)
            except aiohttp.ClientConnectorError as error:
                return None, type(error).__name__, True
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                if isinstance(error, TimeoutError):
                    self._door.narrow()
                return None, type(error).__name__, False
            finally:
                self.in_flight -= 1
            is_much = answer.status in (429, 503) or self._is_slow(
                answer.seconds, is_alone=alone == self.sent
            )
            self._door.narrow() if is_much else self._door.widen()
        return answer, f"it answers {answer.status}", answer.status == 429

    def _is_slow(self, seconds: float, *, is_alone: bool) -> bool:
        """Whether fewer at once would help. A long way does not get shorter: what counts is that an answer
        takes longer than one to a request that had the server for itself."""
        if is_alone:
            self._alone_seconds = seconds
            return False
        return seconds > max(SLOW_SECONDS, SLOWER_THAN_ALONE * self._alone_seconds)

    async def _send(self, method: str, target: URL, document: object, headers: Mapping[str, str]) -> Answer:
        if self._session is None:
            raise RuntimeError("use it with `async with`")
        self.sent += 1
        sent = {"Accept": "application/json"} | dict(headers)
        if authorization := await self._authorization():
            sent["Authorization"] = authorization
        body = None
        if document is not None:
            body = json.dumps(document).encode()
            sent.setdefault("Content-Type", "application/json")
        began = time.monotonic()
        async with self._session.request(
            method, target, data=body, headers=sent, allow_redirects=False
        ) as answer:
            read = bytearray()
            async for piece in answer.content.iter_chunked(2**16):
                read += piece
                if len(read) > MOST_BYTES:
                    raise aiohttp.ClientPayloadError("the answer does not end")
            return Answer(answer.status, answer.headers, bytes(read), time.monotonic() - began)


def _query(query: Mapping[str, str | int] | None) -> str:
    return f"?{URL.build(query=query).raw_query_string}" if query else ""
