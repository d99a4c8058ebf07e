"""What is there of one person now, and what may happen to it? Everything is read again, then judged."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from libretexts_hub.culler.world import World
from libretexts_hub.domain.claims import Naming, Place, Tied, Untied, claimants, places_of, tie
from libretexts_hub.domain.cull_annotations import OWNER
from libretexts_hub.domain.cull_homes import DELETE
from libretexts_hub.domain.cull_judge import Person, judge
from libretexts_hub.domain.cull_mark import Mark, read_mark
from libretexts_hub.domain.cull_verdicts import Delete, Keep, Unmark, Verdict
from libretexts_hub.domain.culling import UNKNOWN_STANDING, Claim, HubUser, Standing


@dataclass(frozen=True)
class Judged:
    """One claim with what was decided about it."""

    claim: Claim
    tied: Tied | Untied
    verdict: Verdict


@dataclass(frozen=True)
class Case:
    """A person and their claims, as they were read. `absent`: names that the hub surely does not have."""

    person: Person
    judged: tuple[Judged, ...]
    absent: frozenset[str] = frozenset()

    @property
    def deletes(self) -> tuple[Judged, ...]:
        """The claims that may go now: where the hub's record goes with them, all of them or none."""
        found = tuple(each for each in self.judged if isinstance(each.verdict, Delete))
        return () if self.obstacle else found

    @property
    def removes_record(self) -> bool:
        """Whether the hub's record goes with them."""
        rules = [each.verdict.rule for each in self.deletes if isinstance(each.verdict, Delete)]
        return self.person.user is not None and any(rule.hub_user == DELETE for rule in rules)

    @property
    def is_plain(self) -> bool:
        """Whether nothing but the record has to go now."""
        rules = [each.verdict.rule for each in self.deletes if isinstance(each.verdict, Delete)]
        return self.removes_record and not any(rule.snapshot for rule in rules)

    @property
    def obstacle(self) -> str:
        """Why none may go, though some could: another claim of the person stays, so the record has to."""
        if self.person.user is None:
            return ""
        going = [each.verdict for each in self.judged if isinstance(each.verdict, Delete)]
        if not any(verdict.rule.hub_user == DELETE for verdict in going):
            return ""
        for each in self.judged:
            if not isinstance(each.verdict, Delete):
                return f"{each.claim.name} of the same person stays: {each.verdict.reason}"
        return ""


async def read_case(
    world: World, name: str, places: Collection[Place], *, listed: HubUser | None = None
) -> Case:
    """Read a person and these claims again, and those that their state refers to, and judge them.

    `listed`: the person as the hub's list had them, where nothing will be changed by what is judged.
    Raises CullingError.
    """
    user = listed or await world.ports.hub.user(name)
    if user is not None:
        places = {*places, *places_of(user, world.settings.naming)}
    claims = await read_claims(world, places)
    standing = await standing_of(world, user)
    absent = await absent_names(world, name, claims)
    return judge_case(world, Person(name, user, standing), claims, absent)


async def read_claims(world: World, places: Collection[Place]) -> list[Claim]:
    """Those of them that are there, in the order of their names. Raises CullingError."""
    read = [await world.ports.claims.get(*place) for place in sorted(places)]
    return [claim for claim in read if claim is not None]


async def standing_of(world: World, user: HubUser | None) -> Standing:
    """What the directory says, where there is one."""
    if user is None or world.ports.directory is None:
        return UNKNOWN_STANDING
    return await world.ports.directory.standing(user)


def judge_case(world: World, person: Person, claims: Collection[Claim], absent: frozenset[str]) -> Case:
    """The same from what was read."""
    policy, now = world.settings.policy, world.now
    judged = []
    for claim in claims:
        tied = tie_to(claim, person, world.settings.naming, absent)
        verdict: Verdict
        if isinstance(tied, Untied):
            # A mark that is on it came when it could be tied still.
            is_marked = read_mark(claim) is not None
            verdict = Unmark(tied.reason) if is_marked and not claim.is_leaving else Keep(tied.reason)
        else:
            verdict = judge(claim, person, policy, now=now)
        judged.append(Judged(claim, tied, verdict))
    if len(judged) > world.settings.most_claims:
        many = Keep(f"{person.name} has {len(judged)} claims, which nobody expects")
        judged = [Judged(each.claim, each.tied, many) for each in judged]
    return Case(person, tuple(judged), absent)


def tie_to(claim: Claim, person: Person, naming: Naming, absent: frozenset[str]) -> Tied | Untied:
    """As `tie`; where we removed the record, or were about to, the mark says what the state said before."""
    mark = read_mark(claim)
    tied = tie(claim, person.user or HubUser(person.name), naming, absent=absent)
    released = isinstance(mark, Mark) and mark.deleting_at is not None and mark.user == person.name
    if isinstance(tied, Untied) and person.user is None and released and OWNER in claim.annotations:
        return Tied(person.name, None, "mark")
    return tied


def only_theirs(place: Place, person: Person, known: Mapping[Place, tuple[str, ...]]) -> str:
    """Why the claim may be of others too; empty where all records were read and none else refers to it."""
    if place not in known:
        return "the records of all people were not read for it"
    others = sorted(name for name in known[place] if not person.user or name != person.name)
    return f"the record of {others[0]} refers to it too" if others else ""


async def absent_names(world: World, name: str, claims: Collection[Claim]) -> frozenset[str]:
    """Which of the other names that are written on these claims the hub surely does not have."""
    others = {each for claim in claims for each in claimants(claim)} - {name}
    if len(others) > world.settings.most_claims:
        return frozenset()
    return frozenset([other for other in sorted(others) if await world.ports.hub.user(other) is None])
