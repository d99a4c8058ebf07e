"""Which name and password does a registry get?

From a file as `docker login` writes it, from a Secret with such a file, or from a password file.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from libretexts_hub.clients.registry_errors import RegistryError
from libretexts_hub.domain.connections import CredentialsSource
from libretexts_hub.domain.repositories import DOCKER_NAMES

LARGEST_FILE = 1 << 20
SCHEME = re.compile(r"^https?://")


@dataclass(frozen=True)
class Credentials:
    """A name and a password, or a refresh token (`identitytoken`); never shown."""

    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)


def read_credentials(
    source: CredentialsSource, host: str, secret: bytes | None = None, *, path: str = ""
) -> Credentials:
    """The credentials for `host`, or for `path` on it; `secret` is what the Secret holds. Blocking: a small
    file is read, anew each time, so that a password may change.

    Raises RegistryError without a word of what the file holds.
    """
    if source.username:
        return Credentials(source.username, _text(source.password_file).rstrip("\r\n"))
    where = f"Secret {source.secret}" if source.secret else source.file
    text = secret.decode("utf-8", "replace") if secret is not None else _text(source.file)
    return _docker_config(text, host, path, where)


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


def _docker_config(text: str, host: str, path: str, where: str) -> Credentials:
    """https://docs.docker.com/reference/cli/docker/login/: `auths` by host, and by path as kubelets do."""
    try:
        auths: dict[str, object] = json.loads(text)["auths"]
        fitting = {key: fit for key in auths if (fit := _fit(key, host, path))}
        entry = auths[max(fitting, key=fitting.__getitem__)] if fitting else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise RegistryError(
            "This is no configuration of docker login", where=where, fix='Write {"auths": {"host": {…}}}.'
        ) from None
    if not isinstance(entry, dict):
        raise RegistryError(f"There are no credentials for {host}", where=where, fix="Add them.")
    username, password = _pair(entry)
    return Credentials(username, password, str(entry.get("identitytoken") or ""))


def _fit(key: str, host: str, path: str) -> tuple[int, bool] | None:
    """How well a key of `auths` fits: the longest path counts, a whole host before a pattern; None: not.

    https://kubernetes.io/docs/concepts/containers/images/#config-json: `*.example.org`, `example.org/team`.
    """
    key_host, _, key_path = SCHEME.sub("", key).partition("/")
    key_path = "" if key_path.strip("/") in ("v1", "v2") else key_path.strip("/")
    names = DOCKER_NAMES if host in DOCKER_NAMES else {host}
    if key_path and not f"{path}/".startswith(f"{key_path}/"):
        return None
    if key_host in names:
        return len(key_path), True
    patterns = key_host.split(".")
    labels = host.split(".")
    fits = len(patterns) == len(labels) and all(map(fnmatchcase, labels, patterns))
    return (len(key_path), False) if fits else None


def _pair(entry: dict[str, object]) -> tuple[str, str]:
    if entry.get("username"):
        return str(entry["username"]), str(entry.get("password") or "")
    try:
        joined = base64.b64decode(str(entry.get("auth") or ""), validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    username, _, password = joined.partition(":")
    return username, password.rstrip("\0")
