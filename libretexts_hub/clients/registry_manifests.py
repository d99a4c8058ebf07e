"""What does a manifest say: which digest is it, and for which platforms is it built?

https://github.com/opencontainers/image-spec/blob/main/image-index.md and, for the list that was before it,
https://distribution.github.io/distribution/spec/manifest-v2-2/.
"""

import hashlib
import re

from libretexts_hub.clients.registry_answers import AGAIN
from libretexts_hub.clients.registry_errors import RegistryError
from libretexts_hub.domain.repositories import Repository

# Indexes first: what a tag of many platforms means is its index, and that is what is pinned.
ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def own_digest(body: bytes, told: str, repository: Repository) -> str:
    """The digest of a manifest. Raises RegistryError when another is `told` ("" for none)."""
    digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
    if told.startswith("sha256:") and told != digest:
        raise RegistryError(
            "A manifest has not the digest that it is said to have", where=str(repository), fix=AGAIN
        )
    return digest


def is_built_for(manifest: dict[str, object], platform: str) -> bool:
    """Whether an index holds `platform`, written os/architecture or os/architecture/variant. A manifest of
    one image does not say what it is built for: it is taken."""
    manifests = manifest.get("manifests")
    if not isinstance(manifests, list):
        return "manifests" not in manifest
    system, _, rest = platform.partition("/")
    processor, _, variant = rest.partition("/")
    return any(_is_for(each, system, processor, variant) for each in manifests)


def _is_for(entry: object, system: str, processor: str, variant: str) -> bool:
    platform = entry.get("platform") if isinstance(entry, dict) else None
    if not isinstance(platform, dict):
        return False
    named = (platform.get("os"), platform.get("architecture"))
    return named == (system, processor) and (not variant or platform.get("variant") == variant)
