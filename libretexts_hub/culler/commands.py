"""What may an operator ask of the culler at a terminal? Status, holds, exports, a way back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from libretexts_hub.culler import audit
from libretexts_hub.culler.snapshotting import manifest_from, wrong_with
from libretexts_hub.culler.world import World
from libretexts_hub.domain import cull_annotations as keys
from libretexts_hub.domain.claims import Untied, claimants, kind_of, places_of
from libretexts_hub.domain.cull_mark import Mark, read_mark
from libretexts_hub.domain.culling import Claim, Snapshot
from libretexts_hub.domain.culling_errors import ConflictError, GoneError, RefusedError
from libretexts_hub.domain.moments import to_text


async def all_claims(world: World) -> AsyncIterator[Claim]:
    """Every home and database of this hub. Raises CullingError."""
    token = ""
    while True:
        page = await world.ports.claims.page(token=token, limit=world.settings.claim_page)
        for claim in page.claims:
            if not isinstance(kind_of(claim, world.settings.naming), Untied):
                yield claim
        token = page.next_token
        if not token:
            return


async def status(world: World) -> list[dict[str, Any]]:
    """The claims with a mark or a hold, and how far they are."""
    found = []
    async for claim in all_claims(world):
        mark = read_mark(claim)
        hold = claim.annotations.get(keys.HOLD)
        if mark is None and hold is None:
            continue
        entry: dict[str, Any] = {"claim": f"{claim.namespace}/{claim.name}", "hold": hold}
        if isinstance(mark, Mark):
            steps = [name for name, at in _steps(mark) if at is not None]
            entry |= {
                "user": mark.user,
                "marked": to_text(mark.marked_at),
                "delete_after": to_text(mark.delete_after),
                "notices": len(mark.notices),
                "step": steps[-1],
                "reason": mark.reason,
            }
        elif mark is not None:
            entry |= {"user": "", "step": "unreadable", "reason": mark.reason}
        found.append(entry)
    return found


def _steps(mark: Mark) -> tuple[tuple[str, float | None], ...]:
    return (
        ("marked", mark.marked_at),
        ("told", mark.first_sent),
        ("deleting", mark.deleting_at),
        ("record deleted", mark.user_deleted_at),
    )


async def claims_of(world: World, name: str) -> list[Claim]:
    """All claims that are, or may be, of this person. Raises CullingError."""
    user = await world.ports.hub.user(name)
    places = places_of(user, world.settings.naming) if user is not None else {}
    found = []
    async for claim in all_claims(world):
        mark = read_mark(claim)
        marked_for = mark.user if isinstance(mark, Mark) else ""
        if claim.place in places or name in (*claimants(claim), marked_for):
            found.append(claim)
    return found


async def protect(world: World, name: str, reason: str | None) -> list[Claim]:
    """Put all claims of a person on hold, or take it off (None). It works at any step before the delete."""
    done = []
    for claim in await claims_of(world, name):
        done.append(await _hold(world, claim, reason))
        action = "hold" if reason is not None else "release"
        await world.audit(action, name, reason or "", claim=claim.place, uid=claim.uid)
    return done


async def _hold(world: World, claim: Claim, reason: str | None) -> Claim:
    """The culler itself may be writing on the claim; its own steps are then refused, not ours."""
    for _ in range(10):
        try:
            return await world.ports.claims.annotate(claim, {keys.HOLD: reason})
        except ConflictError:
            there = await world.ports.claims.get(*claim.place)
            if there is None or there.uid != claim.uid:
                break
            claim = there
    raise GoneError("The claim is gone or changes all the time", where=claim.name, fix="Look at cull status.")


async def restore(world: World, snapshot: Snapshot) -> Claim:
    """Make a home again from its snapshot, under the name it had. Raises CullingError."""
    if wrong := wrong_with(snapshot, Claim(snapshot.namespace, "", snapshot.claim_uid, "")):
        raise RefusedError(
            f"Nothing can be restored: {wrong}", where=snapshot.name, fix="Choose another one."
        )
    user = snapshot.annotations.get(keys.USER, "")
    await world.audit("restore", user, snapshot.name, claim=(snapshot.namespace, snapshot.claim_name))
    return await world.ports.claims.create(manifest_from(snapshot))


async def export(world: World, name: str, audit_file: str) -> dict[str, Any]:
    """What the hub, the cluster and the audit log hold of a person; nothing of what is in the home."""
    user = await world.ports.hub.user(name)
    lines: list[Any] = []
    if audit_file and Path(audit_file).exists():  # noqa: ASYNC240 - one look, at a terminal
        lines = [line for line in audit.read(Path(audit_file)) if line.get("user") == name]
    record = None
    if user is not None:
        record = {
            "name": user.name,
            "admin": user.is_admin,
            "groups": list(user.groups),
            "created": None if user.created is None else to_text(user.created),
            "last_activity": None if user.last_activity is None else to_text(user.last_activity),
            "servers": [server.name for server in user.servers],
        }
    claims = [
        {
            "claim": f"{claim.namespace}/{claim.name}",
            "bytes": claim.bytes,
            "class": claim.storage_class,
            "annotations": dict(claim.annotations),
        }
        for claim in await claims_of(world, name)
    ]
    snapshots = await world.ports.snapshots.list() if world.ports.snapshots is not None else ()
    kept = [each.name for each in snapshots if each.annotations.get(keys.USER) == name]
    await world.audit("export", name, "asked for at a terminal")
    return {"user": record, "claims": claims, "snapshots": kept, "audit": lines}
