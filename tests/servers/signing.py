"""Keys that a fake provider signs with, and replaces while it runs."""

from __future__ import annotations

import functools
import json
import uuid

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@functools.cache
def rsa_key(number: int = 0) -> rsa.RSAPrivateKey:
    """One of a few keys of this test run; making one takes a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(key: rsa.RSAPrivateKey) -> str:
    kinds = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(*kinds, serialization.NoEncryption()).decode()


class SigningKeys:
    """What is published, and what is signed with."""

    def __init__(self) -> None:
        self._number = 0
        self.published: dict[str, rsa.RSAPrivateKey] = {}
        self.rotate()

    def rotate(self, *, keeps_old: bool = False) -> None:
        """From now on another key."""
        self._number += 1
        self.key_id, self.key = uuid.uuid4().hex[:8], rsa_key(self._number % 3)
        self.published = (self.published if keeps_old else {}) | {self.key_id: self.key}

    def sign(self, claims: dict, *, foreign: bool = False) -> str:
        """With the key of the moment; `foreign`: with one that nobody publishes, under the same id."""
        key = rsa_key(9) if foreign else self.key
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": self.key_id})

    def document(self) -> dict:
        """As jwks_uri gives it."""
        listed = []
        for key_id, key in self.published.items():
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
            listed.append(public | {"kid": key_id, "use": "sig", "alg": "RS256"})
        return {"keys": listed}
