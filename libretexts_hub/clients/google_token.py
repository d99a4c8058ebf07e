"""How is the hub given a token to ask Google about groups? It signs a request for one itself (RFC 7523).

google-auth would do the same with a blocking client; PyJWT signs in a millisecond, in a thread.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from libretexts_hub.clients.asking import Ask
from libretexts_hub.clients.upstream import UpstreamError
from libretexts_hub.domain.service_account import (
    FIX,
    JWT_BEARER,
    LONGEST_KEY_FILE,
    ServiceAccount,
    assertion_claims,
    parse_key_file,
)
from libretexts_hub.errors import ConfigurationError

# Of an hour; a token that ends while it travels would be refused.
MARGIN_SECONDS = 120.0
LONGEST_LIFETIME = 3600.0


def read_key_file(path: str, *, where: str) -> ServiceAccount:
    """Read and check a key file; blocking. Raises ConfigurationError in words, without the content."""
    place = f"{where}, {path}"
    try:
        with Path(path).open("rb") as file:
            content = file.read(LONGEST_KEY_FILE + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise ConfigurationError(
            f"The key of the service account can't be read: {reason}",
            where=place,
            fix="Mount the Secret with the key there, readable for the hub.",
        ) from None
    account = parse_key_file(content, where=place)
    try:
        key = load_pem_private_key(account.private_key.encode(), None)
    except Exception:  # cryptography raises several; none of their words are needed, and some quote
        key = None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ConfigurationError("The private_key of the file is no RSA key", where=place, fix=FIX)
    return account


class ServiceTokens:
    """Tokens of one service account, acting as `subject`; of many that need one, the first asks.

    `read` gives the account at every renewal, so that a rotated key is picked up; it may block.
    """

    def __init__(self, ask: Ask, read: Callable[[], ServiceAccount], *, scope: str, subject: str) -> None:
        self._ask = ask
        self._read = read
        self._scope = scope
        self._subject = subject
        self._account: ServiceAccount | None = None
        self._token = ""
        self._until = 0.0
        self._turn = asyncio.Lock()

    async def token(self) -> str:
        """A token that is good for two minutes at least. Raises UpstreamError."""
        async with self._turn:
            if not self._token or time.monotonic() >= self._until:
                await self._renew()
            return self._token

    def forget(self, refused: str) -> None:
        """Google refused this token; one that came in the meantime stays."""
        if refused == self._token:
            self._token = ""

    async def _renew(self) -> None:
        account, assertion = await asyncio.to_thread(self._signed)
        reply = await self._ask(
            "POST", account.token_url, form={"grant_type": JWT_BEARER, "assertion": assertion}
        )
        body = reply.body if isinstance(reply.body, Mapping) else {}
        token, lifetime = body.get("access_token"), body.get("expires_in")
        is_token = (
            isinstance(token, str) and token.isascii() and token.isprintable() and 0 < len(token) < 8192
        )
        if reply.status != 200 or not isinstance(token, str) or not is_token:
            raise UpstreamError(
                f"Google gives the service account no token (HTTP {reply.status} {reply.error()})".rstrip(),
                where=f"{account.email} as {self._subject}",
                fix=f"Delegate {self._scope} to it in the Admin console, and let it act as an administrator.",
                status=reply.status,
            )
        is_number = isinstance(lifetime, int | float) and lifetime > 0
        seconds = min(float(lifetime), LONGEST_LIFETIME) if is_number and lifetime else MARGIN_SECONDS
        self._token = token
        self._until = time.monotonic() + max(seconds - MARGIN_SECONDS, seconds / 2)

    def _signed(self) -> tuple[ServiceAccount, str]:
        try:
            account = self._account = self._read()
        except ConfigurationError as error:
            # The hub started with a good one; a Secret that is replaced may be half there for a moment.
            if self._account is None:
                raise UpstreamError(error.what, where=error.where, fix=error.fix) from None
            account = self._account
        claims = assertion_claims(account, scope=self._scope, subject=self._subject, now=int(time.time()))
        headers = {"kid": account.key_id} if account.key_id else None
        return account, jwt.encode(claims, account.private_key, algorithm="RS256", headers=headers)
