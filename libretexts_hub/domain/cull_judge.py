"""May this home go now? One claim, its person, the policy and the time -> a verdict with its reason.

Unknown means kept: no activity and no date of creation, a time in the future, a directory that can't tell.
"""

from dataclasses import dataclass, replace

from libretexts_hub.domain.cull_annotations import ERASE
from libretexts_hub.domain.cull_homes import DELETE, HomeRule, rule_for
from libretexts_hub.domain.cull_mark import Mark, Unreadable, read_mark
from libretexts_hub.domain.cull_policy import Policy
from libretexts_hub.domain.cull_verdicts import Delete, Keep, MarkIt, Notify, Release, Unmark, Verdict
from libretexts_hub.domain.culling import UNKNOWN_STANDING, Claim, HubUser, Standing
from libretexts_hub.domain.moments import length_words, to_text

SKEW = 120.0
# A time that the hub wrote and a mark that we wrote are one and the same up to this.
SAME = 0.001
# A mark is written in whole seconds, rounded up: a notice of the mark's own length is due with the mark.
ROUNDED = 1.0


@dataclass(frozen=True, slots=True)
class Person:
    """`user` None: the hub surely has nobody of this name, and no state of anybody refers to the claim."""

    name: str
    user: HubUser | None
    standing: Standing = UNKNOWN_STANDING


def last_seen(user: HubUser) -> float | None:
    """The newest activity of the person and all servers; of somebody never seen, when they were made."""
    seen = [user.last_activity]
    for server in user.servers:
        seen += [server.last_activity, server.started]
    known = [moment for moment in seen if moment is not None]
    return max(known) if known else user.created


def judge(claim: Claim, person: Person, policy: Policy, *, now: float) -> Verdict:
    """Decide one claim that is tied to this person."""
    mark = read_mark(claim)
    if claim.is_leaving:
        return Keep("it is being deleted already")
    if isinstance(mark, Unreadable):
        return Unmark(mark.reason)
    if mark is not None and mark.rule == ERASE and person.user is None:
        return Keep("its person asked to be erased, and that was cut off: run cull erase again")
    kept = _protected(claim, person, policy, now) or _not_gone(claim, person, policy, now)
    if kept:
        return Unmark(kept) if mark is not None else Keep(kept)
    user = person.user
    rule = rule_for(policy.homes, user, person.standing) if user else _orphan_rule(policy, mark)
    if rule is None:
        if mark is not None and _is_unsure(policy, person, mark):
            return Keep("the directory can't tell now whether its person is in it")
        reason = "no entry of homes is about this person"
        return Unmark(reason) if mark is not None else Keep(reason)
    seen = last_seen(user) if user else None
    since = max(moment for moment in (seen, claim.created) if moment is not None)
    if now - since < rule.inactive:
        used = "it was used or made" if user else "it was made"
        reason = f"{used} {length_words(now - since)} ago, {rule.slug} asks for {length_words(rule.inactive)}"
        return Unmark(reason) if mark is not None else Keep(reason)
    if mark is None:
        return _new_mark(claim, person, rule, since, now)
    return _judge_marked(claim, person, rule, mark, now)


def _orphan_rule(policy: Policy, mark: Mark | None) -> HomeRule | None:
    """Where we removed the record ourselves, the entry by which we did goes on to count."""
    if mark is not None and _was_ours(mark):
        return next((rule for rule in policy.homes if rule.slug == mark.rule), None)
    return rule_for(policy.homes, None, UNKNOWN_STANDING)


def _was_ours(mark: Mark) -> bool:
    """Whether we removed the record, or were about to: what is announced is read again and judged before the
    delete, and taken back where anything changed. So whoever finds it without its record goes on."""
    return mark.user_deleted_at is not None or (mark.deleting_at is not None and not mark.is_orphan)


def _is_unsure(policy: Policy, person: Person, mark: Mark) -> bool:
    """A directory that is away must not start the time again for everybody."""
    rule = next((rule for rule in policy.homes if rule.slug == mark.rule), None)
    return rule is not None and rule.left == "directory" and person.standing.is_member is None


def _protected(claim: Claim, person: Person, policy: Policy, now: float) -> str:
    protect = policy.protect
    by_user = protect.of_user(person.user) if person.user else protect.of_name(person.name)
    return by_user or protect.of_claim(claim, now)


def _not_gone(claim: Claim, person: Person, policy: Policy, now: float) -> str:
    """Why nobody can say that the person is gone; empty where the rest decides."""
    if claim.created is not None and claim.created > now + SKEW:
        return f"it was made in the future: {to_text(claim.created)}"
    user = person.user
    if user is None:
        return ""
    if user.name != person.name:
        return f"the hub answered with another person, {user.name}"
    for server in user.servers:
        if server.pending or server.is_ready or not server.is_stopped:
            return f"a server runs or is pending{f': {server.name}' if server.name else ''}"
    seen = last_seen(user)
    if seen is None:
        return "neither activity nor creation of the person is known"
    latest = max(moment for moment in (seen, user.created) if moment is not None)
    if latest > now + SKEW:
        return f"the hub says that the person was active in the future: {to_text(latest)}"
    return ""


