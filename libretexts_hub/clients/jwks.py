"""With which keys does a provider sign? Fetched, kept, and fetched again for an unknown key (RFC 7517)."""

import asyncio
import time
from collections import deque
from collections.abc import Mapping

import jwt

from libretexts_hub.clients.asking import Ask
from libretexts_hub.clients.upstream import UpstreamError

# Only asymmetric ones: with HS256 a public key would be the secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
KEPT_SECONDS = 6 * 3600.0
# A stranger can send tokens with made-up key ids; the provider is not asked for each of them: a few times at
# once, since keys do rotate, and then every half a minute.
PAUSE_SECONDS = 30.0
MOST_AT_ONCE = 10
MOST_KEYS = 100
Keys = Mapping[str, jwt.PyJWK]


class KeySet:
    """The keys at one address. While the provider is away the kept ones are used on."""

    def __init__(self, ask: Ask, *, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._ask = ask
        self._pause = pause_seconds
        self._keys: Keys = {}
        self._fetched = float("-inf")
        self._tries: deque[float] = deque(maxlen=MOST_AT_ONCE)
        self._turn = asyncio.Lock()

    async def key(self, url: str, key_id: str) -> jwt.PyJWK | None:
        """The key of this id; without an id the only one there is. None: unknown. Raises UpstreamError."""
        found = self._known(key_id)
        if found is not None and time.monotonic() - self._fetched < KEPT_SECONDS:
            return found
        async with self._turn:
            found = self._known(key_id)
            now = time.monotonic()
            is_fresh = now - self._fetched < KEPT_SECONDS
            if (found is not None and is_fresh) or (self._keys and self._is_enough(now)):
                return found
            self._tries.append(now)
            try:
                self._keys = await self._fetch(url)
            except UpstreamError:
                if found is None:
                    raise
                return found
            self._fetched = now
            return self._known(key_id)

    def _is_enough(self, now: float) -> bool:
        return len(self._tries) == MOST_AT_ONCE and now - self._tries[0] < MOST_AT_ONCE * self._pause

    def _known(self, key_id: str) -> jwt.PyJWK | None:
        if not key_id and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(key_id) if key_id else None

    async def _fetch(self, url: str) -> Keys:
        reply = await self._ask("GET", url)
        listed = reply.body.get("keys") if isinstance(reply.body, Mapping) else None
        found = {}
        for number, each in enumerate(listed[:MOST_KEYS] if isinstance(listed, list) else ()):
            if not isinstance(each, dict) or each.get("use", "sig") != "sig" or each.get("kty") == "oct":
                continue
            try:
                key = jwt.PyJWK(each)
            except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError):
                continue  # a kind of key that is newer than PyJWT
            found[key.key_id if isinstance(key.key_id, str) else f"#{number}"] = key
        if reply.status != 200 or not found:
            raise UpstreamError(
                f"There are no keys to check signatures with (HTTP {reply.status})",
                where=url,
                fix="Check jwks_url, or issuer.",
                status=reply.status,
            )
        return found
