"""As whom does the hub ask Google? What is in the key file of a service account.

https://developers.google.com/identity/protocols/oauth2/service-account says what the file holds and how the
request for a token is signed with it.
"""

import json
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from libretexts_hub.errors import ConfigurationError

LONGEST_KEY_FILE = 64 << 10
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
# Google takes no assertion that is good for longer.
LIFETIME_SECONDS = 3600
FIX = "Make a new JSON key of the service account in the Google Cloud console, and mount it unchanged."


@dataclass(frozen=True)
class ServiceAccount:
    """A service account; its key is in no representation."""

    email: str
    token_url: str
    key_id: str = ""
    private_key: str = field(default="", repr=False)


def parse_key_file(content: bytes, *, where: str) -> ServiceAccount:
    """Read the JSON of a key file. Raises ConfigurationError, which never quotes the content."""
    if len(content) > LONGEST_KEY_FILE:
        raise ConfigurationError("The file is too large for a service account's key", where=where, fix=FIX)
    try:
        read = json.loads(content)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise ConfigurationError("The file is not the JSON of a service account", where=where, fix=FIX)
    if read.get("type") != "service_account":
        raise ConfigurationError(
            "The file is not a service account's: its type is not service_account", where=where, fix=FIX
        )
    for key in ("client_email", "private_key", "token_uri"):
        if not isinstance(read.get(key), str) or not read[key].strip():
            raise ConfigurationError(f"The key file has no {key}", where=where, fix=FIX)
    url = check_url(read["token_uri"], where=f"{where}, token_uri")
    key_id = read.get("private_key_id")
    return ServiceAccount(
        email=read["client_email"].strip(),
        token_url=url,
        key_id=key_id if isinstance(key_id, str) else "",
        private_key=read["private_key"],
    )


def check_url(url: str, *, where: str) -> str:
    """An address that may be sent secrets: https, or http to this machine. Raises ConfigurationError."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    is_here = host in ("127.0.0.1", "::1", "localhost")
    if (
        not host
        or "@" in parts.netloc
        or not (parts.scheme == "https" or (parts.scheme == "http" and is_here))
    ):
        raise ConfigurationError(
            f"{url!r:.200} is no https:// address",
            where=where,
            fix="Write an address that begins with https://.",
        )
    return url


def assertion_claims(account: ServiceAccount, *, scope: str, subject: str, now: int) -> dict[str, object]:
    """What the hub signs to be given a token: who asks, for what, and as which administrator (`subject`)."""
    claims: dict[str, object] = {
        "iss": account.email,
        "scope": scope,
        "aud": account.token_url,
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
    }
    return claims | ({"sub": subject} if subject else {})
