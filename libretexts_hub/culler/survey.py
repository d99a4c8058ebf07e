"""Whom does this run have to look at? The hub's people and the cluster's claims, listed page by page.

Of people and claims only a little is kept, and only of those who may be gone: memory stays flat. Before
anything is changed for somebody, they are read again.
"""

from dataclasses import dataclass, field

from libretexts_hub.culler.brief import Brief, brief
from libretexts_hub.culler.people import all_people
from libretexts_hub.culler.world import World
from libretexts_hub.domain.claims import Place, Untied, claimants, kind_of
from libretexts_hub.domain.cull_fuse import Seen
from libretexts_hub.domain.cull_mark import Mark, read_mark
from libretexts_hub.domain.culling import Claim, HubUser
from libretexts_hub.domain.culling_errors import PartialListError

MOST_REPORTED = 1000


@dataclass
class Survey:
    """`people`: the claims to look at, by name; `candidates`: people as listed, whose claims were all found;
    `orphans`: the hub has nobody of the name."""

    seen: Seen
    people: dict[str, set[Place]] = field(default_factory=dict)
    candidates: dict[str, Brief] = field(default_factory=dict)
    orphans: set[str] = field(default_factory=set)
    foreign: int = 0
    untied: list[tuple[Place, str]] = field(default_factory=list)


@dataclass
class _Names:
    """What is kept of the list of people. `everybody` None: not all names were read, or needed."""

    total: int = 0
    read: int = 0
    inactive: dict[str, Brief] = field(default_factory=dict)
    is_repeated: bool = False
    everybody: set[str] | None = None
    hub_time: float | None = None
    newest: float | None = None

    def note(self, user: HubUser, cutoff: float | None) -> bool:
        """Whether the person may be gone."""
        self.read += 1
        if self.everybody is not None:
            self.everybody.add(user.name)
        if user.last_activity is not None and (self.newest is None or user.last_activity > self.newest):
            self.newest = user.last_activity
        is_inactive = cutoff is not None and (user.last_activity is None or user.last_activity <= cutoff)
        if is_inactive:
            self.is_repeated = self.is_repeated or user.name in self.inactive
            self.inactive[user.name] = brief(user)
        return is_inactive


async def look(world: World) -> Survey:
    """List people, then claims. Raises CullingError; PartialListError where a list is not whole."""
    policy = world.settings.policy
    shortest = policy.shortest_inactive
    cutoff = None if shortest is None else world.now - shortest
    names = None if policy.looks_for_orphans else await _oldest(world, cutoff)
    names = names or await _everybody(world, cutoff, needs_names=policy.looks_for_orphans)
    survey = Survey(Seen(world.now, names.total, 0), candidates=names.inactive)
    count, server_time = await _claims(world, survey, names.everybody)
    _leave_many(world, survey)
    survey.candidates = {name: kept for name, kept in names.inactive.items() if name in survey.people}
    survey.seen = Seen(
        now=world.now,
        users=names.total,
        claims=count,
        users_read=names.read if names.everybody is not None else None,
        distinct_names=None if names.everybody is None else len(names.everybody),
        hub_time=names.hub_time,
        server_time=server_time,
        newest_activity=names.newest,
    )
    return survey


async def _everybody(world: World, cutoff: float | None, *, needs_names: bool) -> _Names:
    names = _Names(everybody=set() if needs_names else None)
    async for page, user in all_people(world.ports.hub, limit=world.settings.user_page, with_stopped=True):
        names.total, names.hub_time = page.total, page.hub_time
        names.note(user, cutoff)
    return names


async def _oldest(world: World, cutoff: float | None) -> _Names | None:
    """Oldest activity first, up to the first person who was active since. Who moves meanwhile is looked at by
    the next run.

    None where somebody is listed twice. People who were active in the same moment, or never, have no order
    among them: PostgreSQL gives another one for each page, and for each who is on two another is on none.
    """
    names, limit = _Names(), world.settings.user_page
    offset: int | None = 0
    while offset is not None:
        page = await world.ports.hub.users(offset=offset, limit=limit, with_stopped=True)
        names.total, names.hub_time = page.total, page.hub_time
        noted = [names.note(user, cutoff) for user in page.users]
        if names.is_repeated:
            world.log.info("The hub's list by activity names people twice; it is read by id instead.")
            return None
        offset = page.next_offset if noted and all(noted) else None
    if names.total:
        newest = await world.ports.hub.users(offset=names.total - 1, limit=1)
        for user in newest.users:
            if user.last_activity is not None:
                names.newest = max(user.last_activity, names.newest or user.last_activity)
    return names


async def _claims(world: World, survey: Survey, everybody: set[str] | None) -> tuple[int, float | None]:
    count, expected, token, server_time = 0, -1, "", None
    while True:
        page = await world.ports.claims.page(token=token, limit=world.settings.claim_page)
        server_time = page.server_time
        for claim in page.claims:
            _sort(world, survey, claim, everybody)
        count += len(page.claims)
        if expected < 0 and page.remaining is not None:
            expected = count + page.remaining
        if not page.next_token:
            break
        if page.next_token == token:
            raise PartialListError("The list of claims has no end", where="the API server", fix="Try again.")
        token = page.next_token
    if 0 <= expected != count or (page.remaining or 0) > 0:
        raise PartialListError(
            f"The API server said that there are {expected} claims, and {count} were read",
            where="the list of claims",
            fix="The next run tries again.",
        )
    return count, server_time


def _leave_many(world: World, survey: Survey) -> None:
    """Nobody expects so many claims of one person: they are kept, and not even read."""
    most = world.settings.most_claims
    for name in [name for name, places in survey.people.items() if len(places) > most]:
        places = survey.people.pop(name)
        survey.untied.append((min(places), f"{name} has {len(places)} claims, more than {most}"))


def _sort(world: World, survey: Survey, claim: Claim, everybody: set[str] | None) -> None:
    kind = kind_of(claim, world.settings.naming)
    mark = read_mark(claim)
    names = claimants(claim)
    if isinstance(kind, Untied) and mark is None:
        survey.foreign += 1
        return
    if isinstance(mark, Mark):
        survey.people.setdefault(mark.user, set()).add(claim.place)
    elif mark is not None and names:
        survey.people.setdefault(names[0], set()).add(claim.place)
    for name in names:
        if name in survey.candidates:
            survey.people.setdefault(name, set()).add(claim.place)
    if everybody is not None and not everybody & set(names):
        if len(names) == 1:
            survey.people.setdefault(names[0], set()).add(claim.place)
            survey.orphans.add(names[0])
        elif len(survey.untied) < MOST_REPORTED:
            survey.untied.append((claim.place, "nothing on it says whose it was, or its label is of several"))
