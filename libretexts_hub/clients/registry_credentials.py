"""Which name and password does a registry get?

From a file as `docker login` writes it, from a Secret with such a file, or from a password file.
"""

import base64
import binascii
import json
from dataclasses import dataclass, field
from pathlib import Path

from libretexts_hub.clients.registry_errors import RegistryError
from libretexts_hub.domain.repositories import DOCKER_NAMES, CredentialsSource

LARGEST_FILE = 1 << 20
# Where `docker login` keeps Docker Hub's.
DOCKER_KEYS = ("https://index.docker.io/v1/", "index.docker.io", "docker.io", "registry-1.docker.io")


@dataclass(frozen=True)
class Credentials:
    """A name and a password, or a refresh token (`identitytoken`); never shown."""

    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)


def read_credentials(source: CredentialsSource, host: str, secret: bytes | None = None) -> Credentials:
    """The credentials for `host`; `secret` is what the Secret holds. Blocking: a small file is read.

    Raises RegistryError without a word of what the file holds.
    """
    if source.username:
        return Credentials(source.username, _text(source.password_file).rstrip("\r\n"))
    where = f"Secret {source.secret}" if source.secret else source.file
    text = secret.decode("utf-8", "replace") if secret is not None else _text(source.file)
    return _docker_config(text, host, where)


def _text(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return file.read(LARGEST_FILE).decode("utf-8", "replace")
    except OSError as error:
        raise RegistryError(
            f"The credentials can't be read: {error.strerror}",
            where=path,
            fix="Mount the file into the hub, readable by its user.",
        ) from None


def _docker_config(text: str, host: str, where: str) -> Credentials:
    """https://docs.docker.com/reference/cli/docker/login/, `auths` by host."""
    try:
        auths = json.loads(text)["auths"]
        entry = next(auths[key] for key in _keys(host) if isinstance(auths.get(key), dict))
    except StopIteration:
        raise RegistryError(f"There are no credentials for {host}", where=where, fix="Add them.") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise RegistryError(
            "This is no configuration of docker login", where=where, fix='Write {"auths": {"host": {…}}}.'
        ) from None
    username, password = _pair(entry)
    return Credentials(username, password, str(entry.get("identitytoken") or ""))


def _keys(host: str) -> list[str]:
    names = list(DOCKER_KEYS) if host in DOCKER_NAMES else [host]
    return [*names, *(f"https://{name}" for name in names), *(f"https://{name}/v2/" for name in names)]


def _pair(entry: dict[str, object]) -> tuple[str, str]:
    if entry.get("username"):
        return str(entry["username"]), str(entry.get("password") or "")
    try:
        joined = base64.b64decode(str(entry.get("auth") or ""), validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    username, _, password = joined.partition(":")
    return username, password.rstrip("\0")
