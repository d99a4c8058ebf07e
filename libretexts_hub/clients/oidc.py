"""What does an OpenID provider say about a login, and did it really say so?

https://openid.net/specs/openid-connect-discovery-1_0.html and
.../openid-connect-core-1_0.html, section 3.1.3.7.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

import jwt

from libretexts_hub.clients.asking import Ask
from libretexts_hub.clients.jwks import ALGORITHMS, KeySet
from libretexts_hub.clients.upstream import UpstreamError
from libretexts_hub.domain.id_token import fault_of, is_of_access_token
from libretexts_hub.domain.service_account import check_url
from libretexts_hub.errors import ConfigurationError, LibreTextsHubError

LONGEST_ID_TOKEN = 64 << 10
DISCOVERY = "/.well-known/openid-configuration"


class IdTokenError(LibreTextsHubError):
    """An id_token that proves nothing. The text for the log has no part of the token."""

    jupyterhub_message = (
        "The answer of the login service could not be trusted, so you are not logged in. Please try again; "
        "if it happens again, tell whoever runs this hub."
    )


@dataclass(frozen=True)
class Endpoints:
    """Where the parts of a provider are; empty for what it does not have."""

    authorize: str = ""
    token: str = ""
    userinfo: str = ""
    keys: str = ""


class OpenIDProvider:
    """One issuer. `endpoints.keys` empty: everything is looked up in its discovery document.

    `issuers` are the spellings of the issuer that its tokens may have: Google's have two.
    """

    def __init__(
        self,
        ask: Ask,
        *,
        issuers: tuple[str, ...],
        client_id: str,
        endpoints: Endpoints | None = None,
        algorithms: tuple[str, ...] = ("RS256", "ES256"),
        keys: KeySet | None = None,
    ) -> None:
        self._ask = ask
        self._issuers = issuers
        self._client_id = client_id
        self._given = endpoints or Endpoints()
        self._algorithms = tuple(each for each in algorithms if each in ALGORITHMS)
        self._keys = keys or KeySet(ask)
        self._found: Endpoints | None = None
        self._turn = asyncio.Lock()

    async def endpoints(self) -> Endpoints:
        """As given, or else as discovered, which is done once. Raises UpstreamError."""
        if self._given.keys:
            return self._given
        async with self._turn:
            if self._found is None:
                self._found = await self._discover()
            return self._found

    async def _discover(self) -> Endpoints:
        url = self._issuers[0].rstrip("/") + DISCOVERY
        reply = await self._ask("GET", url)
        body = reply.body if isinstance(reply.body, Mapping) else {}
        # Whoever answers for another issuer could be given this hub's logins.
        if reply.status != 200 or body.get("issuer") not in self._issuers:
            raise UpstreamError(
                f"This is not the document of the issuer (HTTP {reply.status})",
                where=url,
                fix="Write issuer exactly as the document itself has it.",
                status=reply.status,
            )
        names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
        return Endpoints(*(_checked(body, name, url) for name in names))

    async def verify(
        self, id_token: object, *, nonce: str | None, access_token: str = ""
    ) -> dict[str, object]:
        """The claims of an id_token that this issuer signed for this client and this login.

        Raises IdTokenError, and UpstreamError where the keys can't be had.
        """
        where = self._issuers[0]
        if not isinstance(id_token, str) or not 0 < len(id_token) <= LONGEST_ID_TOKEN:
            raise IdTokenError(
                "There is no id_token",
                where=where,
                fix="Ask for the scope openid, and check the client's kind.",
            )
        algorithm, key_id = self._header(id_token)
        key = await self._keys.key((await self.endpoints()).keys, key_id)
        claims = _signed_claims(id_token, key, algorithm)
        if claims is None:
            raise self._untrusted("its signature is not the issuer's")
        fault = fault_of(
            claims, issuers=self._issuers, client_id=self._client_id, nonce=nonce, now=time.time()
        )
        if not fault and access_token and not is_of_access_token(claims, access_token, algorithm):
            fault = "it is not about the access token"
        if fault:
            raise self._untrusted(fault)
        return claims

    def _header(self, id_token: str) -> tuple[str, str]:
        try:
            header = jwt.get_unverified_header(id_token)
        except (jwt.PyJWTError, ValueError, TypeError):
            raise self._untrusted("it is no signed token") from None
        algorithm, key_id = header.get("alg"), header.get("kid", "")
        if not isinstance(algorithm, str) or algorithm not in self._algorithms:
            raise self._untrusted("it is signed in a way that is not allowed")
        return algorithm, key_id if isinstance(key_id, str) else ""

    def _untrusted(self, fault: str) -> IdTokenError:
        return IdTokenError(
            f"An id_token is refused: {fault}",
            where=self._issuers[0],
            fix="At every login: check issuer, client_id and the clock. Once: it may be an attack.",
        )


def _signed_claims(id_token: str, key: jwt.PyJWK | None, algorithm: str) -> dict[str, object] | None:
    """None for a signature that is not of this key."""
    if key is None:
        return None
    try:
        # A key that says for which algorithm it is, is for no other.
        payload = jwt.PyJWS().decode(id_token, key, algorithms=[algorithm])
        claims = json.loads(payload)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None


def _checked(body: Mapping[object, object], name: str, url: str) -> str:
    value = body.get(name)
    if value is None and name == "userinfo_endpoint":
        return ""
    try:
        return check_url(value if isinstance(value, str) else "", where=f"{url}, {name}")
    except ConfigurationError as error:
        raise UpstreamError(error.what, where=error.where, fix="Check issuer.", status=200) from None
