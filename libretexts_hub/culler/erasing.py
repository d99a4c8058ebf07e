"""How does everything of one person go, now, because they asked for it? With proof, and nothing of others.

    lease -> the person, their claims, everybody's records: is each claim theirs alone, on no hold, mounted by
    no pod? -> audit -> marks with "deleting" -> the hub's record -> Secrets, databases, homes -> snapshots ->
    audit

It is cut off anywhere and done again by the same command: what is left is found by the annotations. The audit
log keeps the name and what was deleted, which is the proof; homes' contents it never had.
"""

from dataclasses import dataclass, field

from libretexts_hub.culler.case import only_theirs, read_case, tie_to
from libretexts_hub.culler.commands import claims_of
from libretexts_hub.culler.references import references
from libretexts_hub.culler.secrets import delete_secrets
from libretexts_hub.culler.world import World
from libretexts_hub.domain import cull_annotations as keys
from libretexts_hub.domain.claims import Untied
from libretexts_hub.domain.cull_judge import Person
from libretexts_hub.domain.cull_mark import Mark, to_annotations
from libretexts_hub.domain.culling import Claim, Snapshot
from libretexts_hub.domain.culling_errors import GoneError, RefusedError


@dataclass
class Erased:
    """What went: the hub's record, claims, snapshots."""

    record: bool = False
    claims: list[str] = field(default_factory=list)
    snapshots: list[str] = field(default_factory=list)


async def erase(world: World, name: str, reason: str) -> Erased:
    """Delete the record, all claims, Secrets and snapshots of a person. Raises CullingError, and RefusedError
    before anything was deleted where not all of it is theirs alone."""
    lease = world.ports.lease
    if not await lease.acquire():
        raise RefusedError("Another culler runs now", where="lease", fix="Try again when its run has ended.")
    try:
        claims = await _all_theirs(world, name)
        snapshots = await _snapshots_of(world, name)
        places = [list(claim.place) for claim in claims]
        await world.audit("erase", name, reason, claims=places, snapshots=[each.name for each in snapshots])
        done = Erased()
        marked = [await _mark(world, claim, name, reason) for claim in claims]
        await _refuse_mounted(world, marked)
        done.record = await _delete_record(world, name)
        if await world.mounts.of([claim.place for claim in marked]):
            raise _refused("A pod mounts a claim now", "The hub's record went. End it, then erase again.", "")
        for claim in marked:
            await _delete_claim(world, claim, name, reason)
            done.claims.append(f"{claim.namespace}/{claim.name}")
        for each in snapshots:
            await _delete_snapshot(world, each, name, reason)
            done.snapshots.append(f"{each.namespace}/{each.name}")
        await world.audit("erased", name, reason, claims=places, record=done.record)
        return done
    finally:
        await lease.release()


async def _all_theirs(world: World, name: str) -> list[Claim]:
    """Their claims, databases first. Raises RefusedError where one may be of somebody else, or is held."""
    found = [claim for claim in await claims_of(world, name) if not claim.is_leaving]
    case = await read_case(world, name, {claim.place for claim in found})
    if case.person.user is not None:
        for server in case.person.user.servers:
            if server.pending or server.is_ready or not server.is_stopped:
                raise _refused(f"A server of {name} runs", "Stop it, then erase again.")
    claims = [each.claim for each in case.judged if not each.claim.is_leaving]
    read = await references(
        world.ports.hub,
        {claim.place for claim in claims},
        world.settings.naming,
        limit=world.settings.user_page,
    )
    for claim in claims:
        tied = tie_to(claim, case.person, world.settings.naming, case.absent)
        others = only_theirs(claim.place, case.person, read.by_place)
        if isinstance(tied, Untied) or others:
            why = tied.reason if isinstance(tied, Untied) else others
            raise _refused(f"{claim.name} is not surely of {name} alone: {why}", "Look at it by hand.")
        if keys.HOLD in claim.annotations:
            words = claim.annotations[keys.HOLD]
            raise _refused(f"{claim.name} is on hold: {words:.100}", "Release it: cull protect --release.")
    await _refuse_mounted(world, claims)
    return sorted(claims, key=lambda claim: (not _is_database(claim), claim.place))


async def _refuse_mounted(world: World, claims: list[Claim]) -> None:
    mounted = await world.mounts.of([claim.place for claim in claims])
    for place, pods in mounted.items():
        raise _refused(f"The pod {pods[0]} mounts {place[1]}", "End it, then erase again.")


async def _mark(world: World, claim: Claim, name: str, reason: str) -> Claim:
    """With a time that is over: the cluster's policy lets nothing go without it."""
    world.may_change(deleting=True)
    now = float(int(world.now))
    mark = Mark(now, now, keys.ERASE, reason, name, claim.uid, is_orphan=True, deleting_at=now)
    return await world.ports.claims.annotate(claim, to_annotations(mark))


async def _delete_record(world: World, name: str) -> bool:
    user = await world.ports.hub.user(name)
    if user is None:
        return False
    if any(not server.is_stopped or server.pending for server in user.servers):
        raise _refused(f"A server of {name} was just started", "Stop it, then erase again.")
    world.may_change(deleting=True)
    try:
        await world.ports.hub.delete_user(name)
    except GoneError:
        return False
    return True


async def _delete_claim(world: World, claim: Claim, name: str, reason: str) -> None:
    if _is_database(claim):
        await delete_secrets(world, Person(name, None), (claim,), about_to_go=claim.place)
    world.may_change(deleting=True)
    try:
        await world.ports.claims.delete(claim)
    except GoneError:
        return
    about = {"claim": claim.place, "uid": claim.uid, "bytes": claim.bytes, "class": claim.storage_class}
    await world.audit("claim deleted", name, reason, **about)  # type: ignore[arg-type]


async def _snapshots_of(world: World, name: str) -> list[Snapshot]:
    port = world.ports.snapshots
    found = await port.list() if port is not None else ()
    return [each for each in found if each.annotations.get(keys.USER) == name]


async def _delete_snapshot(world: World, snapshot: Snapshot, name: str, reason: str) -> None:
    port = world.ports.snapshots
    if port is None:
        return
    world.may_change(deleting=True)
    try:
        await port.delete(snapshot)
    except GoneError:
        return
    await world.audit("snapshot deleted", name, reason, snapshot=snapshot.name)


def _is_database(claim: Claim) -> bool:
    return claim.labels.get(keys.COMPONENT) == keys.DATABASE_COMPONENT


def _refused(what: str, fix: str, so_far: str = "; nothing was erased") -> RefusedError:
    return RefusedError(f"{what}{so_far}", where="cull erase", fix=fix)
