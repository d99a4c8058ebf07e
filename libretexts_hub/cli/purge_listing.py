"""Which images on nodes have left the menu, and how is that printed?"""

import asyncio
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from libretexts_hub.cli.menu_listing import columns
from libretexts_hub.cli.menu_reading import Reading
from libretexts_hub.cli.prepull_output import besides
from libretexts_hub.domain.purge import Departed, NodeImage, departed

UNITS = ("bytes", "kB", "MB", "GB", "TB")


def purge(spawner: Any, reading: Reading, *, as_json: bool) -> str:
    """Ask the cluster for its nodes; what to print. Raises ForbiddenError, SetupError."""
    found = asyncio.run(_on_nodes())
    used = [pull.reference for pull in besides(spawner)]
    gone, unsure = departed(reading.menu, found, datetime.now(UTC), digests=reading.digests, also_used=used)
    if as_json:
        return purge_json(gone, unsure)
    return purge_words(gone, unsure, len({image.node for image in found}))


async def _on_nodes() -> list[NodeImage]:
    from kubernetes_asyncio.client import CoreV1Api

    from libretexts_hub.cli.cluster_access import cluster
    from libretexts_hub.clients.puller import images_on_nodes

    async with cluster("purge", "") as client:
        return await images_on_nodes(CoreV1Api(client))


def purge_words(gone: Sequence[Departed], unsure: Sequence[NodeImage], nodes: int) -> str:
    """A table, and a sentence with the sum for each node."""
    ordered = sorted(gone, key=lambda each: (each.image.node, -(each.image.size or 0), each.name))
    lines = [("NODE", "IMAGE", "SIZE", "WHY")]
    lines += [(each.image.node, each.name, _size(each.image.size), each.reason) for each in ordered]
    said = [columns(lines)] if gone else [f"No image on {_count(nodes, 'node')} has left the menu."]
    by_node: dict[str, list[NodeImage]] = {}
    for each in ordered:
        by_node.setdefault(each.image.node, []).append(each.image)
    said += [
        f"{node}: {_count(len(images), 'image')} left the menu, {_sum(images)}."
        for node, images in by_node.items()
    ]
    if unsure:
        said.append(
            f"Of {_count(len(unsure), 'more image')} ({_sum(unsure)}) it can't be told: a registry is not"
            " read, or a digest is not known."
        )
    return "\n".join(said)


def purge_json(gone: Sequence[Departed], unsure: Sequence[NodeImage]) -> str:
    """The same for a program; sizes in bytes."""
    listed = [
        {
            "image": each.name,
            "names": each.image.names,
            "node": each.image.node,
            "bytes": each.image.size,
            "reason": each.reason,
        }
        for each in gone
    ]
    not_told = [{"names": each.names, "node": each.node, "bytes": each.size} for each in unsure]
    total = _bytes(each.image for each in gone)
    return json.dumps({"left": listed, "unsure": not_told, "bytes": total}, indent=2)


def size_words(size: float) -> str:
    """`12.3 GB`, in powers of a thousand, as registries count."""
    unit = 0
    while size >= 999.95 and unit < len(UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.1f} {UNITS[unit]}" if unit else f"{size:.0f} bytes"


def _size(size: int | None) -> str:
    return "?" if size is None else size_words(size)


def _sum(images: Sequence[NodeImage]) -> str:
    if all(image.size is None for image in images):
        return "size not known"
    return size_words(_bytes(images))


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _bytes(images: Iterable[NodeImage]) -> int:
    return sum(image.size or 0 for image in images)
