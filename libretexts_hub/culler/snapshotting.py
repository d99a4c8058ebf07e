"""Is there a snapshot that the home can be made again from? Ready, of this very claim, and kept."""

import json
from typing import Any

from libretexts_hub.culler.world import World
from libretexts_hub.domain.cull_annotations import PREFIX, USER
from libretexts_hub.domain.cull_homes import HomeRule
from libretexts_hub.domain.cull_mark import Mark
from libretexts_hub.domain.culling import Claim, Snapshot
from libretexts_hub.domain.culling_errors import ConflictError, GoneError, RefusedError
from libretexts_hub.domain.moments import from_text, to_text

KEPT_UNTIL = PREFIX + "kept-until"
SNAPSHOT_OF = PREFIX + "snapshot-of"
CLAIM_AS_IT_WAS = PREFIX + "claim"


def name_of(claim: Claim, mark: Mark) -> str:
    """One name for each mark of each claim, so that a restarted run finds the snapshot that it asked for."""
    return f"cull-{claim.uid}-{int(mark.marked_at)}"


def wrong_with(snapshot: Snapshot | None, claim: Claim) -> str:
    """Why the home could not be made again from it; empty where it could."""
    if snapshot is None:
        return "its snapshot is gone"
    if snapshot.error:
        return f"its snapshot failed: {snapshot.error:.200}"
    if snapshot.claim_uid != claim.uid:
        return "its snapshot is of another claim"
    if snapshot.is_retained is not True:
        return "its snapshot would go with the volume: the class is not Retain"
    if not snapshot.is_ready:
        return "its snapshot is not ready"
    return ""


async def ensure_snapshot(world: World, claim: Claim, mark: Mark, rule: HomeRule) -> tuple[str, str]:
    """Its name, and why the claim stays (empty where the snapshot is ready). Waits, but not for ever."""
    port = world.ports.snapshots
    if port is None:
        return "", "snapshots are not set up"
    world.may_change()
    now = world.now
    notes = {
        KEPT_UNTIL: to_text(now + rule.snapshot_kept),
        SNAPSHOT_OF: claim.name,
        USER: mark.user,
        CLAIM_AS_IT_WAS: json.dumps(_as_it_was(claim)),
    }
    found: Snapshot | None = await port.create(claim, name_of(claim, mark), notes)
    deadline = now + world.settings.snapshot_seconds
    while (
        found is not None
        and not found.is_ready
        and not found.error
        and world.now < deadline
        and not world.ended
    ):
        await world.ports.clock.sleep(world.settings.snapshot_pause)
        found = await port.get(claim.namespace, name_of(claim, mark))
    return name_of(claim, mark), wrong_with(found, claim)


async def drop_expired(world: World) -> None:
    """Delete the snapshots that were kept for their time. Raises CullingError."""
    port = world.ports.snapshots
    for each in await port.list() if port is not None else ():
        until = from_text(each.annotations.get(KEPT_UNTIL))
        if port is None or until is None or world.now <= until or SNAPSHOT_OF not in each.annotations:
            continue
        user = each.annotations.get(USER, "")
        world.may_change(deleting=True)
        await world.audit("delete snapshot", user, f"it was kept until {to_text(until)}", snapshot=each.name)
        try:
            await port.delete(each)
        except (ConflictError, GoneError):
            continue
        world.counts["snapshots deleted"] += 1


def _as_it_was(claim: Claim) -> dict[str, Any]:
    notes = {key: value for key, value in claim.annotations.items() if key.startswith("hub.jupyter.org/")}
    return {
        "labels": dict(claim.labels),
        "annotations": notes,
        "storage_class": claim.storage_class,
        "access_modes": list(claim.access_modes),
        "bytes": claim.bytes,
    }


def manifest_from(snapshot: Snapshot) -> dict[str, Any]:
    """The claim as it was, to be filled from the snapshot. Raises RefusedError where that can't be told."""
    try:
        was = json.loads(snapshot.annotations[CLAIM_AS_IT_WAS])
        size = max(int(was["bytes"]), snapshot.restore_bytes or 0)
        labels, notes = dict(was["labels"]), dict(was["annotations"])
        modes, storage_class = list(was["access_modes"]), str(was["storage_class"])
    except (KeyError, ValueError, TypeError):
        raise RefusedError(
            "The snapshot does not say what its claim was like",
            where=f"{snapshot.namespace}/{snapshot.name}",
            fix="Make a claim by hand, with dataSource naming the snapshot.",
        ) from None
    spec = {
        "accessModes": modes or ["ReadWriteOnce"],
        "resources": {"requests": {"storage": str(size)}},
        "dataSource": {
            "apiGroup": "snapshot.storage.k8s.io",
            "kind": "VolumeSnapshot",
            "name": snapshot.name,
        },
    }
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "namespace": snapshot.namespace,
            "name": snapshot.claim_name,
            "labels": labels,
            "annotations": notes,
        },
        "spec": spec | ({"storageClassName": storage_class} if storage_class else {}),
    }
