"""Which server stands behind the proxy, and how is it reached?"""

from __future__ import annotations

import base64
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Upstream:
    """An HTTP server: its URL without a trailing slash, and the TLS settings for it (None: plain HTTP)."""

    url: str
    tls: ssl.SSLContext | None

    @classmethod
    def at(cls, url: str, *, ca_pem: str | None = None, insecure: bool = False) -> Upstream:
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"{url}: an upstream begins with http:// or https://")
        if url.startswith("http://"):
            return cls(url.rstrip("/"), None)
        context = ssl.create_default_context(cadata=ca_pem)
        if insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return cls(url.rstrip("/"), context)


class Kubeconfig:
    """The current context of a kubeconfig file: where the server is, and a copy that points elsewhere."""

    def __init__(self, file: Path) -> None:
        self._folder = file.parent
        loaded = yaml.safe_load(file.read_text())
        context = _named(loaded["contexts"], loaded["current-context"])["context"]
        self._cluster = _named(loaded["clusters"], context["cluster"])["cluster"]
        self._user = _named(loaded["users"], context["user"])["user"]
        self._namespace = context.get("namespace", "default")

    def upstream(self) -> Upstream:
        """The server; the user's client certificate, if there is one, is shown by the proxy itself."""
        insecure = bool(self._cluster.get("insecure-skip-tls-verify"))
        ca_pem = self._text("certificate-authority", self._cluster)
        upstream = Upstream.at(self._cluster["server"], ca_pem=ca_pem, insecure=insecure)
        certificate, key = self._text("client-certificate", self._user), self._text("client-key", self._user)
        if upstream.tls and certificate and key:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder, "client.pem")
                file.touch(mode=0o600)
                file.write_text(key + certificate)
                upstream.tls.load_cert_chain(file)
        return upstream

    def pointing_at(self, server: str, ca_pem: str | None) -> str:
        """The same user and namespace at another server, as YAML."""
        cluster: dict[str, Any] = {"server": server}
        if ca_pem:
            cluster["certificate-authority-data"] = base64.b64encode(ca_pem.encode()).decode()
        user = {key: value for key, value in self._user.items() if not key.startswith("client-")}
        if "tokenFile" in user:
            user["tokenFile"] = str(self._folder / user["tokenFile"])
        context = {"cluster": "proxied", "user": "user", "namespace": self._namespace}
        return yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "proxied",
                "clusters": [{"name": "proxied", "cluster": cluster}],
                "users": [{"name": "user", "user": user}],
                "contexts": [{"name": "proxied", "context": context}],
            }
        )

    def _text(self, key: str, section: dict[str, Any]) -> str | None:
        if data := section.get(f"{key}-data"):
            return base64.b64decode(data).decode()
        if name := section.get(key):
            return (self._folder / name).read_text()
        return None


def _named(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(entry for entry in entries if entry["name"] == name)
