"""How does the hub show a registry who it is? Not at all, by name and password, or by a token.

https://distribution.github.io/distribution/spec/auth/token/ and, for identity tokens, .../auth/oauth/.
"""

import asyncio
import base64
import weakref
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp

from libretexts_hub.clients.registry_answers import AGAIN, ask, check_status, parsed, read
from libretexts_hub.clients.registry_challenge import Challenge, parse_challenges
from libretexts_hub.clients.registry_credentials import Credentials, read_credentials
from libretexts_hub.clients.registry_errors import RegistryError
from libretexts_hub.clients.registry_realms import check_realm
from libretexts_hub.domain.repositories import Repository

# The specification's default when a token says nothing, and how long before its end it is not used any more.
DEFAULT_LIFETIME = 60.0
MARGIN = 10.0
LONGEST_TOKEN = 32 << 10
SecretReader = Callable[[str], Awaitable[bytes]]


@dataclass(frozen=True)
class Token:
    """A bearer token and when, on the loop's clock, it is used no longer."""

    value: str
    until: float

    def __repr__(self) -> str:
        return f"Token(until={self.until:.0f})"


class Tokens:
    """The Authorization headers of one client. Tokens are kept until shortly before they end."""

    def __init__(self, session: aiohttp.ClientSession, secrets: SecretReader | None = None) -> None:
        self._session = session
        self._secrets = secrets
        self._kept: dict[Repository, Token] = {}
        self._basic: dict[Repository, str] = {}
        self._turns: weakref.WeakValueDictionary[Repository, asyncio.Lock] = weakref.WeakValueDictionary()

    def known(self, repository: Repository) -> str:
        """The header to send before anything is asked for; "" for none."""
        token = self._kept.get(repository)
        if token is not None and asyncio.get_running_loop().time() < token.until:
            return f"Bearer {token.value}"
        return self._basic.get(repository, "")

    def forget(self, repository: Repository, refused: str) -> None:
        """What the registry refused is not shown again; what came in the meantime stays."""
        if self.known(repository) == refused:
            self._kept.pop(repository, None)
            self._basic.pop(repository, None)

    async def answer(self, repository: Repository, header: str, *, refused: str) -> str:
        """The header that answers a WWW-Authenticate `header`, other than the one that was `refused`. Of many
        requests that need one at once, the first asks for it. Raises RegistryError."""
        turn = self._turns.setdefault(repository, asyncio.Lock())
        async with turn:
            known = self.known(repository)
            if known and known != refused:
                return known
            self.forget(repository, refused)
            return await self._answer(repository, header)

    async def _answer(self, repository: Repository, header: str) -> str:
        challenges = {each.scheme: each for each in reversed(parse_challenges(header))}
        credentials = await self._credentials(repository)
        if "bearer" in challenges:
            token = await self._fetch(repository, challenges["bearer"], credentials)
            self._drop_ended()
            self._kept[repository] = token
            return f"Bearer {token.value}"
        if "basic" in challenges and credentials is not None:
            self._basic[repository] = _basic(credentials)
            return self._basic[repository]
        raise RegistryError(
            "The registry wants credentials",
            where=str(repository),
            fix="Write credentials: below registry:.",
        )

    async def _credentials(self, repository: Repository) -> Credentials | None:
        source = repository.connection.credentials
        if source is None:
            return None
        secret = None
        if source.secret:
            if self._secrets is None:
                raise RegistryError(
                    "Secrets can't be read here",
                    where=f"Secret {source.secret}",
                    fix="Run this in the hub, or use a file.",
                )
            secret = await self._secrets(source.secret)
        host, path = repository.host, repository.name
        return await asyncio.to_thread(read_credentials, source, host, secret, path=path)

    def _drop_ended(self) -> None:
        now = asyncio.get_running_loop().time()
        self._kept = {repository: token for repository, token in self._kept.items() if now < token.until}

    async def _fetch(
        self, repository: Repository, challenge: Challenge, credentials: Credentials | None
    ) -> Token:
        realm = challenge.parameters.get("realm", "")
        check_realm(realm, repository)
        # The scope is ours: a registry may not make the hub ask for more than to pull this repository.
        fields = {"scope": f"repository:{repository.name}:pull"}
        if service := challenge.parameters.get("service"):
            fields["service"] = service
        if credentials is not None and credentials.identity_token:
            form = {"grant_type": "refresh_token", "refresh_token": credentials.identity_token} | fields
            form["client_id"] = "libretexts-hub"
            asking = ask(self._session, "POST", realm, repository, {}, form=form, redirects=0)
        else:
            headers = {"Authorization": _basic(credentials)} if credentials is not None else {}
            url = f"{realm}{'&' if '?' in realm else '?'}{urlencode(fields)}"
            asking = ask(self._session, "GET", url, repository, headers, redirects=0)
        async with asking as answer:
            if answer.status in (401, 403):
                raise RegistryError(
                    f"No token can be had (HTTP {answer.status})",
                    where=str(repository),
                    fix="Correct the name, or give the hub credentials that may pull it.",
                )
            check_status(answer, repository, "service for its tokens")
            return _token(parsed(await read(answer, repository), repository), repository)


def _token(answer: dict[str, object], repository: Repository) -> Token:
    value = answer.get("token") or answer.get("access_token")
    if (
        not isinstance(value, str)
        or len(value) > LONGEST_TOKEN
        or not value.isascii()
        or not value.isprintable()
    ):
        raise RegistryError("The answer holds no token", where=str(repository), fix=AGAIN)
    lifetime = answer.get("expires_in")
    seconds = (
        float(lifetime) if isinstance(lifetime, int | float) and 0 < lifetime < 10**6 else DEFAULT_LIFETIME
    )
    return Token(value, asyncio.get_running_loop().time() + max(seconds - MARGIN, seconds / 2))


def _basic(credentials: Credentials) -> str:
    pair = f"{credentials.username}:{credentials.password}".encode()
    return f"Basic {base64.b64encode(pair).decode()}"