def _new_mark(claim: Claim, person: Person, rule: HomeRule, since: float, now: float) -> MarkIt:
    user = person.user
    if user is None:
        reason = f"{person.name} is not in the hub, and the claim is {length_words(now - since)} old"
    else:
        gone = {"directory": "not in the directory any more", "courses": "in no course any more"}
        left = f", {gone[rule.left]}" if rule.left else ""
        reason = f"{person.name} was not seen for {length_words(now - since)}{left}"
    mark = Mark(
        marked_at=now,
        delete_after=now + rule.wait,
        rule=rule.slug,
        reason=reason,
        user=person.name,
        claim_uid=claim.uid,
        user_created=user.created if user else None,
        last_activity=last_seen(user) if user else None,
        is_orphan=user is None,
    )
    return MarkIt(reason, mark, rule)


def _judge_marked(claim: Claim, person: Person, rule: HomeRule, mark: Mark, now: float) -> Verdict:
    if wrong := _invalid(person, rule, mark, now):
        return wrong
    base = max(mark.delete_after, mark.marked_at + rule.wait)
    sent = {lead for lead, _ in mark.notices}
    missing = tuple(lead for lead in rule.notices if round(lead) not in sent and now >= base - lead - ROUNDED)
    due = due_at(mark, rule)
    is_released = mark.user_deleted_at is not None
    if person.user is None and not is_released and _was_ours(mark):
        return Release("the hub's record went in a step that was cut off", mark, rule)
    if missing and not is_released:
        # The whole time that the shortest of them promises begins when it is sent.
        return Notify(f"{mark.reason}; a notice is due", mark, rule, missing, max(due, now + max(missing)))
    unsent = [lead for lead in rule.notices if round(lead) not in sent]
    if now < due or (unsent and not is_released):
        return Keep(f"{mark.reason}; it waits until {to_text(due)}", due=due)
    if is_released and now < (mark.user_deleted_at or 0.0) + rule.settle:
        return Keep(
            "the hub's record went just now; it waits a little",
            due=(mark.user_deleted_at or 0.0) + rule.settle,
        )
    return Delete(f"{mark.reason}; marked {length_words(now - mark.marked_at)} ago", mark, rule, is_released)


def _invalid(person: Person, rule: HomeRule, mark: Mark, now: float) -> Verdict | None:
    """Why the mark does not count for what is there now."""
    user = person.user
    if mark.user != person.name:
        return Unmark(f"its mark is about {mark.user}, not {person.name}")
    if mark.rule != rule.slug:
        return Unmark(f"its mark is by the entry {mark.rule}, now {rule.slug} counts")
    times = [mark.marked_at, mark.deleting_at, mark.user_deleted_at, *(sent for _, sent in mark.notices)]
    if max(moment for moment in times if moment is not None) > now + SKEW:
        return Keep("its mark is of the future: a clock was moved", is_alarming=True)
    if user is None:
        if mark.is_orphan or (_was_ours(mark) and rule.hub_user == DELETE):
            return None
        return Unmark("the hub lost its person since the mark, and not by a step of the culler")
    if mark.is_orphan:
        return Unmark("its person is in the hub again")
    if not _same(mark.user_created, user.created):
        return Unmark("the hub's record of the person is another one than at the mark")
    seen = last_seen(user)
    if _same(seen, mark.last_activity):
        if mark.user_deleted_at is not None:
            return Keep("a record that was removed is back: a restored database", is_alarming=True)
        return None
    if mark.last_activity is None or (seen is not None and seen > mark.last_activity):
        return Unmark(f"{person.name} was active since the mark")
    return Keep("the activity of its person went back since the mark: a restored database", is_alarming=True)


def looks_due(claim: Claim, policy: Policy, *, now: float) -> bool:
    """Whether nothing on the claim speaks against a delete now; its person has not been looked at."""
    mark = read_mark(claim)
    if not isinstance(mark, Mark) or claim.is_leaving:
        return False
    rule = next((rule for rule in policy.homes if rule.slug == mark.rule), None)
    if rule is None or policy.protect.of_claim(claim, now):
        return False
    if mark.user_deleted_at is not None:
        return now >= mark.user_deleted_at + rule.settle
    sent = {lead for lead, _ in mark.notices}
    return now >= due_at(mark, rule) and all(round(lead) in sent for lead in rule.notices)


def due_at(mark: Mark, rule: HomeRule) -> float:
    """When it may go: the mark's time, today's policy from the mark on, and the whole lead of each notice and
    the grace from when they were really sent."""
    promised = [sent + lead for lead, sent in mark.notices]
    if mark.first_sent is not None:
        promised.append(mark.first_sent + rule.grace)
    return max(mark.delete_after, mark.marked_at + rule.wait, *promised)


def with_notices(mark: Mark, leads: tuple[float, ...], now: float) -> Mark:
    """The mark with notices that were sent now."""
    return replace(mark, notices=(*mark.notices, *((float(round(lead)), now) for lead in leads)))


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) < SAME
