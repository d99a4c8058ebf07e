"""Is there a snapshot that the home can be made again from? Ready, of this very claim, and kept."""

from libretexts_hub.culler.world import World
from libretexts_hub.domain.cull_annotations import PREFIX, USER
from libretexts_hub.domain.cull_homes import HomeRule
from libretexts_hub.domain.cull_mark import Mark
from libretexts_hub.domain.culling import Claim, Snapshot
from libretexts_hub.domain.moments import to_text

KEPT_UNTIL = PREFIX + "kept-until"
SNAPSHOT_OF = PREFIX + "snapshot-of"


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
        PREFIX + "class": rule.snapshot_class,
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
