"""How does the menu get onto the nodes? As values for the chart, or as a DaemonSet, printed or applied."""

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import yaml

from libretexts_hub.cli.menu_reading import Reading
from libretexts_hub.domain.prepull import Pull, beside, extra_images, once, pull_secrets, pulls
from libretexts_hub.domain.prepull_daemonset import Placement, daemonset

# The chart keeps nodes for servers alone by this taint; the second form is for clouds that forbid a slash.
USER_NODES = tuple(
    {"key": key, "operator": "Equal", "value": "user", "effect": "NoSchedule"}
    for key in ("hub.jupyter.org/dedicated", "hub.jupyter.org_dedicated")
)


class _Plain(yaml.SafeDumper):
    """Safe quoting of whatever a tag says, and no anchors: people read this and compare it."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out."""
        return True


def wanted(spawner: Any, reading: Reading, *, newest: int) -> tuple[Pull, ...]:
    """The images of the menu, then those that every server has beside it."""
    now = datetime.now(UTC)
    return once([*pulls(reading.menu, now, newest=newest, digests=reading.digests), *besides(spawner)])


def besides(spawner: Any) -> tuple[Pull, ...]:
    """What a server's pod runs besides the environment: init containers, sidecars, databases."""
    return beside(spawner.init_containers, spawner.extra_containers, getattr(spawner, "databases", None))


def chart_values(some: Sequence[Pull]) -> dict[str, Any]:
    """For `helm upgrade --values`."""
    return {"prePuller": {"extraImages": extra_images(some)}}


def daemon_set(spawner: Any, reading: Reading, some: Sequence[Pull], namespace: str) -> dict[str, Any]:
    """Where servers run: the same nodes, with the same Secrets."""
    own = _list(spawner.image_pull_secrets)
    secrets = [each.get("name", "") if isinstance(each, dict) else str(each) for each in own]
    tolerations = [*_list(spawner.tolerations), *USER_NODES]
    placement = Placement(
        namespace=namespace,
        node_selector=dict(spawner.node_selector or {}),
        affinity_terms=_list(spawner.node_affinity_required),
        # The chart's own configuration has them too.
        tolerations=[each for number, each in enumerate(tolerations) if each not in tolerations[:number]],
        pull_secrets=tuple(dict.fromkeys(filter(None, [*secrets, *pull_secrets(reading.menu)]))),
    )
    return daemonset(some, placement)


def namespace_of(spawner: Any, named: str | None) -> str:
    """As it was named, else that of the servers, else of this pod; "" where only kubectl can tell."""
    from libretexts_hub.cli.cluster_access import own_namespace

    return named or (spawner.namespace if spawner.trait_has_value("namespace") else own_namespace())


def as_yaml(document: dict[str, Any]) -> str:
    """Each container on lines of its own, nothing folded."""
    return yaml.dump(document, Dumper=_Plain, sort_keys=False, width=1000)


def apply(spawner: Any, reading: Reading, some: Sequence[Pull], named: str | None, *, as_json: bool) -> bool:
    """Create or update it, and say which. False, and nothing is changed, while a registry is not known:
    nodes would lose images that people still choose."""
    from libretexts_hub.cli.cluster_access import context_namespace

    if reading.unread:
        print(
            f"Nothing is known of {', '.join(reading.unread)}: the DaemonSet stays as it is.", file=sys.stderr
        )
        return False
    document = daemon_set(spawner, reading, some, namespace_of(spawner, named) or context_namespace())
    done = asyncio.run(_applied(document))
    name = f"{document['metadata']['namespace']}/{document['metadata']['name']}"
    said = {"daemonset": name, "done": done, "images": [pull.reference for pull in some]}
    print(json.dumps(said, indent=2) if as_json else f"DaemonSet {name} {done}: {len(some)} images")
    return True


async def _applied(document: dict[str, Any]) -> str:
    from kubernetes_asyncio.client import AppsV1Api

    from libretexts_hub.cli.cluster_access import cluster
    from libretexts_hub.clients.puller import apply_daemon_set

    async with cluster("prepull", document["metadata"]["namespace"]) as client:
        return await apply_daemon_set(AppsV1Api(client), document)


def _list(value: Any) -> list[Any]:
    """KubeSpawner takes lists, and mappings whose values are sorted by key; a callable is not known here."""
    if isinstance(value, dict):
        return [value[key] for key in sorted(value)]
    return list(value) if isinstance(value, list | tuple) else []
