"""How do images get into a registry? Over HTTP, as any client pushes.

https://distribution.github.io/distribution/spec/api/: monolithic upload of blobs, then the manifest under its
tag.
"""

import json
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from tests.cluster import oci
from tests.cluster.images import Image


def push(image: Image, registry: str) -> None:
    """Push `image` to `registry` (host:port, plain HTTP). Raises OSError when the registry does not take
    it."""
    config = oci.image_config(list(image.layers), image.config)
    for layer in image.layers:
        _push_blob(registry, image.repository, layer.digest, layer.path)
    _push_blob(registry, image.repository, oci.digest_of(config), config)
    manifest = oci.image_manifest(list(image.layers), config)
    url = f"http://{registry}/v2/{image.repository}/manifests/{image.tag}"
    _send("PUT", url, manifest, oci.MANIFEST_TYPE)


def tags(registry: str, repository: str) -> list[str]:
    """The tags of a repository, as the registry lists them."""
    with urllib.request.urlopen(f"http://{registry}/v2/{repository}/tags/list", timeout=10) as answer:
        return list(json.load(answer)["tags"] or [])


def _push_blob(registry: str, repository: str, digest: str, content: Path | bytes) -> None:
    base = f"http://{registry}/v2/{repository}/blobs"
    if _exists(f"{base}/{digest}"):
        return
    # A blob that another repository has already is mounted rather than sent again: the base layer is shared.
    with _send("POST", f"{base}/uploads/?mount={digest}&from=shell", b"") as answer:
        if answer.status == 201:
            return
        location = urllib.parse.urljoin(base, answer.headers["Location"])
    url = f"{location}{'&' if '?' in location else '?'}digest={urllib.parse.quote(digest)}"
    if isinstance(content, bytes):
        _send("PUT", url, content, "application/octet-stream")
        return
    with content.open("rb") as file:
        _send("PUT", url, file, "application/octet-stream", length=content.stat().st_size)


def _exists(url: str) -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=10):
            return True
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return False
        raise


def _send(method: str, url: str, body, content_type: str = "", length: int | None = None):
    headers = {"Content-Type": content_type} if content_type else {}
    headers["Content-Length"] = str(len(body) if length is None else length)
    return urllib.request.urlopen(urllib.request.Request(url, body, headers, method=method), timeout=120)
