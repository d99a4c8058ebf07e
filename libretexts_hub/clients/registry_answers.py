"""How is an answer of a registry read? Never more of it than is needed, and nothing on trust."""

import contextlib
import json
import ssl
import urllib.request
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp

from libretexts_hub.clients.registry_errors import RegistryError, TagNotFoundError
from libretexts_hub.domain.repositories import Repository

# The specification asks a registry to take manifests of 4 MiB; a list of 100,000 tags is 2 to 4 MB.
LARGEST_ANSWER = 16 << 20
TIMEOUT = aiohttp.ClientTimeout(total=30, connect=5, sock_connect=5, sock_read=15)
MOST_REDIRECTS = 3
AGAIN = "Nothing to do: it is asked again. If it lasts, look at the registry."


@contextlib.asynccontextmanager
async def ask(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    repository: Repository,
    headers: Mapping[str, str],
    *,
    form: Mapping[str, str] | None = None,
    redirects: int = MOST_REDIRECTS,
) -> AsyncIterator[aiohttp.ClientResponse]:
    """One request, so many redirects followed; another host gets no Authorization and must speak HTTPS.

    Raises RegistryError for what never became an answer.
    """
    # Compressed, a small answer can grow a thousandfold while it is unpacked.
    headers = {"Accept-Encoding": "identity", **headers}
    try:
        for _ in range(redirects + 1):
            async with session.request(
                method,
                url,
                headers=headers,
                data=form,
                ssl=tls(repository.connection.ca),
                timeout=TIMEOUT,
                allow_redirects=False,
                auto_decompress=False,
                proxy=proxy_for(url),
            ) as answer:
                if answer.status not in (301, 302, 303, 307, 308):
                    yield answer
                    return
                target = urljoin(url, answer.headers.get("Location", ""))
            if origin(target) != origin(url):
                headers = {name: value for name, value in headers.items() if name != "Authorization"}
                _check_foreign(target, repository)
            url = target
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise RegistryError(_reason(error), where=str(repository), fix=AGAIN) from None
    raise RegistryError("It redirects without end", where=str(repository), fix=AGAIN)


async def read(answer: aiohttp.ClientResponse, repository: Repository) -> bytes:
    """The whole body. Raises RegistryError when it is larger than any that is right, or compressed."""
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise RegistryError("An answer is compressed, unasked", where=str(repository), fix=AGAIN)
    parts, size = [], 0
    async for part in answer.content.iter_chunked(1 << 16):
        size += len(part)
        if size > LARGEST_ANSWER:
            raise RegistryError(
                f"An answer is larger than {LARGEST_ANSWER >> 20} MiB",
                where=str(repository),
                fix="Name a repository with fewer tags.",
            )
        parts.append(part)
    return b"".join(parts)


def parsed(body: bytes, repository: Repository) -> dict[str, object]:
    """A JSON object. Raises RegistryError."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise RegistryError("An answer is no JSON object", where=str(repository), fix=AGAIN)
    return value


def check_status(answer: aiohttp.ClientResponse, repository: Repository, what: str) -> None:
    """Raise the RegistryError of this status; return for a good one."""
    status = answer.status
    if status in (200, 304):
        return
    where = str(repository)
    if status == 404:
        raise TagNotFoundError(f"There is no {what}", where=where, fix="Correct the name, or push it.")
    if status in (401, 403):
        raise RegistryError(
            f"The registry refuses to show {what} (HTTP {status})",
            where=where,
            fix="Correct the name, or give the hub credentials that may pull it.",
        )
    words = "The registry asks for a pause" if status == 429 else "The registry answers with an error"
    raise RegistryError(
        f"{words} (HTTP {status})",
        where=where,
        fix=AGAIN,
        retry_after=retry_after(answer.headers.get("Retry-After", "")),
    )


def retry_after(text: str, *, now: datetime | None = None) -> float | None:
    """Seconds of a Retry-After header, which is a number or a date (RFC 9110, section 10.2.3)."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address. Raises ValueError for a port that is none."""
    parts = urlsplit(url)
    return (
        parts.scheme,
        (parts.hostname or "").lower(),
        parts.port or {"http": 80, "https": 443}.get(parts.scheme),
    )


def tls(ca: str) -> ssl.SSLContext | bool:
    """How a certificate is checked: by the authorities of the system, and by the operator's own as well.

    As well, as Docker's certs.d does it: tokens may come from, and answers lie on, a host of the wide world.
    """
    if not ca:
        return True
    try:
        return _context(ca, Path(ca).stat().st_mtime_ns)
    except (OSError, ssl.SSLError) as error:
        raise RegistryError(
            f"The certificate authority can't be read: {error.strerror or 'no certificate in it'}",
            where=ca,
            fix="Mount a file with certificates in PEM into the hub.",
        ) from None


@lru_cache(maxsize=8)
def _context(ca: str, _changed: int) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=ca)
    return context


def _check_foreign(target: str, repository: Repository) -> None:
    if not target.startswith("https://"):
        raise RegistryError("It redirects to another host without TLS", where=str(repository), fix=AGAIN)


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for this address."""
    # aiohttp's trust_env would also send what a .netrc holds: the proxy alone is taken from the environment.
    parts = urlsplit(url)
    proxy = urllib.request.getproxies().get(parts.scheme)
    if not proxy or urllib.request.proxy_bypass(parts.netloc):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _reason(error: Exception) -> str:
    """What happened, without addresses: aiohttp's words may hold a whole URL."""
    if isinstance(error, TimeoutError):
        return "The registry does not answer in time"
    if isinstance(
        error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError | ssl.SSLError
    ):
        return "The certificate of the registry is not trusted"
    if isinstance(error, aiohttp.ClientConnectorError | ConnectionError):
        return "The registry can't be reached"
    return f"The registry's answer can't be read ({type(error).__name__})"
