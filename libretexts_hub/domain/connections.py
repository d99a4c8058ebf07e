"""How is a registry talked to?"""

import re
from dataclasses import dataclass

from libretexts_hub.domain.entries import Entry
from libretexts_hub.errors import ConfigurationError

CONNECTION_KEYS = ("platform", "credentials", "ca", "plain_http", "realm")
HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?")
PLATFORM = re.compile(r"[a-z0-9]+/[a-z0-9_]+(?:/[a-z0-9]+)?")


@dataclass(frozen=True)
class CredentialsSource:
    """Where a name and a password are: a Secret or file as `docker login` writes it, or a name and a file."""

    secret: str = ""
    file: str = ""
    username: str = ""
    password_file: str = ""


@dataclass(frozen=True)
class Connection:
    """How a registry is talked to. `ca`: a file with certificates; `realm`: another host that may give
    tokens; `platform`: what an image must be built for."""

    platform: str = ""
    credentials: CredentialsSource | None = None
    ca: str = ""
    plain_http: bool = False
    realm: str = ""


PLAIN = Connection()


def parse_connection(entry: Entry) -> Connection:
    """Read `platform`, `credentials`, `ca`, `plain_http` and `realm`. Raises ConfigurationError."""
    return Connection(
        platform=_matching(entry, "platform", PLATFORM, "linux/amd64"),
        credentials=_credentials(entry),
        ca=entry.text("ca", default=""),
        plain_http=entry.flag("plain_http"),
        realm=_matching(entry, "realm", HOST, "auth.example.org"),
    )


def _matching(entry: Entry, key: str, pattern: re.Pattern[str], example: str) -> str:
    text = entry.text(key, default="")
    if text and not pattern.fullmatch(text):
        raise ConfigurationError(
            f"{text!r:.80} is not a {key}", where=entry.place(key), fix=f"Write it like {example}."
        )
    return text


def _credentials(entry: Entry) -> CredentialsSource | None:
    part = entry.part("credentials")
    if part is None:
        return None
    part.only(("secret", "file", "username", "password_file"))
    read = {key: part.text(key, default="") for key in ("secret", "file", "username", "password_file")}
    written = sorted(key for key, text in read.items() if text)
    if written not in (["secret"], ["file"], ["password_file", "username"]):
        raise ConfigurationError(
            "Credentials are a secret, a file, or a username with a password_file",
            where=part.where,
            fix="Write one of the three; a password itself is never written here.",
        )
    return CredentialsSource(**read)
