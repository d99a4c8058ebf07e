"""A fake of the token server that registries such as Docker Hub have.

https://distribution.github.io/distribution/spec/auth/jwt/ says what a real docker-registry believes.
"""

from __future__ import annotations

import base64
import json
import time
import uuid
from typing import TYPE_CHECKING

from aiohttp import BasicAuth, web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from tests.servers.certificates import make_certificate

if TYPE_CHECKING:
    from pathlib import Path

SERVICE, ISSUER = "registry of a test", "issuer of a test"


class FakeTokenIssuer:
    """Gives tokens for `lifetime` seconds to whoever has the password, or to all when there is none."""

    def __init__(
        self, folder: Path, *, credentials: tuple[str, str] | None = None, lifetime: int = 300
    ) -> None:
        self.certificate, key, _ = make_certificate(folder)
        self._key = serialization.load_pem_private_key(key.read_bytes(), None)
        self._credentials, self.lifetime = credentials, lifetime
        self.asked: list[dict[str, str]] = []
        self.says_lifetime = True
        self.url = ""

    @property
    def registry_auth(self) -> dict:
        """What the registry's configuration says under `auth`."""
        bundle = str(self.certificate)
        return {"token": {"realm": self.url, "service": SERVICE, "issuer": ISSUER, "rootcertbundle": bundle}}

    async def __aenter__(self) -> FakeTokenIssuer:
        app = web.Application()
        app.router.add_get("/token", self._token)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/token"
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._runner.cleanup()

    async def _token(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query))
        shown = request.headers.get("Authorization", "")
        if self._credentials and (not shown or BasicAuth.decode(shown)[:2] != self._credentials):
            return web.json_response({"errors": []}, status=401)
        kind, name, actions = request.query["scope"].split(":")
        token = self.token([{"type": kind, "name": name, "actions": actions.split(",")}])
        says = {"expires_in": self.lifetime} if self.says_lifetime else {}
        return web.json_response({"token": token} | says)

    def token(self, access: list[dict]) -> str:
        """A signed token that gives this access."""
        now = int(time.time())
        certificate = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        der = certificate.public_bytes(serialization.Encoding.DER)
        header = {"typ": "JWT", "alg": "ES256", "x5c": [base64.b64encode(der).decode()]}
        claims = {
            "iss": ISSUER,
            "sub": "",
            "aud": SERVICE,
            "exp": now + self.lifetime,
            "nbf": now - 5,
            "iat": now,
            "jti": uuid.uuid4().hex,
            "access": access,
        }
        signed = f"{_packed(json.dumps(header).encode())}.{_packed(json.dumps(claims).encode())}"
        r, s = utils.decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{_packed(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
