"""What does a kubeconfig that somebody hands to the tests say, and does its cluster answer?"""

import base64
import binascii
import socket
import tempfile
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

import yaml

from libretexts_hub.errors import SetupError
from tests.cluster.api import Api, ApiError
from tests.cluster.credentials import write_private

VARIABLE = "LIBRETEXTS_HUB_KUBECONFIG"


@dataclass(frozen=True)
class Access:
    """One user at one server, as the current context of a kubeconfig names them."""

    server: str
    token: str
    ca_file: Path
    certificate: tuple[Path, Path] | None


def read_kubeconfig(path: Path) -> Access:
    """The current context of the file. Raises SetupError when it cannot be used."""
    try:
        body = yaml.safe_load(path.read_text())
        context = _named(body, "contexts", body["current-context"])["context"]
        cluster = _named(body, "clusters", context["cluster"])["cluster"]
        user = _named(body, "users", context["user"])["user"] or {}
        return _access(cluster, user, path.parent)
    except OSError as error:
        raise _refusal(path, f"cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, LookupError, TypeError, AttributeError, binascii.Error):
        raise _refusal(path, "is no complete kubeconfig") from None


def check_answer(access: Access, path: Path) -> None:
    """Raises SetupError when the API server does not answer, or does not know the user."""
    try:
        Api(access.server, access.token, access.ca_file, access.certificate, seconds=5).get("/api/v1")
    except (OSError, ValueError) as error:
        raise _refusal(path, f"names a server that does not answer: {access.server}, {error}") from None
    except ApiError as error:
        raise _refusal(path, f"is refused by {access.server}: {error}") from None


def own_address_towards(server: str) -> str:
    """The address of this machine that the server's network sees: where a hub outside the cluster binds."""
    host = urllib.parse.urlsplit(server).hostname or "127.0.0.1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((host, 9))  # of a datagram socket: chooses a source address, sends nothing
        return str(probe.getsockname()[0])


def _access(cluster: dict, user: dict, folder: Path) -> Access:
    token = user.get("token") or ""
    if not token and user.get("tokenFile"):
        token = (folder / user["tokenFile"]).read_text().strip()
    ca_file = _file(cluster, "certificate-authority", folder) or Path("/etc/ssl/certs/ca-certificates.crt")
    certificate, key = _file(user, "client-certificate", folder), _file(user, "client-key", folder)
    if not token and not (certificate and key):
        raise LookupError("neither token nor client certificate")
    return Access(cluster["server"], token, ca_file, (certificate, key) if certificate and key else None)


def _file(entry: dict, key: str, folder: Path) -> Path | None:
    """The file that `key` names, or one with the content that `key`-data holds."""
    if data := entry.get(f"{key}-data"):
        path = Path(tempfile.mkdtemp(prefix="libretexts-hub-")) / key
        write_private(path, base64.b64decode(data, validate=True))
        return path
    return folder / entry[key] if entry.get(key) else None


def _named(body: dict, kind: str, name: str) -> dict:
    for entry in body[kind]:
        if entry["name"] == name:
            return dict(entry)
    raise LookupError(name)


def _refusal(path: Path, words: str) -> SetupError:
    return SetupError(
        f"The kubeconfig {words}", where=f"{VARIABLE}={path}", fix="Correct it, or unset the variable."
    )
