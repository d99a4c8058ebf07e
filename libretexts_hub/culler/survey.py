"""Whom does this run have to look at? The cluster's claims and the hub's people, listed page by page.

Of people and claims only a little is kept, and only of those who may be gone: memory stays flat. Before
anything is changed for somebody, they are read again. Where a home may go, the records of all people have to
be read anyway, and that one list says who is gone too.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from libretexts_hub.culler.brief import Brief, brief
from libretexts_hub.culler.noted_claims import NotedClaim, NotedClaims, ahead
from libretexts_hub.culler.people import all_people
from libretexts_hub.culler.references import References
from libretexts_hub.culler.world import World
from libretexts_hub.domain.claims import Place
from libretexts_hub.domain.cull_fuse import Seen
from libretexts_hub.domain.culling import HubUser, UserPage
from libretexts_hub.domain.culling_errors import PartialListError

MOST_REPORTED = 1000


@dataclass
class Survey:
    """`people`: the claims to look at, by name; `candidates`: people as listed, whose claims were all found;
    `orphans`: the hub has nobody of the name; `references`: whose records refer to which claim, where homes
    may go."""

    seen: Seen
    people: dict[str, set[Place]] = field(default_factory=dict)
    candidates: dict[str, Brief] = field(default_factory=dict)
    orphans: set[str] = field(default_factory=set)
    foreign: int = 0
    untied: list[tuple[Place, str]] = field(default_factory=list)
    references: References | None = None


@dataclass
class _Names:
    """What is kept of the list of people. `everybody` None: not all names were read, or needed; `ahead`: by
    how many seconds the hub's clock was before ours."""

    total: int = 0
    read: int = 0
    inactive: dict[str, Brief] = field(default_factory=dict)
    is_repeated: bool = False
    everybody: set[str] | None = None
    ahead: float | None = None
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
    """List claims, then people. Raises CullingError; PartialListError where a list is not whole."""
    policy = world.settings.policy
    shortest = policy.shortest_inactive
    cutoff = None if shortest is None else world.now - shortest
    claims = await _claims(world)
    names, references = await _people(world, cutoff, claims.due)
    survey = Survey(Seen(world.now, names.total, 0), candidates=names.inactive, foreign=claims.foreign)
    for claim in claims:
        _sort(survey, claim, names.everybody)
    _leave_many(world, survey)
    survey.candidates = {name: kept for name, kept in names.inactive.items() if name in survey.people}
    survey.references = references
    now = world.now
    survey.seen = Seen(
        now=now,
        users=names.total,
        claims=claims.count,
        users_read=names.read if names.everybody is not None else None,
        distinct_names=None if names.everybody is None else len(names.everybody),
        hub_time=None if names.ahead is None else now + names.ahead,
        server_time=None if claims.ahead is None else now + claims.ahead,
        newest_activity=names.newest,
    )
    return survey


async def _people(
    world: World, cutoff: float | None, due: Collection[Place]
) -> tuple[_Names, References | None]:
    """All of them where homes may go or orphans are looked for, else those alone who may be gone."""
    needs_names = world.settings.policy.looks_for_orphans
    if due:
        references = References(due, world.settings.naming)
        try:
            return await _everybody(world, cutoff, references, needs_names=needs_names), references
        except PartialListError as error:
            if needs_names:
                raise
            # Marks and notices need no more than those who may be gone.
            world.log.info("%s", error)
    names = None if needs_names else await _oldest(world, cutoff)
    return names or await _everybody(world, cutoff, needs_names=needs_names), None


async def _everybody(
    world: World, cutoff: float | None, references: References | None = None, *, needs_names: bool
) -> _Names:
    names = _Names(everybody=set() if needs_names else None)
    last: UserPage | None = None
    async for page, user in all_people(world.ports.hub, limit=world.settings.user_page, with_stopped=True):
        if page is not last:
            names.total, names.ahead, last = page.total, ahead(page.hub_time, world.now), page
        names.note(user, cutoff)
        if references is not None:
            references.note(user)
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
        names.total, names.ahead = page.total, ahead(page.hub_time, world.now)
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


async def _claims(world: World) -> NotedClaims:
    claims = NotedClaims(world.settings.policy, world.settings.naming)
    expected, token = -1, ""
    while True:
        page = await world.ports.claims.page(token=token, limit=world.settings.claim_page)
        claims.note(page, now=world.now)
        if expected < 0 and page.remaining is not None:
            expected = claims.count + page.remaining
        if not page.next_token:
            break
        if page.next_token == token:
            raise PartialListError("The list of claims has no end", where="the API server", fix="Try again.")
        token = page.next_token
    if 0 <= expected != claims.count or (page.remaining or 0) > 0:
        raise PartialListError(
            f"The API server said that there are {expected} claims, and {claims.count} were read",
            where="the list of claims",
            fix="The next run tries again.",
        )
    return claims


def _leave_many(world: World, survey: Survey) -> None:
    """Nobody expects so many claims of one person: they are kept, and not even read."""
    most = world.settings.most_claims
    for name in [name for name, places in survey.people.items() if len(places) > most]:
        places = survey.people.pop(name)
        survey.untied.append((min(places), f"{name} has {len(places)} claims, more than {most}"))


def _sort(survey: Survey, claim: NotedClaim, everybody: set[str] | None) -> None:
    place, marked, names = claim
    if marked:
        survey.people.setdefault(marked, set()).add(place)
    elif marked is not None and names:
        survey.people.setdefault(names[0], set()).add(place)
    for name in names:
        if name in survey.candidates:
            survey.people.setdefault(name, set()).add(place)
    if everybody is not None and not everybody & set(names):
        if len(names) == 1:
            survey.people.setdefault(names[0], set()).add(place)
            survey.orphans.add(names[0])
        elif len(survey.untied) < MOST_REPORTED:
            survey.untied.append((place, "nothing on it says whose it was, or its label is of several"))
