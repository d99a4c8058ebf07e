"""How is one person's home deleted? Steps that may be cut off anywhere and begun again.

    re-read and judge, snapshot (where one is wanted) -> the claims read -> which pods mount them ->
    "deleting" on each claim, if it is still the version that was read -> the hub's record read, all judged ->
    DELETE of the record at once, or "deleting" taken off again -> "record deleted" on each claim
    ... and after the time to settle, judged again by the next run:
    which pods mount them -> the record is still gone -> DELETE of the claim with uid and version -> audit

What a step needs to know is on the claims. A claim whose record is gone, but on which no step of ours says
so, is nobody's: the hub lost that person by other means, and its time begins again as an orphan.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from libretexts_hub.culler.afterwards import forget_servers, last_letter
from libretexts_hub.culler.case import (
    Case,
    absent_names,
    judge_case,
    only_theirs,
    read_case,
    read_claims,
    standing_of,
)
from libretexts_hub.culler.secrets import delete_secrets
from libretexts_hub.culler.snapshotting import ensure_snapshot, wrong_with
from libretexts_hub.culler.world import World
from libretexts_hub.domain.claims import Place, places_of
from libretexts_hub.domain.cull_annotations import COMPONENT, DATABASE_COMPONENT, DELETING_AT
from libretexts_hub.domain.cull_judge import Person
from libretexts_hub.domain.cull_mark import Mark, read_mark, to_annotations
from libretexts_hub.domain.cull_verdicts import Delete
from libretexts_hub.domain.culling import UNKNOWN_STANDING, Claim, Standing
from libretexts_hub.domain.culling_errors import ConflictError, CullingError, GoneError
from libretexts_hub.domain.moments import to_text


@dataclass(frozen=True)
class Going:
    """Claims of one person that are about to go, in the order in which they do: databases first."""

    case: Case
    claims: tuple[Claim, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        """Where they are."""
        return tuple(claim.place for claim in self.claims)


async def delete_person(
    world: World,
    name: str,
    places: Collection[Place],
    known: Mapping[Place, tuple[str, ...]],
    *,
    is_plain: bool = False,
) -> str:
    """Take the next steps for this person; why it stays, empty where all was done. Raises CullingError.

    `is_plain`: it was judged in this run that the record goes, and that no snapshot is wanted. Then the one
    look right before the delete is enough.
    """
    if is_plain:
        return await _delete_record(world, name, await read_claims(world, places), known)
    case = await read_case(world, name, places)
    if stays := await _snapshots(world, case, known):
        return stays
    if any(verdict.rule.snapshot for verdict in _verdicts(case)):
        case = await read_case(world, name, places)
    if not case.deletes:
        return case.obstacle or "it may not go any more"
    if case.removes_record:
        return await _delete_record(world, name, [each.claim for each in case.judged], known)
    claims = [each.claim for each in case.deletes]
    await _check_snapshots(world, claims)
    return await _delete_claims(world, Going(case, await _announce(world, claims)))


def _verdicts(case: Case) -> list[Delete]:
    return [each.verdict for each in case.deletes if isinstance(each.verdict, Delete)]


async def _snapshots(world: World, case: Case, known: Mapping[Place, tuple[str, ...]]) -> str:
    """Why none goes: another one's record, another plan, a snapshot that is not ready."""
    if others := _not_agreed(world, case, known):
        return others
    for each in case.deletes:
        verdict = each.verdict
        assert isinstance(verdict, Delete)  # noqa: S101 - for the type checker
        if not verdict.rule.snapshot or verdict.is_released:
            continue
        name, wrong = await ensure_snapshot(world, each.claim, verdict.mark, verdict.rule)
        if wrong:
            return f"{each.claim.name} stays: {wrong}"
        if verdict.mark.snapshot != name:
            world.may_change(deleting=True)
            await world.ports.claims.annotate(
                each.claim, to_annotations(replace(verdict.mark, snapshot=name))
            )
    return ""


def _not_agreed(world: World, case: Case, known: Mapping[Place, tuple[str, ...]]) -> str:
    """Why none goes: it is not in the plan, or another one's record refers to it."""
    for each in case.deletes:
        only = world.settings.only
        if only is not None and only.get(each.claim.place) != each.claim.uid:
            return f"{each.claim.name} is not in the plan"
        if others := only_theirs(each.claim.place, case.person, known):
            return f"{each.claim.name} stays: {others}"
    return ""


async def _check_snapshots(world: World, claims: Collection[Claim]) -> None:
    """Those that their marks name are what a home can be made again from. Raises ConflictError."""
    for claim in claims:
        mark = read_mark(claim)
        if isinstance(mark, Mark) and mark.snapshot and world.ports.snapshots is not None:
            found = await world.ports.snapshots.get(claim.namespace, mark.snapshot)
            if wrong := wrong_with(found, claim):
                raise ConflictError(wrong, where=claim.name, fix="The next run tries again.")


async def _announce(world: World, claims: Collection[Claim]) -> tuple[Claim, ...]:
    """Write "deleting" on each claim, if it still has the version that was read: from here on a changed
    claim is noticed by its version."""
    written: list[Claim] = []
    try:
        for claim in sorted(claims, key=_last):
            world.may_change(deleting=True)
            written.append(await world.ports.claims.annotate(claim, {DELETING_AT: to_text(world.now)}))
    except CullingError:
        await _step_back(world, written)
        raise
    return tuple(written)


def _last(claim: Claim) -> tuple[bool, Place]:
    """Homes after databases: a run that goes on finds the rest by the home."""
    return claim.labels.get(COMPONENT) != DATABASE_COMPONENT, claim.place


