"""What has to be in the cluster beside the objects of a start: its network, its account, the hub's rights?"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from libretexts_hub.cli.render_start import Rendered

Object = dict[str, Any]


def policy_of(rendered: "Rendered", pod: Object) -> Object | None:
    """The NetworkPolicy of the pod's network class; None for a pod without one."""
    from libretexts_hub.domain.network_policy import network_policy
    from libretexts_hub.domain.placed_pod import NETWORK_CLASS

    network_class = pod["metadata"].get("labels", {}).get(NETWORK_CLASS)
    if not network_class:
        return None
    return network_policy(
        network_class,
        namespace=pod["metadata"]["namespace"],
        hub_namespace=rendered.hub_namespace,
        server_port=rendered.spawner.port,
        hub_port=rendered.hub.port,
    )


def rights(rendered: "Rendered", pods: list[Object], account: str) -> list[Object]:
    """The account of each pod that names one, and what the hub's `account` may do where the pods are.

    In a namespace of a route the account of the hub is one of another namespace.
    """
    from libretexts_hub.hub import roles

    found: list[Object] = []
    for pod in pods:
        namespace = pod["metadata"]["namespace"]
        # The API server calls it `default` where a pod names none, and makes that one itself.
        name = pod["spec"].get("serviceAccountName") or pod["spec"].get("serviceAccount")
        if name and name != "default":
            metadata = {"name": name, "namespace": namespace}
            found.append({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
        found += roles.manifests("hub", namespace, f"{rendered.hub_namespace}/{account}")
    return found
