"""How is the DaemonSet that pulls images kept up to date, and what do nodes have already?"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kubernetes_asyncio.client.rest import ApiException

from libretexts_hub.clients.cluster import sent
from libretexts_hub.domain.purge import NodeImage

# Who owns these fields, for server-side apply: https://kubernetes.io/docs/reference/using-api/server-side-apply/
FIELD_MANAGER = "libretexts-hub-images"
APPLY = "application/apply-patch+yaml"
SECONDS = 30
PAGE = 100


async def apply_daemon_set(apps: Any, document: Mapping[str, Any]) -> str:
    """Make it, or change what differs, with server-side apply; `created`, `updated` or `unchanged`.

    Raises ApiException. Fields that somebody else set (a priority class, say) stay; ours come back.
    """
    name, namespace = document["metadata"]["name"], document["metadata"]["namespace"]
    before = await _generation(apps, name, namespace)
    answer = await sent(
        apps.patch_namespaced_daemon_set(
            name,
            namespace,
            document,  # the client writes JSON, which is YAML
            field_manager=FIELD_MANAGER,
            force=True,
            _content_type=APPLY,
            _preload_content=False,
            _request_timeout=SECONDS,
        )
    )
    if before is None:
        return "created"
    return "unchanged" if json.loads(answer)["metadata"]["generation"] == before else "updated"


async def _generation(apps: Any, name: str, namespace: str) -> int | None:
    """It grows with each change of the specification, and never with the status; None if there is no such
    DaemonSet."""
    try:
        request = apps.read_namespaced_daemon_set(
            name, namespace, _preload_content=False, _request_timeout=SECONDS
        )
        return int(json.loads(await sent(request))["metadata"]["generation"])
    except ApiException as error:
        if error.status == 404:
            return None
        raise


async def images_on_nodes(core: Any) -> list[NodeImage]:
    """What the kubelets say that they have. Raises ApiException.

    A kubelet names its 50 largest images, unless its `nodeStatusMaxImages` says otherwise.
    """
    found: list[NodeImage] = []
    following = ""
    while True:
        # Plain JSON: the client's own model refuses an image without names, which kubelets do list.
        request = core.list_node(
            limit=PAGE, _continue=following, _preload_content=False, _request_timeout=SECONDS
        )
        page = json.loads(await sent(request))
        found += [image for node in page.get("items") or () for image in _of_node(node)]
        following = page["metadata"].get("continue") or ""
        if not following:
            return found


def _of_node(node: Mapping[str, Any]) -> Iterator[NodeImage]:
    for image in (node.get("status") or {}).get("images") or ():
        names = tuple(name for name in image.get("names") or () if "<none>" not in name)
        yield NodeImage(node["metadata"]["name"], names, image.get("sizeBytes"))
