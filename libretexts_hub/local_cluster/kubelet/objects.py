"""Which Secrets and ConfigMaps may a pod read? Those of its own namespace, by name."""

import base64
import binascii
from dataclasses import dataclass

from libretexts_hub.local_cluster.store import Store


class MissingObject(Exception):  # noqa: N818 - a state of the cluster that may pass, as the kubelet's words say it
    """A Secret or ConfigMap, or a key in it, is not there (yet)."""


@dataclass(frozen=True)
class NamespaceObjects:
    """Reads Secrets and ConfigMaps of one namespace. Messages are those of the kubelet."""

    store: Store
    namespace: str

    def secret(self, name: str, *, optional: bool = False) -> dict[str, bytes] | None:
        """The content of a Secret; None when it is optional and missing, else MissingObject."""
        found = self.store.find("secrets", self.namespace, name)
        if found is None:
            _check_optional("secret", name, optional)
            return None
        return {key: _decoded(value) for key, value in (found.get("data") or {}).items()}

    def config_map(self, name: str, *, optional: bool = False) -> dict[str, bytes] | None:
        """The content of a ConfigMap; None when it is optional and missing, else MissingObject."""
        found = self.store.find("configmaps", self.namespace, name)
        if found is None:
            _check_optional("configmap", name, optional)
            return None
        texts = {key: value.encode() for key, value in (found.get("data") or {}).items()}
        return texts | {key: _decoded(value) for key, value in (found.get("binaryData") or {}).items()}


def _check_optional(kind: str, name: str, optional: bool) -> None:
    if not optional:
        raise MissingObject(f'{kind} "{name}" not found')


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value)
    except (binascii.Error, ValueError):
        return b""
