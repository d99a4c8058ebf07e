"""Does the server in the pod answer over HTTP?

A TCP connection alone is no answer: a socket may be bound before its loop runs. Most attempts meet a refused
connection, so an attempt is a bare connection and one request line: a tenth of what an HTTP client costs the
hub.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

LONGEST_STATUS_LINE = 4096
# One attempt: a server that has accepted the connection answers as soon as its loop runs.
ATTEMPT_SECONDS = 5.0
INTERVAL_SECONDS = 0.08
LONGEST_INTERVAL_SECONDS = 0.3
# With many servers starting at once the attempts of all together stay below this rate.
ATTEMPTS_PER_SECOND = 1000

_waiting = 0


async def wait_for_answer(
    url: str, *, seconds: float, check: Callable[[], None], context: ssl.SSLContext | None = None
) -> bool:
    """Ask `url` until it answers below 500 (as JupyterHub's own check does) or `seconds` pass: then False.

    `check` is called between attempts; what it raises ends the wait.
    """
    global _waiting
    deadline = asyncio.get_running_loop().time() + seconds
    _waiting += 1
    try:
        while (remaining := deadline - asyncio.get_running_loop().time()) > 0:
            if await answers(url, seconds=min(ATTEMPT_SECONDS, remaining), context=context):
                return True
            check()
            interval = max(INTERVAL_SECONDS, _waiting / ATTEMPTS_PER_SECOND)
            await asyncio.sleep(min(interval, LONGEST_INTERVAL_SECONDS))
    finally:
        _waiting -= 1
    return False


async def answers(url: str, *, seconds: float, context: ssl.SSLContext | None = None) -> bool:
    """Whether one GET of `url` is answered with a status below 500 within `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            status = await _status(url, context)
    except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return False
    return 100 <= status < 500


async def _status(url: str, context: ssl.SSLContext | None) -> int:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(
        parts.hostname, port, ssl=(context or True) if secure else None, limit=LONGEST_STATUS_LINE
    )
    try:
        request = f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
        writer.write(request.encode("ascii"))
        status_line = await reader.readuntil(b"\r\n")
    finally:
        writer.close()
        with contextlib.suppress(OSError, ssl.SSLError):
            writer.transport.abort()
    protocol, _, rest = status_line.partition(b" ")
    if not protocol.startswith(b"HTTP/"):
        raise ValueError("not an HTTP answer")
    return int(rest[:3])
