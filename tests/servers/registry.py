"""A real registry for a test: Debian's docker-registry on loopback, and how tags get into it."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.servers.debian import program
from tests.servers.ending import end_process
from tests.servers.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
EMPTY_CONFIG = b"{}"
DEADLINE_SECONDS = 60


def digest_of(content: bytes) -> str:
    """As the OCI image specification writes it."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass
class Registry:
    """A running registry. `host` is what a reference begins with."""

    host: str
    ca: Path | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Its address."""
        return f"{'https' if self.ca else 'http'}://{self.host}"

    def push(self, repository: str, tags: list[str], *, build: str = "") -> dict[str, str]:
        """Put a tiny image under each tag, another one for each; the digests by tag."""
        self.put_blob(repository, EMPTY_CONFIG)
        pushed = {}
        for tag in tags:
            manifest = self.manifest(f"{tag} {build}")
            pushed[tag] = self.put(repository, tag, manifest, MANIFEST)
        return pushed

    def push_index(self, repository: str, tag: str, platforms: list[str], *, docker: bool = False) -> str:
        """An index with one tiny image for each platform (`linux/amd64`); its digest."""
        self.put_blob(repository, EMPTY_CONFIG)
        entries = []
        for platform in platforms:
            manifest = self.manifest(f"{tag} {platform}", docker=docker)
            media_type = json.loads(manifest)["mediaType"]
            digest = self.put(repository, digest_of(manifest), manifest, media_type)
            system, _, processor = platform.partition("/")
            entries.append(
                {
                    "mediaType": media_type,
                    "digest": digest,
                    "size": len(manifest),
                    "platform": {"os": system, "architecture": processor},
                }
            )
        media_type = DOCKER_LIST if docker else INDEX
        index = json.dumps({"schemaVersion": 2, "mediaType": media_type, "manifests": entries}).encode()
        return self.put(repository, tag, index, media_type)

    @staticmethod
    def manifest(words: str, *, docker: bool = False) -> bytes:
        """The manifest of an image without layers; `words` make it another one."""
        docker_types = (
            "application/vnd.docker.distribution.manifest.v2+json",
            "application/vnd.docker.container.image.v1+json",
        )
        media_type, config = (
            docker_types if docker else (MANIFEST, "application/vnd.oci.image.config.v1+json")
        )
        content = {
            "schemaVersion": 2,
            "mediaType": media_type,
            "config": {"mediaType": config, "digest": digest_of(EMPTY_CONFIG), "size": len(EMPTY_CONFIG)},
            "layers": [],
            "annotations": {"words": words},
        }
        return json.dumps(content).encode()

    def put_blob(self, repository: str, content: bytes) -> None:
        """Upload a blob in one piece."""
        started = self.send("POST", f"/v2/{repository}/blobs/uploads/")
        location = started.headers["Location"]
        location = location if "://" in location else f"{self.url}{location}"
        separator = "&" if "?" in location else "?"
        self.send(
            "PUT", f"{location}{separator}digest={digest_of(content)}", content, "application/octet-stream"
        )

    def put(self, repository: str, tag: str, manifest: bytes, media_type: str) -> str:
        """Upload a manifest; its digest."""
        answer = self.send("PUT", f"/v2/{repository}/manifests/{tag}", manifest, media_type)
        return answer.headers["Docker-Content-Digest"]

    def delete(self, repository: str, digest: str) -> None:
        """Take a manifest away, and with it every tag that names it."""
        self.send("DELETE", f"/v2/{repository}/manifests/{digest}")

    def send(self, method: str, path: str, body: bytes = b"", content_type: str = ""):
        """One request as whoever pushes. Raises urllib.error.HTTPError."""
        url = path if "://" in path else f"{self.url}{path}"
        headers = self.headers | ({"Content-Type": content_type} if content_type else {})
        request = urllib.request.Request(url, body or None, headers, method=method)
        with urllib.request.urlopen(request, timeout=10, context=self._tls()) as answer:
            answer.read()
            return answer

    def _tls(self) -> ssl.SSLContext | None:
        return ssl.create_default_context(cafile=str(self.ca)) if self.ca else None

    def is_up(self) -> bool:
        """Whether it answers, be it that it asks for credentials."""
        try:
            self.send("GET", "/v2/")
        except urllib.error.HTTPError as error:
            return error.code == 401
        except OSError:
            return False
        return True


@contextlib.contextmanager
def running_registry(
    folder: Path, *, auth: dict | None = None, tls: tuple[Path, Path, Path] | None = None, **headers: str
) -> Iterator[Registry]:
    """A registry with its files below `folder`. `tls` are the files of its certificate, key and authority."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    configuration = {
        "version": 0.1,
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}, "delete": {"enabled": True}},
        "http": {"addr": f"127.0.0.1:{port}", "secret": "one process needs no shared secret"},
        **({"auth": auth} if auth else {}),
    }
    if tls:
        configuration["http"]["tls"] = {"certificate": str(tls[0]), "key": str(tls[1])}
    file = folder / "registry.yml"
    file.write_text(json.dumps(configuration))  # JSON is YAML
    registry = Registry(f"127.0.0.1:{port}", tls[2] if tls else None, headers)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([_program(), "serve", str(file)], stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + DEADLINE_SECONDS
            while not registry.is_up():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the registry does not start: {(folder / 'log').read_text()[-2000:]}")
                time.sleep(0.05)
            yield registry
        finally:
            end_process(process)


@functools.cache
def _program() -> str:
    return str(program("docker-registry", "docker-registry"))
