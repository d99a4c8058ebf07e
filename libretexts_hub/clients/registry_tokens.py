"""How does the hub show a registry who it is? Not at all, by name and password, or by a token.

https://distribution.github.io/distribution/spec/auth/token/ and, for identity tokens, .../auth/oauth/.
"""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import aiohttp

from libretexts_hub.clients.registry_answers import AGAIN, TIMEOUT, check_status, parsed, read, tls
from libretexts_hub.clients.registry_challenge import Challenge, parse_challenges
from libretexts_hub.clients.registry_credentials import Credentials, read_credentials
from libretexts_hub.clients.registry_errors import RegistryError
from libretexts_hub.domain.repositories import Repository

# The specification's default when a token says nothing, and how long before its end it is not used any more.
DEFAULT_LIFETIME = 60.0
MARGIN = 10.0
LONGEST_TOKEN = 32 << 10
# Registries whose tokens come from a host that does not look related.
KNOWN_REALMS = {"registry-1.docker.io": "auth.docker.io", "registry.gitlab.com": "gitlab.com"}

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

    def known(self, repository: Repository) -> str:
        """The header to send before anything is asked for; "" for none."""
        token = self._kept.get(repository)
        if token is not None and asyncio.get_running_loop().time() < token.until:
            return f"Bearer {token.value}"
        return self._basic.get(repository, "")

    def forget(self, repository: Repository) -> None:
        """What the registry refused is not shown again."""
        self._kept.pop(repository, None)
        self._basic.pop(repository, None)

    async def answer(self, repository: Repository, header: str) -> str:
        """The header that answers a WWW-Authenticate `header`. Raises RegistryError."""
        challenges = {each.scheme: each for each in reversed(parse_challenges(header))}
        credentials = await self._credentials(repository)
        if "bearer" in challenges:
            token = await self._fetch(repository, challenges["bearer"], credentials)
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
        return await asyncio.to_thread(read_credentials, source, repository.host, secret)

    async def _fetch(
        self, repository: Repository, challenge: Challenge, credentials: Credentials | None
    ) -> Token:
        realm = challenge.parameters.get("realm", "")
        _check_realm(realm, repository)
        # The scope is ours: a registry may not make the hub ask for more than to pull this repository.
        fields = {"scope": f"repository:{repository.name}:pull"}
        if service := challenge.parameters.get("service"):
            fields["service"] = service
        try:
            return await self._ask(realm, fields, repository, credentials)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise RegistryError(
                f"No token can be had ({type(error).__name__})", where=str(repository), fix=AGAIN
            ) from None

    async def _ask(
        self, realm: str, fields: dict[str, str], repository: Repository, credentials: Credentials | None
    ) -> Token:
        options = {"ssl": tls(repository.connection.ca), "timeout": TIMEOUT, "allow_redirects": False}
        if credentials is not None and credentials.identity_token:
            form = {"grant_type": "refresh_token", "refresh_token": credentials.identity_token} | fields
            request = self._session.post(realm, data=form | {"client_id": "libretexts-hub"}, **options)  # type: ignore[arg-type]
        else:
            headers = {"Authorization": _basic(credentials)} if credentials is not None else {}
            url = f"{realm}{'&' if '?' in realm else '?'}{urlencode(fields)}"
            request = self._session.get(url, headers=headers, **options)  # type: ignore[arg-type]
        async with request as answer:
            check_status(answer, repository, "token")
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


def _check_realm(realm: str, repository: Repository) -> None:
    """Refuse to ask, and to show credentials to, a place that has nothing to do with the registry."""
    try:
        asked, registry = urlsplit(realm), urlsplit(repository.api)
        host, own = (asked.hostname or "").lower(), (registry.hostname or "").lower()
        trusted = (asked.scheme == "https" or repository.connection.plain_http) and _related(
            host, own, repository.connection.realm
        )
    except ValueError:
        trusted = False
    if not trusted or asked.username is not None:
        raise RegistryError(
            f"Its tokens come from {realm!r:.100}, which is not trusted",
            where=str(repository),
            fix="If that is right, write its host as realm: below registry:.",
        )


def _related(host: str, own: str, named: str) -> bool:
    if not host:
        return False
    if host in (own, named.partition(":")[0].lower(), KNOWN_REALMS.get(own)):
        return True
    # registry.example.org may be served by auth.example.org or example.org, not by any other .org.
    _, _, parent = own.partition(".")
    return (
        "." in parent
        and not own.replace(".", "").isdigit()
        and (host == parent or host.endswith(f".{parent}"))
    )


def _basic(credentials: Credentials) -> str:
    pair = f"{credentials.username}:{credentials.password}".encode()
    return f"Basic {base64.b64encode(pair).decode()}"
