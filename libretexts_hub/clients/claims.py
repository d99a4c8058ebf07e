"""Which claims are there, and how is one marked, made or deleted? Only ever the very one that was read."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from libretexts_hub.clients.hub_answers import seconds
from libretexts_hub.clients.kube_api import Kind, KubeApi
from libretexts_hub.domain.culling import Claim, ClaimPage
from libretexts_hub.domain.culling_errors import PartialListError
from libretexts_hub.domain.quantities import amount

CLAIMS = Kind("persistentvolumeclaims")
PROTECTION = "kubernetes.io/pvc-protection"


class Claims:
    """The claims of `namespaces`; without any, of the whole cluster, which needs a ClusterRole."""

    def __init__(self, api: KubeApi, namespaces: Sequence[str]) -> None:
        self._api = api
        self._namespaces = tuple(namespaces) or ("",)

    async def page(self, *, token: str = "", limit: int = 500) -> ClaimPage:
        """One page, of one namespace after the other. Raises PartialListError for an expired token."""
        position, following = _opened(token)
        if not 0 <= position < len(self._namespaces):
            raise PartialListError("This page of claims does not exist", where=token[:80], fix="Begin again.")
        found, time = await self._api.page(CLAIMS, self._namespaces[position], token=following, limit=limit)
        claims = tuple(parse_claim(item) for item in found["items"])
        following = str(found["metadata"].get("continue") or "")
        remaining = found["metadata"].get("remainingItemCount")
        is_last = position == len(self._namespaces) - 1
        if following:
            after = json.dumps([position, following])
        else:
            after = "" if is_last else json.dumps([position + 1, ""])
            remaining = 0 if is_last else None
        known = remaining if is_last and type(remaining) is int else None
        return ClaimPage(claims, after, known, time)

    async def get(self, namespace: str, name: str) -> Claim | None:
        """One claim, read now; None for a sure 404."""
        found = await self._api.read(CLAIMS, namespace, name)
        return None if found is None else parse_claim(found)

    async def annotate(self, claim: Claim, changes: Mapping[str, str | None]) -> Claim:
        """Merge annotations into exactly this claim. Raises ConflictError, GoneError, ForbiddenError."""
        metadata = {
            "uid": claim.uid,
            "resourceVersion": claim.resource_version,
            "annotations": dict(changes),
        }
        changed = await self._api.merge(CLAIMS, claim.namespace, claim.name, {"metadata": metadata})
        return parse_claim(changed)

    async def delete(self, claim: Claim) -> None:
        """Delete exactly this claim. Raises ConflictError, GoneError, RefusedError by a policy."""
        await self._api.delete(CLAIMS, claim.namespace, claim.name, claim.uid, claim.resource_version)

    async def create(self, manifest: Mapping[str, object]) -> Claim:
        """Make a claim in the namespace that it names. Raises ConflictError, RefusedError."""
        metadata: Any = manifest.get("metadata") or {}
        return parse_claim(await self._api.create(CLAIMS, str(metadata["namespace"]), manifest))


def _opened(token: str) -> tuple[int, str]:
    try:
        position, following = json.loads(token) if token else (0, "")
        return int(position), str(following)
    except (ValueError, TypeError):
        return -1, ""


def parse_claim(item: object) -> Claim:
    """A claim as the API server has it. Raises PartialListError where it has no name or uid."""
    top = _mapping(item)
    metadata, spec, status = (_mapping(top.get(key)) for key in ("metadata", "spec", "status"))
    identity = [str(metadata.get(key) or "") for key in ("namespace", "name", "uid", "resourceVersion")]
    if not all(identity):
        raise PartialListError(
            "A claim has no name, uid or version",
            where="the Kubernetes API",
            fix="Look at what stands between the culler and it.",
        )
    size = _mapping(status.get("capacity")).get("storage")
    size = size or _mapping(_mapping(spec.get("resources")).get("requests")).get("storage")
    return Claim(
        namespace=sys.intern(identity[0]),
        name=identity[1],
        uid=identity[2],
        resource_version=identity[3],
        created=seconds(metadata.get("creationTimestamp")),
        is_leaving="deletionTimestamp" in metadata,
        labels=_texts(metadata.get("labels")),
        annotations=_texts(metadata.get("annotations")),
        storage_class=str(spec.get("storageClassName") or ""),
        bytes=int(amount(size) or 0),
        access_modes=_list(spec.get("accessModes")),
        volume=str(spec.get("volumeName") or ""),
        finalizers=tuple(each for each in _list(metadata.get("finalizers")) if each != PROTECTION),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> dict[str, str]:
    return {key: each for key, each in _mapping(value).items() if isinstance(each, str)}


def _list(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()
