"""How is a claim marked and unmarked, and its person told? Steps that can be taken back.

Each is one patch of the claim with the version that was judged. Where somebody changed it meanwhile the patch
is refused, and the next run judges again.
"""

from dataclasses import replace

from libretexts_hub.culler.case import Case, Judged, judge_case
from libretexts_hub.culler.world import World
from libretexts_hub.domain.cull_judge import with_notices
from libretexts_hub.domain.cull_mark import Mark, no_mark, read_mark, to_annotations
from libretexts_hub.domain.cull_verdicts import MarkIt, Notify, Release, Unmark
from libretexts_hub.domain.culling import Claim, Notice, Sent
from libretexts_hub.domain.culling_errors import ConflictError, GoneError


async def act(world: World, case: Case) -> None:
    """Do all that can be taken back for one person. Raises CullingError."""
    claims = []
    for each in case.judged:
        claim = each.claim
        try:
            if isinstance(each.verdict, MarkIt):
                claim = await _mark(world, each, each.verdict)
            elif isinstance(each.verdict, Release):
                await _release(world, each, each.verdict)
                continue
            elif isinstance(each.verdict, Unmark):
                await unmark(world, case, each, each.verdict.reason)
                continue
        except (ConflictError, GoneError):
            world.counts["changed meanwhile"] += 1
            continue
        claims.append(claim)
    # The first notice goes out with the mark: its whole time begins then.
    is_new = any(isinstance(each.verdict, MarkIt) for each in case.judged)
    await _notify(world, judge_case(world, case.person, claims, case.absent) if is_new else case)


async def _mark(world: World, each: Judged, verdict: MarkIt) -> Claim:
    if world.counts["marked"] >= world.settings.policy.fuse.marks:
        world.counts["not marked yet"] += 1
        return each.claim
    world.may_change()
    mark = verdict.mark
    world.counts["marked"] += 1
    marked = await world.ports.claims.annotate(each.claim, to_annotations(mark))
    about = {"claim": marked.place, "uid": marked.uid, "delete_after": mark.delete_after}
    await world.audit("mark", mark.user, mark.reason, **about)  # type: ignore[arg-type]
    return marked


async def _release(world: World, each: Judged, verdict: Release) -> None:
    world.may_change(deleting=True)
    mark = replace(verdict.mark, user_deleted_at=world.now)
    await world.ports.claims.annotate(each.claim, to_annotations(mark))
    about = {"claim": each.claim.place, "uid": each.claim.uid}
    await world.audit("record deleted", mark.user, verdict.reason, **about)  # type: ignore[arg-type]


async def unmark(world: World, case: Case, each: Judged, reason: str) -> None:
    """Take the mark off. Raises CullingError."""
    world.may_change()
    await world.ports.claims.annotate(each.claim, no_mark())
    world.counts["unmarked"] += 1
    name = case.person.name
    await world.audit("unmark", name, reason, claim=each.claim.place, uid=each.claim.uid)
    mark = read_mark(each.claim)
    was_told = isinstance(mark, Mark) and mark.notices
    if was_told and case.person.user is not None and world.ports.notices is not None:
        await world.ports.notices.send(Notice("kept", name, (each.claim.place,), reason=reason))


async def _notify(world: World, case: Case) -> None:
    """One message about all claims of the person for which one is due, written down on each."""
    due = [(each, each.verdict) for each in case.judged if isinstance(each.verdict, Notify)]
    if not due:
        return
    world.may_change()
    first = min(due, key=lambda pair: pair[1].due)[1]
    notice = Notice(
        kind="reminder" if first.mark.notices else "mark",
        user=case.person.name,
        claims=tuple(each.claim.place for each, _ in due),
        number=len(first.mark.notices),
        delete_after=first.due,
        reason=first.reason,
    )
    sent = await world.ports.notices.send(notice) if world.ports.notices is not None else Sent()
    for each, verdict in due:
        if not sent.has_reached and verdict.rule.unsent == "keep":
            world.counts["not told"] += 1
            continue
        mark = with_notices(verdict.mark, verdict.leads, world.now)
        try:
            await world.ports.claims.annotate(each.claim, to_annotations(mark))
        except (ConflictError, GoneError):
            world.counts["changed meanwhile"] += 1
            continue
        world.counts["told"] += 1
        await world.audit(
            "notice",
            case.person.name,
            verdict.reason,
            claim=each.claim.place,
            uid=each.claim.uid,
            by=list(sent.by),
            has_reached=sent.has_reached,
        )