async def _step_back(world: World, claims: Collection[Claim]) -> None:
    for claim in claims:
        try:
            world.may_change()
            await world.ports.claims.annotate(claim, {DELETING_AT: None})
        except (ConflictError, GoneError):
            world.counts["changed meanwhile"] += 1


async def _judged_again(world: World, going: Going) -> Case:
    """With the person as the hub has them now, and the claims as we wrote them. The hub is asked last."""
    person = going.case.person
    for claim in going.claims:
        there = await world.ports.claims.get(*claim.place)
        if there is None or (there.uid, there.resource_version) != (claim.uid, claim.resource_version):
            raise ConflictError(
                "The claim was changed meanwhile", where=claim.name, fix="The next run judges it again."
            )
    again = await world.ports.hub.user(person.name)
    return judge_case(world, Person(person.name, again, person.standing), going.claims, going.case.absent)


async def _delete_record(
    world: World, name: str, claims: Collection[Claim], known: Mapping[Place, tuple[str, ...]]
) -> str:
    places = [claim.place for claim in claims]
    if mounted := await world.mounts.of(places):
        place, pods = next(iter(mounted.items()))
        return f"{place[1]} is mounted by the pod {pods[0]}"
    await _check_snapshots(world, claims)
    if unmarked := [claim.name for claim in claims if not isinstance(read_mark(claim), Mark)]:
        return f"the mark of {unmarked[0]} was taken off"
    absent = await absent_names(world, name, claims)
    standing = await _standing_now(world, name)
    reason = next((mark.reason for each in claims if isinstance(mark := read_mark(each), Mark)), "")
    await world.audit("delete record", name, reason, claims=[list(place) for place in places])
    announced = await _announce(world, claims)
    # The last look is at the hub: between it and the delete there is no other request.
    case = judge_case(world, Person(name, await world.ports.hub.user(name), standing), announced, absent)
    if stays := _record_stays(world, case, known):
        await _step_back(world, announced)
        return stays
    world.may_change(deleting=True)
    # One try: after a lost answer nobody can tell who deleted it, and the claim starts again as an orphan.
    await world.ports.hub.delete_user(name)
    world.counts["records deleted"] += 1
    for claim in announced:
        mark = read_mark(claim)
        assert isinstance(mark, Mark)  # noqa: S101 - for the type checker
        try:
            await world.ports.claims.annotate(claim, to_annotations(replace(mark, user_deleted_at=world.now)))
        except (ConflictError, GoneError):
            world.counts["changed meanwhile"] += 1
    await world.audit("record deleted", name, _verdicts(case)[0].reason)
    return "the hub's record went; the claims go after the time to settle"


async def _standing_now(world: World, name: str) -> Standing:
    """What the directory says, where there is one: asked early, since the last look is at the hub."""
    if world.ports.directory is None:
        return UNKNOWN_STANDING
    return await standing_of(world, await world.ports.hub.user(name))


def _record_stays(world: World, case: Case, known: Mapping[Place, tuple[str, ...]]) -> str:
    """Why it does, after the last look; empty where it goes."""
    user = case.person.user
    if user is None:
        return "its record went meanwhile"
    if not case.deletes or len(case.deletes) < len(case.judged) or not case.removes_record:
        return case.obstacle or "somebody came back in the last moment"
    if not set(places_of(user, world.settings.naming)) <= {each.claim.place for each in case.judged}:
        return "a claim of the same person was not looked at"
    if any(verdict.rule.snapshot and not verdict.mark.snapshot for verdict in _verdicts(case)):
        return "there is no snapshot"
    return _not_agreed(world, case, known)


async def _delete_claims(world: World, going: Going) -> str:
    person = going.case.person
    letter = await last_letter(world, person, going.case.deletes)
    for claim in going.claims:
        if claim is going.claims[-1] and claim.labels.get(COMPONENT) != DATABASE_COMPONENT:
            await delete_secrets(world, person, going.claims)
        if stays := await _delete_claim(world, going, claim):
            return stays
    if person.user is not None:
        await forget_servers(world, person.name, going.case.judged)
    if letter is not None and world.ports.notices is not None:
        await world.ports.notices.send(letter)
    return ""


async def _delete_claim(world: World, going: Going, claim: Claim) -> str:
    name = going.case.person.name
    verdict = next(each.verdict for each in going.case.deletes if each.claim.place == claim.place)
    assert isinstance(verdict, Delete)  # noqa: S101 - for the type checker
    details = {"snapshot": verdict.mark.snapshot, "bytes": claim.bytes, "class": claim.storage_class}
    about = {"claim": claim.place, "uid": claim.uid}
    await world.audit("delete claim", name, verdict.reason, **about, **details)  # type: ignore[arg-type]
    if await world.mounts.of([claim.place]):
        await _step_back(world, (claim,))
        return f"{claim.name} is mounted by a pod"
    if claim.labels.get(COMPONENT) == DATABASE_COMPONENT:
        await delete_secrets(world, going.case.person, (claim,), about_to_go=claim.place)
    # The last look is at the hub: between it and the delete there is no other request.
    again = await _judged_again(world, replace(going, claims=(claim,)))
    if not again.deletes:
        return "somebody came back in the last moment"
    world.may_change(deleting=True)
    try:
        await world.ports.claims.delete(claim)
    except GoneError:
        return ""
    world.counts["deleted"] += 1
    world.counts["bytes deleted"] += claim.bytes
    await world.audit("claim deleted", name, verdict.reason, **about, **details)  # type: ignore[arg-type]
    return ""
