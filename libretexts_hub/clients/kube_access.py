"""Where is the Kubernetes API, and who is asking? In a pod its service account, elsewhere the kubeconfig.

A token in a file is read anew: the kubelet rotates it about every hour (projected service account tokens).
"""

import asyncio
import base64
import binascii
import json
import os
import ssl
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from libretexts_hub.domain.culling_errors import ForbiddenError
from libretexts_hub.errors import SetupError

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
# JupyterHub starts its services without the variables that name the API server; its name is always this.
# https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
NAME_IN_CLUSTER = "kubernetes.default.svc"
# How long a token from a file is used before it is read again.
TOKEN_SECONDS = 60.0
# A program that fetches a token may open a browser or ask a cloud.
PROGRAM_SECONDS = 60.0


@dataclass(frozen=True)
class Access:
    """An API server: its address, what it is trusted by, the header to show, the namespace to begin with."""

    server: str
    tls: ssl.SSLContext | None
    authorization: Callable[[], Awaitable[str]]
    namespace: str


def find_access(account: Path = ACCOUNT, environment: Mapping[str, str] | None = None) -> Access:
    """This pod's service account, else what KUBECONFIG or ~/.kube/config names. Raises SetupError."""
    environment = os.environ if environment is None else environment
    host = environment.get("KUBERNETES_SERVICE_HOST", "")
    if not host and not environment.get("KUBECONFIG"):
        host = NAME_IN_CLUSTER
    try:
        if host and (account / "token").exists():
            return _in_pod(account, host, environment.get("KUBERNETES_SERVICE_PORT", "443"))
        path = Path(environment.get("KUBECONFIG") or os.path.expanduser("~/.kube/config"))
        return _from_kubeconfig(path)
    except (OSError, ValueError, KeyError, TypeError, StopIteration, yaml.YAMLError) as error:
        raise SetupError(
            f"No cluster is known here: {type(error).__name__}",
            where="the pod's service account, $KUBECONFIG, ~/.kube/config",
            fix="Run this in a pod with a service account, or name a kubeconfig with KUBECONFIG=….",
        ) from None


def _in_pod(account: Path, host: str, port: str) -> Access:
    tls = ssl.create_default_context(cafile=str(account / "ca.crt"))
    shown = f"[{host}]" if ":" in host else host
    namespace = (account / "namespace").read_text(encoding="utf-8").strip()
    return Access(f"https://{shown}:{port}", tls, token_file(account / "token", "Bearer"), namespace)


def token_file(path: Path, scheme: str) -> Callable[[], Awaitable[str]]:
    """A header from a file, read again once it is a minute old. A file that is away keeps the last token."""
    read: tuple[float, str] = (float("-inf"), "")

    async def authorization() -> str:
        nonlocal read
        if time.monotonic() - read[0] > TOKEN_SECONDS:
            try:
                # A mounted file of a kilobyte.
                read = (time.monotonic(), path.read_text(encoding="utf-8").strip())  # noqa: ASYNC240
            except OSError:
                if not read[1]:
                    raise
        return f"{scheme} {read[1]}" if read[1] else ""

    return authorization


def fixed(header: str) -> Callable[[], Awaitable[str]]:
    """A header that stays as it is."""

    async def authorization() -> str:
        return header

    return authorization


def _from_kubeconfig(path: Path) -> Access:
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    context = _named(config["contexts"], config["current-context"])["context"]
    cluster = _named(config["clusters"], context["cluster"])["cluster"]
    user = _named(config["users"], context["user"]).get("user") or {}
    folder = path.resolve().parent
    server = str(cluster["server"])
    tls = _tls(cluster, user, folder) if server.startswith("https:") else None
    return Access(server, tls, _authorization(user, folder), str(context.get("namespace") or "default"))


def _named(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(entry for entry in entries if entry["name"] == name)


def _tls(cluster: dict[str, Any], user: dict[str, Any], folder: Path) -> ssl.SSLContext:
    authority = cluster.get("certificate-authority-data")
    file = cluster.get("certificate-authority")
    tls = ssl.create_default_context(
        cafile=str(folder / file) if file and not authority else None,
        cadata=_decoded(authority).decode() if authority else None,
    )
    if cluster.get("insecure-skip-tls-verify") is True:
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
    if user.get("client-certificate-data") and user.get("client-key-data"):
        _load_pair(tls, _decoded(user["client-certificate-data"]), _decoded(user["client-key-data"]))
    elif user.get("client-certificate") and user.get("client-key"):
        tls.load_cert_chain(folder / user["client-certificate"], folder / user["client-key"])
    return tls


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


def _load_pair(tls: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """`ssl` reads a key from a file only: one that nobody else can read, and that is gone at once."""
    with tempfile.NamedTemporaryFile() as pair:
        pair.write(certificate + b"\n" + key)
        pair.flush()
        tls.load_cert_chain(pair.name)


def _authorization(user: dict[str, Any], folder: Path) -> Callable[[], Awaitable[str]]:
    if user.get("tokenFile"):
        return token_file(folder / user["tokenFile"], "Bearer")
    if user.get("token"):
        return fixed(f"Bearer {user['token']}")
    if user.get("exec"):
        return _Program(user["exec"]).authorization
    if user.get("username"):
        pair = f"{user['username']}:{user.get('password', '')}".encode()
        return fixed(f"Basic {base64.b64encode(pair).decode()}")
    return fixed("")


class _Program:
    """A token from a program (client.authentication.k8s.io), as the clouds' kubeconfigs have it."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._words = [str(settings["command"]), *(str(word) for word in settings.get("args") or ())]
        self._environment = {str(each["name"]): str(each["value"]) for each in settings.get("env") or ()}
        self._version = str(settings.get("apiVersion") or "client.authentication.k8s.io/v1")
        self._header = ""
        self._ends = 0.0
        self._running = asyncio.Lock()

    async def authorization(self) -> str:
        """Raises ForbiddenError when the program gives no token."""
        async with self._running:
            if time.time() > self._ends - TOKEN_SECONDS:
                self._header, self._ends = await self._ask()
        return self._header

    async def _ask(self) -> tuple[str, float]:
        told = {"kind": "ExecCredential", "apiVersion": self._version, "spec": {"interactive": False}}
        environment = os.environ | self._environment | {"KUBERNETES_EXEC_INFO": json.dumps(told)}
        try:
            process = await asyncio.create_subprocess_exec(
                *self._words, env=environment, stdout=asyncio.subprocess.PIPE
            )
            said, _ = await asyncio.wait_for(process.communicate(), PROGRAM_SECONDS)
            status = json.loads(said)["status"]
            header = f"Bearer {status['token']}"
            until = status.get("expirationTimestamp")
            return header, datetime.fromisoformat(until).timestamp() if until else time.time() + 600
        except (OSError, TimeoutError, ValueError, KeyError, TypeError) as error:
            raise ForbiddenError(
                f"The program that fetches a token gave none: {type(error).__name__}",
                where=f"kubeconfig, exec {self._words[0]:.100}",
                fix="Run it by hand and look at what it says.",
            ) from None
