"""Which Secret belongs to a database whose claim goes? Its metadata only: no password is ever read."""

from libretexts_hub.clients.kube_api import Kind, KubeApi
from libretexts_hub.domain.culling import Secret

SECRETS = Kind("secrets")


class DatabaseSecrets:
    """Secrets as PartialObjectMetadata (https://kubernetes.io/docs/reference/using-api/api-concepts/)."""

    def __init__(self, api: KubeApi) -> None:
        self._api = api

    async def get(self, namespace: str, name: str) -> Secret | None:
        """One Secret without its data; None for a sure 404."""
        found = await self._api.read(SECRETS, namespace, name, metadata_only=True)
        if found is None:
            return None
        metadata = found["metadata"]
        return Secret(
            namespace=metadata["namespace"],
            name=metadata["name"],
            uid=metadata["uid"],
            resource_version=metadata["resourceVersion"],
            labels=metadata.get("labels") or {},
            annotations=metadata.get("annotations") or {},
        )

    async def delete(self, secret: Secret) -> None:
        """Delete exactly this one. Raises ConflictError, GoneError."""
        await self._api.delete(SECRETS, secret.namespace, secret.name, secret.uid, secret.resource_version)
