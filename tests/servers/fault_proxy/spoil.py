"""What do the spoiled answers look like?"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import aiohttp

    from .rules import Rule

# k8s.io/apimachinery/pkg/apis/meta/v1/types.go, StatusReason.
_REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "AlreadyExists",
    410: "Expired",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


class CutError(Exception):
    """The connection ends here, by `reset` or by `close`."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


def failure(code: int, retry_after: int | None = None) -> dict[str, object]:
    """A Status object as the API server writes it."""
    status: dict[str, object] = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": f"made to fail with {code} by the fault proxy",
        "reason": _REASONS.get(code, "Unknown"),
        "code": code,
    }
    if retry_after is not None:
        status["details"] = {"retryAfterSeconds": retry_after}
    return status


def status_answer(rule: Rule) -> web.Response:
    """The answer of a `status` rule: a Status object, or the rule's own text."""
    headers = {} if rule.retry_after is None else {"Retry-After": str(rule.retry_after)}
    if rule.body is not None:
        return web.Response(status=rule.status, text=rule.body, headers=headers)
    return web.json_response(failure(rule.status, rule.retry_after), status=rule.status, headers=headers)


def watch_error_line(rule: Rule) -> bytes:
    """The last line of a watch whose version is too old, as the API server sends it inside a 200 answer."""
    return json.dumps({"type": "ERROR", "object": failure(rule.status or 410)}).encode() + b"\n"


async def paced(upstream: aiohttp.ClientResponse, striking: list[Rule]) -> AsyncIterator[bytes]:
    """The pieces of the answer as they come, or as a `trickle` and a `truncate` rule want them."""
    left = next((rule.bytes for rule in striking if rule.action == "truncate"), None)
    slow = next((rule for rule in striking if rule.action == "trickle"), None)
    async for piece in _pieces(upstream):
        if left is not None and len(piece) >= left:
            yield piece[:left]
            raise CutError("close")
        if left is not None:
            left -= len(piece)
        if slow is None:
            yield piece
            continue
        for start in range(0, len(piece), slow.bytes):
            yield piece[start : start + slow.bytes]
            await asyncio.sleep(slow.seconds)


async def _pieces(upstream: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    whole = getattr(upstream, "_body", None)
    if whole is not None:
        yield whole
        return
    async for piece in upstream.content.iter_any():
        yield piece
