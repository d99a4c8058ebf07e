"""What does the cluster say of these objects: would it take them, and what runs now?"""

from collections.abc import Sequence
from typing import Any

from libretexts_hub.cli import cluster_access

Object = dict[str, Any]
PATHS = {
    "Pod": "/api/v1/namespaces/{}/pods",
    "PersistentVolumeClaim": "/api/v1/namespaces/{}/persistentvolumeclaims",
    "Secret": "/api/v1/namespaces/{}/secrets",
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
    "Service": "/api/v1/namespaces/{}/services",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
    "Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings",
}
EXISTS = 409


async def refusals(objects: Sequence[Object], namespace: str) -> list[str]:
    """What the API server says to a create request that changes nothing (`dryRun=All`), one line for each
    object that it refuses. One that exists already is none. Raises SetupError, ForbiddenError."""
    from kubernetes_asyncio.client.rest import ApiException

    from libretexts_hub.clients.cluster import reason

    refused = []
    async with cluster_access.cluster("hub", namespace) as client:
        for each in objects:
            try:
                path = _path(each, is_new=True)
                await cluster_access.ask(client, "POST", path, each, query=[("dryRun", "All")])
            except ApiException as error:
                if error.status == 403 and "exceeded quota" not in reason(error):
                    raise
                if error.status != EXISTS:
                    refused.append(f"{each['kind']} {each['metadata'].get('name', '')}: {reason(error)}")
    return refused


async def running(objects: Sequence[Object], namespace: str) -> list[Object]:
    """Those of these objects that the cluster has. Raises SetupError, ForbiddenError."""
    async with cluster_access.cluster("hub", namespace) as client:
        answers = [await cluster_access.ask(client, "GET", _path(each, is_new=False)) for each in objects]
    return [each for each in answers if each is not None]


def _path(each: Object, *, is_new: bool) -> str:
    metadata = each["metadata"]
    folder = PATHS[each["kind"]].format(metadata.get("namespace", "default"))
    return folder if is_new else f"{folder}/{metadata['name']}"
