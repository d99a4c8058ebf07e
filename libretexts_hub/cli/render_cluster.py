"""What does the cluster say of these objects: would it take them, and what runs now?"""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from libretexts_hub.cli import cluster_access

Object = dict[str, Any]
SECONDS = 10.0
PATHS = {
    "Pod": "/api/v1/namespaces/{}/pods",
    "PersistentVolumeClaim": "/api/v1/namespaces/{}/persistentvolumeclaims",
    "Secret": "/api/v1/namespaces/{}/secrets",
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
    "Service": "/api/v1/namespaces/{}/services",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
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
                await _sent(client, "POST", each, query=[("dryRun", "All")], body=each)
            except ApiException as error:
                if error.status == 403 and "exceeded quota" not in reason(error):
                    raise
                if error.status != EXISTS:
                    refused.append(f"{each['kind']} {each['metadata'].get('name', '')}: {reason(error)}")
    return refused


async def running(objects: Sequence[Object], namespace: str) -> list[Object]:
    """Those of these objects that the cluster has. Raises SetupError, ForbiddenError."""
    from kubernetes_asyncio.client.rest import ApiException

    found = []
    async with cluster_access.cluster("hub", namespace) as client:
        for each in objects:
            try:
                found.append(json.loads(await _sent(client, "GET", each)))
            except ApiException as error:
                if error.status != 404:
                    raise
    return found


async def _sent(
    client: Any, method: str, each: Object, *, query: list[tuple[str, str]] | None = None, body: Any = None
) -> bytes:
    from libretexts_hub.clients.cluster import sent

    metadata = each["metadata"]
    path = PATHS[each["kind"]].format(metadata.get("namespace", "default"))
    request = client.call_api(
        path if method == "POST" else f"{path}/{metadata['name']}",
        method,
        query_params=query or [],
        header_params={"Accept": "application/json", "Content-Type": "application/json"},
        body=body,
        auth_settings=["BearerToken"],
        _preload_content=False,
    )
    return await asyncio.wait_for(_answer(request, sent), SECONDS)


async def _answer(request: Any, sent: Any) -> bytes:
    found: bytes = await sent(request)
    return found
