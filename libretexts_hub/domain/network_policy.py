"""Which NetworkPolicy belongs to a network class? Servers of one class reach each other, and no others.

Policies add up: what this one allows comes on top of the chart's policy for servers, if that is on. So it
allows only what a server needs to run, and its own class: the hub and the proxy, DNS, no internet.
"""

import hashlib
import re
from typing import Any

from libretexts_hub.domain.placed_pod import NETWORK_CLASS

# The chart labels its hub and its proxy so, and its own policy for servers lets such pods in.
MAY_ENTER = {"hub.jupyter.org/network-access-singleuser": "true"}
HUB = {"app": "jupyterhub", "component": "hub"}
NAMESPACE_NAME = "kubernetes.io/metadata.name"
DNS_PORT = 53


def network_policy(
    network_class: str, *, namespace: str, hub_namespace: str, server_port: int, hub_port: int
) -> dict[str, Any]:
    """The policy for the pods with this label in `namespace`."""
    servers = {"podSelector": {"matchLabels": {NETWORK_CLASS: network_class}}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": policy_name(network_class),
            "namespace": namespace,
            "labels": {NETWORK_CLASS: network_class},
        },
        "spec": {
            **servers,
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [
                {"from": [servers]},
                {
                    "from": [_peer(MAY_ENTER, namespace, hub_namespace)],
                    "ports": [{"protocol": "TCP", "port": server_port}],
                },
            ],
            "egress": [
                {"to": [servers]},
                {
                    "to": [_peer(HUB, namespace, hub_namespace)],
                    "ports": [{"protocol": "TCP", "port": hub_port}],
                },
                {"ports": [{"protocol": protocol, "port": DNS_PORT} for protocol in ("UDP", "TCP")]},
            ],
        },
    }


def policy_name(network_class: str) -> str:
    """A name for the object; a class that is no such name itself gets a hash, so that no two share one."""
    slug = re.sub(r"[^a-z0-9]+", "-", network_class.lower()).strip("-")
    if slug == network_class:
        return f"network-class-{slug}"
    return f"network-class-{slug}-{hashlib.sha256(network_class.encode()).hexdigest()[:8]}"


def _peer(labels: dict[str, str], namespace: str, hub_namespace: str) -> dict[str, Any]:
    peer: dict[str, Any] = {"podSelector": {"matchLabels": labels}}
    if hub_namespace and hub_namespace != namespace:
        peer = {"namespaceSelector": {"matchLabels": {NAMESPACE_NAME: hub_namespace}}, **peer}
    return peer
