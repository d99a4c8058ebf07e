"""What does one run do, in which order? Lists, fuse, marks and notices, then the homes that are due."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from libretexts_hub.culler.acting import act
from libretexts_hub.culler.brief import opened
from libretexts_hub.culler.case import Case, only_theirs, read_case
from libretexts_hub.culler.deleting import delete_person
from libretexts_hub.culler.references import references
from libretexts_hub.culler.snapshotting import drop_expired
from libretexts_hub.culler.survey import Survey, look
from libretexts_hub.culler.world import EndedError, World
from libretexts_hub.domain.claims import Place
from libretexts_hub.domain.cull_fuse import blown
from libretexts_hub.domain.cull_plan import Entry
from libretexts_hub.domain.cull_verdicts import Delete, Keep, MarkIt, Notify, Release, Unmark, Verdict
from libretexts_hub.domain.culling import Ledger
from libretexts_hub.domain.culling_errors import CullingError

MOST_FAILURES = 10
# The records of all people are read again where it took longer than this to judge everybody.
FRESH_SECONDS = 600.0
UNSAFE = (
    "no server's state says that the hub leaves homes to the culler: it would delete them with the record of "
    "their person, and a mark would stay on the home of somebody who comes back. Set "
    "c.LibreTextsSpawner.culler_owns_homes = True, and start any server once"
)
WORDS: dict[type, str] = {MarkIt: "mark", Notify: "notify", Unmark: "unmark", Keep: "keep", Delete: "delete"}
WORDS |= {Release: "keep"}


@dataclass(frozen=True, slots=True)
class Due:
    """A person whose claims may go, in the order of their marks. `released`: their record went before;
    `is_plain`: nothing but the record has to go now."""

    released: bool
    marked_at: float
    name: str
    places: tuple[Place, ...]
    is_plain: bool = False

    @property
    def order(self) -> tuple[bool, float, str]:
        """What was begun is ended first, then the oldest mark."""
        return not self.released, self.marked_at, self.name


@dataclass
class Report:
    """How a run went. `entries` only where nothing was to be changed; `problem`: why it was not whole."""

    problem: str = ""
    entries: list[Entry] = field(default_factory=list)
    untied: list[tuple[Place, str]] = field(default_factory=list)
    waiting: int = 0
    is_skipped: bool = False
    looked_at: int = 0


class Sweep:
    """One run over all people. `is_dry`: reads and judges the same, and changes nothing.

    `begins_with_plan`: so does the first run of all, which only writes down what it saw.
    """

    def __init__(
        self,
        world: World,
        *,
        is_dry: bool = False,
        begins_with_plan: bool = False,
        progress: Callable[[str, int, int], None] | None = None,
    ):
        self.world = world
        self.is_dry = is_dry
        self.only_plans = is_dry
        self.begins_with_plan = begins_with_plan
        self.report = Report()
        self._progress = progress or (lambda what, done, of: None)
        self._due: list[Due] = []
        self._orphans: list[str] = []
        self._failures = 0

    async def run(self) -> Report:
        """Do it. What goes wrong is in the report; nothing is raised but a cancellation."""
        lease = self.world.ports.lease
        try:
            if not self.is_dry and not await lease.acquire():
                self.report.problem = "another culler holds the Lease"
                self.report.is_skipped = True
                return self.report
            try:
                await self._run()
            finally:
                if not self.is_dry:
                    await lease.release()
        except CullingError as error:
            self.world.errors[type(error).__name__] += 1
            self._say(str(error))
        return self.report

    async def _run(self) -> None:
        world = self.world
        last = await world.ports.lease.ledger()
        survey = await look(world)
        self.report.untied = survey.untied
        if why := blown(world.settings.policy.fuse, survey.seen, last):
            world.raise_alarm(why)
            self._say(f"The fuse is blown: {why}. Nothing was done")
            return
        if self.begins_with_plan and last.finished is None:
            self.only_plans = True
            world.log.warning("This is the first run: it only plans. The next one acts.")
        await self._each(sorted(survey.people), lambda name: self._judge(survey, name), "judged")
        if (self._due or self._orphans) and not world.ended:
            await self._with_references(survey)
        if world.alarm:
            self._say(f"Nothing more was deleted: {world.alarm}")
        elif not world.ended and not self.report.problem and not self.is_dry:
            await drop_expired(world)
            await self._remember(survey, world.counts["records deleted"])

    async def _remember(self, survey: Survey, removed: int) -> None:
        """What the next run compares with: people whom we remove ourselves have not vanished."""
        seen = survey.seen
        ledger = Ledger(seen.users - removed, seen.claims, self.world.now, seen.newest_activity)
        await self.world.ports.lease.remember(ledger)

    async def _judge(self, survey: Survey, name: str) -> None:
        """One person, without anything that can't be taken back."""
        # What was kept of them is let go: twenty thousand may be looked at.
        listed, places = survey.candidates.pop(name, None), survey.people.pop(name)
        case = await read_case(self.world, name, places, listed=None if listed is None else opened(listed))
        if listed is not None and any(not isinstance(each.verdict, Keep | Delete) for each in case.judged):
            case = await read_case(self.world, name, places)
        self.report.looked_at += 1
        for each in case.judged:
            self.world.verdicts[WORDS[type(each.verdict)]] += 1
            self.world.verdict_bytes[WORDS[type(each.verdict)]] += each.claim.bytes
            if isinstance(each.verdict, Keep) and each.verdict.is_alarming:
                self.world.raise_alarm(f"{each.claim.name} of {name}: {each.verdict.reason}")
        if case.person.user is None and not any(isinstance(each.verdict, Delete) for each in case.judged):
            self._orphans.append(name)
            self._due.append(Due(False, 0.0, name, tuple(each.claim.place for each in case.judged)))
            return
        if case.deletes and (listed is not None or case.person.user is None):
            marks = [each.verdict.mark for each in case.deletes if isinstance(each.verdict, Delete)]
            places = tuple(each.claim.place for each in case.judged)
            is_released = any(mark.user_deleted_at is not None for mark in marks)
            marked_at = min(mark.marked_at for mark in marks)
            self._due.append(Due(is_released, marked_at, name, places, case.is_plain))
            return
        await self._act(case)

    async def _act(self, case: Case) -> None:
        if self.only_plans:
            self._plan(case)
        else:
            await act(self.world, case)

    def _plan(self, case: Case, *, keep_because: str = "") -> None:
        for each in case.judged:
            verdict: Verdict = each.verdict
            stays = keep_because or case.obstacle
            if stays and isinstance(verdict, Delete):
                verdict = Keep(stays)
            claim = each.claim
            self.report.entries.append(
                Entry(
                    action=WORDS[type(verdict)],
                    user=case.person.name,
                    namespace=claim.namespace,
                    claim=claim.name,
                    uid=claim.uid,
                    reason=verdict.reason,
                    bytes=claim.bytes,
                    storage_class=claim.storage_class,
                    due=verdict.due if isinstance(verdict, Keep | Notify) else None,
                )
            )

    async def _with_references(self, survey: Survey) -> None:
        """Orphans, and what may go: both only with the records of all people at hand."""
        world, settings = self.world, self.world.settings
        places = {place for due in self._due for place in due.places}
        read = survey.references
        is_fresh = world.now - survey.seen.now <= FRESH_SECONDS
        if read is None or not is_fresh or not read.tells_of(places):
            read = await references(world.ports.hub, places, settings.naming, limit=settings.user_page)
        known, orphans = read.by_place, set(self._orphans)
        going = sorted((due for due in self._due if due.name not in orphans), key=lambda due: due.order)
        staying: list[Due] = []
        if settings.asks_hub and not read.is_left_to_culler:
            # Where the record went already it was asked before that.
            staying = [due for due in going if not due.released]
            going = [due for due in going if due.released]
        allowed, left = [], settings.policy.fuse.most_deletes(survey.seen.claims)
        for due in going:
            if len(due.places) <= left:
                left -= len(due.places)
                allowed.append(due)
        self.report.waiting = len(going) - len(allowed)
        by_name = {due.name: due for due in self._due}

        async def orphan(name: str) -> None:
            case = await read_case(world, name, by_name[name].places)
            await self._act(_without_referred(case, known))

        async def delete(name: str) -> None:
            if self.only_plans:
                case = await read_case(world, name, by_name[name].places)
                self._plan(_without_referred(case, known))
            elif not world.alarm:
                due = by_name[name]
                stays = await delete_person(world, name, due.places, known, is_plain=due.is_plain)
                if stays:
                    world.log.info("%s: %s", name, stays)

        if staying:
            self._say(f"Nobody's home goes: {UNSAFE}")
        await self._each(self._orphans, orphan, "orphans")
        if allowed and not self.only_plans and not world.alarm:
            # Before, so that a run that is cut off does not look like a hub that lost its people.
            await self._remember(survey, sum(not due.released for due in allowed))
        await self._each([due.name for due in allowed], delete, "deleted")
        waits = "it waits for the next run: the fuse lets no more go in one"
        for due in [*staying, *(due for due in going if due not in allowed)] if self.only_plans else ():
            case = await read_case(world, due.name, due.places)
            self._plan(case, keep_because=UNSAFE if due in staying else waits)

    async def _each(self, names: Collection[str], do: Callable[[str], Awaitable[None]], what: str) -> None:
        """As many at a time as `concurrency` says, none after the run was ended."""
        todo = iter(names)
        done = 0

        async def work() -> None:
            nonlocal done
            for name in todo:
                if self.world.ended or self._failures >= MOST_FAILURES:
                    return
                await self._try(name, do)
                done += 1
                self._progress(what, done, len(names))

        await _all(work() for _ in range(min(self.world.settings.concurrency, len(names))))

    async def _try(self, name: str, do: Callable[[str], Awaitable[None]]) -> None:
        try:
            await do(name)
        except EndedError as error:
            self._say(str(error))
        except CullingError as error:
            self._failures += 1
            self.world.errors[type(error).__name__] += 1
            self._say(f"{name}: {error}")

    def _say(self, problem: str) -> None:
        self.world.log.warning("%s", problem)
        self.report.problem = self.report.problem or problem


def _without_referred(case: Case, known: Mapping[Place, tuple[str, ...]]) -> Case:
    """What another person's record refers to is neither marked nor deleted."""
    judged = []
    for each in case.judged:
        others = only_theirs(each.claim.place, case.person, known)
        if others and not isinstance(each.verdict, Keep):
            has_mark = isinstance(each.verdict, Notify | Release | Delete | Unmark)
            verdict: Verdict = Unmark(others) if has_mark else Keep(others)
            judged.append(type(each)(each.claim, each.tied, verdict))
        else:
            judged.append(each)
    return Case(case.person, tuple(judged), case.absent)


async def _all(tasks: Iterable[Awaitable[None]]) -> None:
    """Await all; what one raises is raised when all have ended, so that no step is cut off."""
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
