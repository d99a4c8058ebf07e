"""Which tokens follow from a refresh token that is good only once?

A provider that rotates refresh tokens (RFC 6819, 5.2.2.3) takes the old one for stolen when it comes twice,
and ends the login. So of many that renew one at once the first asks, and what came of it is kept until the
hub has stored it: a check that fails afterwards must not lose it.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

MOST_KEPT = 2000
Tokens = Mapping[str, Any]


class TokenRenewals:
    """What followed from which refresh token. Its keys are digests."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, asyncio.Task[Tokens]] = OrderedDict()

    async def newest(self, tokens: Tokens) -> Tokens:
        """The tokens that these became in the meantime; themselves if nothing."""
        while (task := self._asked.get(_digest(tokens))) is not None:
            try:
                tokens = await asyncio.shield(task)
            except asyncio.CancelledError:
                raise
            except Exception:  # whoever asked has seen it
                return tokens
        return tokens

    async def renew(self, tokens: Tokens, ask: Callable[[str], Awaitable[Tokens]]) -> Tokens:
        """New tokens for these. Raises what `ask` raises; the next one then asks again."""
        key = _digest(tokens)
        task = self._asked.get(key)
        if task is None:
            # A task of its own: a person who closes the page does not cancel what the provider already did.
            task = self._asked[key] = asyncio.ensure_future(ask(str(tokens["refresh_token"])))
            task.add_done_callback(lambda done: self._drop_failed(key, done))
            while len(self._asked) > MOST_KEPT:
                self._asked.popitem(last=False)
        fresh = await asyncio.shield(task)
        # A provider that does not rotate sends no new one, and the old one stays good: nothing to follow.
        if not fresh.get("refresh_token") or _digest(fresh) == key:
            self._asked.pop(key, None)
            return {**fresh, "refresh_token": tokens["refresh_token"]}
        return fresh

    def _drop_failed(self, key: str, done: "asyncio.Task[Tokens]") -> None:
        if done.cancelled() or done.exception() is not None:
            self._asked.pop(key, None)


def _digest(tokens: Tokens) -> str:
    return hashlib.sha256(str(tokens.get("refresh_token", "")).encode("utf-8", "surrogatepass")).hexdigest()
