"""With which keys and tokens do the parts of the cluster know each other?"""

import base64
import datetime
import ipaddress
import json
import os
import secrets
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.cluster.api import Api
from tests.cluster.run import NODE, Run

# Component -> (user, group). The API server brings ClusterRoles bound to these very names
# (kubernetes.io/docs/reference/access-authn-authz/rbac/#core-component-roles), so none of them is a master.
USERS = {
    "admin": ("admin", "system:masters"),
    "kube-controller-manager": ("system:kube-controller-manager", ""),
    "kube-scheduler": ("system:kube-scheduler", ""),
    "kube-proxy": ("system:kube-proxy", ""),
    "kubelet": (f"system:node:{NODE}", "system:nodes"),
    "volumes": ("test-cluster:volumes", "system:masters"),
    "kwok": ("test-cluster:kwok", "system:masters"),
}


def make(run: Run) -> None:
    """Write certificates, the token table, the service account key and one kubeconfig for each user, all mode
    0600."""
    folder = run.folder / "credentials"
    folder.mkdir(mode=0o700)
    authority_key, authority = _certificate("libretexts-hub test cluster")
    write_private(folder / "ca.crt", _pem(authority))
    addresses = [run.node_address, f"{run.prefix}.96.1", "127.0.0.1"]
    _issue(folder / "apiserver", "kube-apiserver", (authority_key, authority), addresses)
    _issue(folder / "kubelet-client", "kube-apiserver-kubelet-client", (authority_key, authority), [])
    service_accounts = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    write_private(folder / "service-accounts.key", _private_pem(service_accounts))
    tokens = {name: secrets.token_urlsafe(32) for name in USERS}
    rows = [f'{tokens[name]},{user},{user},"{group}"\n' for name, (user, group) in USERS.items()]
    write_private(folder / "tokens.csv", "".join(rows).encode())
    for name, token in tokens.items():
        write_private(folder / f"{name}.token", token.encode())
        write_private(folder / f"{name}.kubeconfig", kubeconfig(run.server, token, _pem(authority)))


def kubeconfig(server: str, token: str, authority: bytes, namespace: str = "default") -> bytes:
    """A kubeconfig with one bearer token. JSON is YAML, and every client reads it."""
    body = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "clusters": [
            {
                "name": "test",
                "cluster": {
                    "server": server,
                    "certificate-authority-data": base64.b64encode(authority).decode(),
                },
            }
        ],
        "users": [{"name": "test", "user": {"token": token}}],
        "contexts": [
            {"name": "test", "context": {"cluster": "test", "user": "test", "namespace": namespace}}
        ],
    }
    return json.dumps(body, indent=1).encode()


def api_as(run: Run, name: str) -> Api:
    """The run's API server as one of USERS."""
    folder = run.folder / "credentials"
    return Api(run.server, (folder / f"{name}.token").read_text(), folder / "ca.crt")


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner ever could read, from its first moment on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)


def _issue(stem: Path, name: str, authority: tuple, addresses: list[str]) -> None:
    key, certificate = _certificate(name, authority, addresses)
    write_private(stem.with_suffix(".key"), _private_pem(key))
    write_private(stem.with_suffix(".crt"), _pem(certificate))


def _certificate(name: str, authority: tuple | None = None, addresses: list[str] | None = None):
    """A key and its certificate: an authority's own, or one that `authority` signs."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer, issuer = (authority[0], authority[1].subject) if authority else (key, subject)
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=authority is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if authority is None:
        # Python 3.13 verifies strictly (ssl.VERIFY_X509_STRICT): an authority must say that it may sign.
        unused = (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        )
        usage = dict.fromkeys(unused, False)
        builder = builder.add_extension(
            x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True
        )
    else:
        purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if addresses:
        names = [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
        hosts = [
            x509.DNSName(host) for host in ("kubernetes", "kubernetes.default", "kubernetes.default.svc")
        ]
        builder = builder.add_extension(x509.SubjectAlternativeName([*names, *hosts]), critical=False)
    return key, builder.sign(signer, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private_pem(key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
