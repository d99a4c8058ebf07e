"""How is one person's home deleted? Steps that may be cut off anywhere and begun again.

    re-read and judge -> snapshot -> re-read and judge -> "deleting" on each claim -> which pods mount them ->
    the hub's record read and judged once more -> DELETE of the record -> "record deleted" on each claim
    ... and after the time to settle, judged again by the next run:
    which pods mount them -> the record is still gone -> DELETE of the claim with uid and version -> audit

What a step needs to know is on the claims. A claim whose record is gone, but on which no step of ours says
so, is nobody's: the hub lost that person by other means, and its time begins again as an orphan.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from libretexts_hub.culler.afterwards import forget_servers, last_letter
from libretexts_hub.culler.case import Case, Judged, judge_case, only_theirs, read_case
from libretexts_hub.culler.secrets import delete_secrets
from libretexts_hub.culler.snapshotting import ensure_snapshot, wrong_with
from libretexts_hub.culler.world import World
from libretexts_hub.domain.claims import Place
from libretexts_hub.domain.cull_annotations import COMPONENT, DATABASE_COMPONENT, DELETING_AT
from libretexts_hub.domain.cull_judge import Person
from libretexts_hub.domain.cull_mark import to_annotations
from libretexts_hub.domain.cull_verdicts import Delete
from libretexts_hub.domain.culling import Claim
from libretexts_hub.domain.culling_errors import ConflictError, GoneError
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
    world: World, name: str, places: tuple[Place, ...], known: Mapping[Place, frozenset[str]]
) -> str:
    """Take the next steps for this person; why it stays, empty where all was done. Raises CullingError."""
    case = await read_case(world, name, places)
    if stays := await _snapshots(world, case, known):
        return stays
    if any(verdict.rule.snapshot for verdict in _verdicts(case)):
        case = await read_case(world, name, places)
    if not case.deletes:
        return case.obstacle or "it may not go any more"
    going = await _announce(world, case)
    removes = case.person.user is not None and any(
        verdict.rule.hub_user == "delete" for verdict in _verdicts(case)
    )
    if not removes:
        return await _delete_claims(world, going)
    if mounted := await world.mounts.of(going.places):
        await _step_back(world, going)
        place, pods = next(iter(mounted.items()))
        return f"{place[1]} is mounted by the pod {pods[0]}"
    return await _delete_record(world, going)


def _verdicts(case: Case) -> list[Delete]:
    return [each.verdict for each in case.deletes if isinstance(each.verdict, Delete)]


async def _snapshots(world: World, case: Case, known: Mapping[Place, frozenset[str]]) -> str:
    """Why none goes: another one's record, another plan, a snapshot that is not ready."""
    for each in case.deletes:
        only = world.settings.only
        if only is not None and only.get(each.claim.place) != each.claim.uid:
            return f"{each.claim.name} is not in the plan"
        if others := only_theirs(each.claim.place, case.person, known):
            return f"{each.claim.name} stays: {others}"
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


async def _announce(world: World, case: Case) -> Going:
    """Write "deleting" on each claim: from here on a changed claim is noticed by its version."""
    claims = []
    for each in sorted(case.deletes, key=_last):
        verdict = each.verdict
        assert isinstance(verdict, Delete)  # noqa: S101 - for the type checker
        if verdict.rule.snapshot and world.ports.snapshots is not None:
            found = await world.ports.snapshots.get(each.claim.namespace, verdict.mark.snapshot)
            if wrong := wrong_with(found, each.claim):
                raise ConflictError(wrong, where=each.claim.name, fix="The next run tries again.")
        world.may_change(deleting=True)
        changes = {DELETING_AT: to_text(world.now)}
        claims.append(await world.ports.claims.annotate(each.claim, changes))
    return Going(case, tuple(claims))


def _last(each: Judged) -> tuple[bool, Place]:
    """Homes after databases: a run that goes on finds the rest by the home."""
    return each.claim.labels.get(COMPONENT) != DATABASE_COMPONENT, each.claim.place


async def _step_back(world: World, going: Going) -> None:
    for claim in going.claims:
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


async def _delete_record(world: World, going: Going) -> str:
    person, reason = going.case.person, _verdicts(going.case)[0].reason
    await world.audit("delete record", person.name, reason, claims=[list(place) for place in going.places])
    again = await _judged_again(world, going)
    if len(again.deletes) != len(going.claims):
        await _step_back(world, going)
        return "somebody came back in the last moment"
    world.may_change(deleting=True)
    # One try: after a lost answer nobody can tell who deleted it, and the claim starts again as an orphan.
    await world.ports.hub.delete_user(person.name)
    world.counts["records deleted"] += 1
    for each in again.deletes:
        verdict = each.verdict
        assert isinstance(verdict, Delete)  # noqa: S101 - for the type checker
        try:
            mark = replace(verdict.mark, user_deleted_at=world.now)
            await world.ports.claims.annotate(each.claim, to_annotations(mark))
        except (ConflictError, GoneError):
            world.counts["changed meanwhile"] += 1
    await world.audit("record deleted", person.name, reason)
    return "the hub's record went; the claims go after the time to settle"


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
        await _step_back(world, replace(going, claims=(claim,)))
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
