"""How do kubectl, kubernetes_asyncio and curl find the cluster? Through a kubeconfig and a token file."""

import base64
import secrets
from pathlib import Path

import yaml

from libretexts_hub.local_cluster.certificate import write_private

NAME = "local-cluster"
SHORTEST_TOKEN = 32


def ensure_token(folder: Path) -> str:
    """The bearer token of this state folder, made when there is none."""
    file = folder / "token"
    try:
        token = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        token = ""
    if len(token) < SHORTEST_TOKEN:
        token = secrets.token_urlsafe(32)
        write_private(file, token.encode())
    file.chmod(0o600)
    return token


def write_kubeconfig(folder: Path, url: str, token: str, certificate_file: Path) -> Path:
    """Write `folder/kubeconfig`, which carries all that a client needs, and give back its path."""
    authority = base64.b64encode(certificate_file.read_bytes()).decode()
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": NAME,
        "clusters": [{"name": NAME, "cluster": {"server": url, "certificate-authority-data": authority}}],
        "users": [{"name": NAME, "user": {"token": token}}],
        "contexts": [{"name": NAME, "context": {"cluster": NAME, "user": NAME, "namespace": "default"}}],
    }
    file = folder / "kubeconfig"
    write_private(file, yaml.safe_dump(content, sort_keys=False).encode())
    return file
