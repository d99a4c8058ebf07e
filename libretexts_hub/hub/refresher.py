"""Who reads the registries, so that no request has to? One refresher for a hub process.

It keeps what it read last, also while a registry is away, and also over a restart of the hub.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from libretexts_hub.domain.back_off import next_read, next_try
from libretexts_hub.domain.repositories import RegistrySource, Repository, Snapshot
from libretexts_hub.domain.tag_policy import versions
from libretexts_hub.hub import menu_memory
from libretexts_hub.hub.metrics import REGISTRY_READ_AT, REGISTRY_READS

if TYPE_CHECKING:
    import aiohttp

    from libretexts_hub.clients.registry import Listing, RegistryClient

# Versions whose digest is asked for once, the first of the menu: of what is rarely chosen it is asked then.
MOST_DIGESTS = 60
# Digests kept of what people chose outside of the menus that are read (free images, pinned references).
MOST_CHOSEN = 1000
# A person waits for this answer. A registry that takes longer is as good as one that is away.
CHOICE_SECONDS = 5.0
# What did not change is written again this often, only so that its age is right after a restart.
SAVE_SECONDS = 900.0


class Refresher:
    """Reads each followed repository again and again. Everything runs on the loop that called `follow`."""

    def __init__(
        self,
        memory: Path | None = None,
        *,
        log: logging.Logger | None = None,
        secrets: Callable[[str], Awaitable[bytes]] | None = None,
    ) -> None:
        self._memory = memory
        self._log = log or logging.getLogger(__name__)
        self._secrets = secrets
        self._snapshots: dict[Repository, Snapshot] = {}
        self._sources: dict[Repository, list[RegistrySource]] = {}
        self._listings: dict[Repository, Listing] = {}
        self._tasks: dict[Repository, asyncio.Task[None]] = {}
        self._failing: dict[Repository, str] = {}
        self._client: RegistryClient | None = None
        self._session: asyncio.Task[None] | None = None
        self._chosen: dict[tuple[Repository, str], str] = {}
        self._first_reads: dict[Repository, asyncio.Event] = {}
        self._saved = (-1, 0.0)
        self._writing = asyncio.Lock()
        self.version = 0

    @property
    def snapshots(self) -> Mapping[Repository, Snapshot]:
        """What is known, a plain look into memory. `version` changes with it."""
        return MappingProxyType(self._snapshots)

    def problem(self, repository: Repository) -> str:
        """Why the last read failed, in words for the operator; "" when it did not."""
        return self._failing.get(repository, "")

    def follow(self, sources: Iterable[RegistrySource]) -> None:
        """Read these too from now on. Call it on a running loop; it returns at once.

        What is followed stays so: group overrides may give people different menus in one process. What
        configuration drops is forgotten, and leaves the file, with the restart that a new one needs.
        """
        before = len(self._sources)
        for source in sources:
            known = self._sources.setdefault(source.repository, [])
            if source not in known:
                known.append(source)
        if len(self._sources) > before:
            self._remember()
        for repository in self._sources:
            task = self._tasks.get(repository)
            if task is None or task.done():
                self._first_reads.setdefault(repository, asyncio.Event())
                self._tasks[repository] = asyncio.create_task(
                    self._keep(repository), name=f"menu of {repository}"
                )

    async def read_once(self, repository: Repository, *, seconds: float) -> bool:
        """Wait until this repository was read or has failed once in this process. False: not in time."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._first_reads[repository].wait(), seconds)
        return self._first_reads[repository].is_set()

    async def digest(self, repository: Repository, tag: str) -> str:
        """The digest that a tag has now, asked of the registry. Raises RegistryError, TagNotFoundError."""
        from libretexts_hub.clients.registry_errors import RegistryError, TagNotFoundError

        try:
            asking = self._registry().digest(repository, tag, is_awaited=True)
            digest = await asyncio.wait_for(asking, CHOICE_SECONDS)
        except TagNotFoundError:
            self._take_away(repository, tag)
            raise
        except TimeoutError:
            raise RegistryError(
                f"No answer in {CHOICE_SECONDS:.0f} s", where=str(repository), fix="Look at the registry."
            ) from None
        # Not into the snapshot: a menu would be sorted anew for each choice.
        self._chosen.pop((repository, tag), None)
        self._chosen[repository, tag] = digest
        if len(self._chosen) > MOST_CHOSEN:
            del self._chosen[next(iter(self._chosen))]
        return digest

    def known_digest(self, repository: Repository, tag: str) -> str:
        """The digest that was seen last, "" for none; for when the registry does not answer."""
        known = self._snapshots.get(repository, Snapshot()).digests.get(tag, "")
        return self._chosen.get((repository, tag), known)

    async def close(self) -> None:
        """End all reading, and close the connections."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        if self._session is not None:
            self._session.cancel()
            tasks.append(self._session)
        await asyncio.gather(*tasks, return_exceptions=True)
        self._session = self._client = None

    # Reading ------------------------------------------------------------------------------------------------

    async def _keep(self, repository: Repository) -> None:
        failures = 0
        while True:
            refresh = min(source.refresh for source in self._sources[repository])
            try:
                await self._read(repository)
                failures, wait = 0, next_read(refresh, chance=random.random())  # noqa: S311
            except Exception as error:
                failures += 1
                self._failed(repository, error)
                after = getattr(error, "retry_after", None)
                wait = next_try(failures, refresh, chance=random.random(), retry_after=after)  # noqa: S311
            self._first_reads[repository].set()
            await asyncio.sleep(wait)

    async def _read(self, repository: Repository) -> None:
        registry = self._registry()
        before = self._listings.get(repository)
        listing = await registry.list_tags(repository, before)
        known = self._snapshots.get(repository, Snapshot())
        asked = await self._digests(repository, listing.tags, known.digests, is_new=listing != before)
        self._listings[repository] = listing
        # A registry may go on listing a tag whose manifest was deleted.
        tags = tuple(tag for tag in listing.tags if asked.get(tag) != "")
        there = set(tags)
        digests = {tag: digest for tag, digest in (known.digests | asked).items() if tag in there}
        self._set(repository, Snapshot(tags, digests, time.time()))
        REGISTRY_READS.labels(repository=str(repository), outcome="read").inc()
        REGISTRY_READ_AT.labels(repository=str(repository)).set(time.time())
        if self._failing.pop(repository, None):
            self._log.info("%s is read again: %d tags", repository, len(tags))
        await self._save()

    async def _digests(
        self, repository: Repository, tags: tuple[str, ...], known: Mapping[str, str], *, is_new: bool
    ) -> dict[str, str]:
        """Digests of aliases, which move, each time; of the first versions when they are new. "" for none."""
        from libretexts_hub.clients.registry_errors import RegistryError, TagNotFoundError

        there, today = set(tags), datetime.now(UTC).date()
        policies = [source.policy for source in self._sources[repository]]
        aliases = [alias for policy in policies for alias in policy.aliases if alias in there]
        first = [versions(tags, policy, {}, today)[:MOST_DIGESTS] for policy in policies if is_new]
        shown = [each.tag for some in first for each in some]
        asked = list(dict.fromkeys([*aliases, *(tag for tag in shown if tag not in known)]))
        answers = await asyncio.gather(
            *(self._registry().digest(repository, tag) for tag in asked), return_exceptions=True
        )
        found = {}
        for tag, answer in zip(asked, answers, strict=True):
            if isinstance(answer, BaseException) and not isinstance(answer, RegistryError):
                raise answer
            if isinstance(answer, str | TagNotFoundError):
                found[tag] = answer if isinstance(answer, str) else ""
        return found

    def _failed(self, repository: Repository, error: Exception) -> None:
        from libretexts_hub.clients.registry_errors import RegistryError

        REGISTRY_READS.labels(repository=str(repository), outcome="failed").inc()
        is_ours = not isinstance(error, RegistryError)
        words = f"{type(error).__name__} while it was read." if is_ours else str(error)
        if self._failing.get(repository) != words:
            known = repository in self._snapshots
            then = "The menu stays as it was." if known else "It is not on the menu until it can be read."
            self._log.warning(
                "Menu of %s: %s %s", repository, words, then, exc_info=error if is_ours else None
            )
        self._failing[repository] = words

    # What is known ------------------------------------------------------------------------------------------

    def _set(self, repository: Repository, snapshot: Snapshot) -> None:
        before = self._snapshots.get(repository)
        if before is not None and (before.tags, before.digests) == (snapshot.tags, snapshot.digests):
            # The same objects, so that a menu is sorted anew only for what changed.
            self._snapshots[repository] = Snapshot(before.tags, before.digests, snapshot.read_at)
            return
        self._snapshots[repository] = snapshot
        self.version += 1

    def _take_away(self, repository: Repository, tag: str) -> None:
        known = self._snapshots.get(repository)
        if known is not None and tag in known.tags:
            left = tuple(each for each in known.tags if each != tag)
            self._set(repository, Snapshot(left, known.digests, known.read_at))

    def _remember(self) -> None:
        missing = [repository for repository in self._sources if repository not in self._snapshots]
        if self._memory is not None and missing:
            self._snapshots |= menu_memory.load(self._memory, missing, self._log)
            self.version += 1

    async def _save(self) -> None:
        # One write at a time, or an older menu could be the last that is written.
        async with self._writing:
            now = time.monotonic()
            is_fresh = self._saved[0] == self.version and now - self._saved[1] < SAVE_SECONDS
            if self._memory is None or is_fresh:
                return
            self._saved = (self.version, now)
            try:
                await _to_the_end(asyncio.to_thread(menu_memory.save, self._memory, dict(self._snapshots)))
            except OSError as error:
                self._log.warning(
                    "The menu can't be kept in %s (%s): a restarted hub will have none until registries"
                    " answer. Set menu_cache to a file in a folder that the hub may write.",
                    self._memory,
                    error.strerror,
                )
                self._memory = None

    def _registry(self) -> "RegistryClient":
        if self._client is None:
            # Late, since a hub without live images needs neither.
            import aiohttp

            from libretexts_hub.clients.registry import RegistryClient

            session = aiohttp.ClientSession(
                headers={"User-Agent": "libretexts-hub"}, cookie_jar=aiohttp.DummyCookieJar()
            )
            self._session = asyncio.create_task(_close_with_loop(session), name="sessions with registries")
            self._client = RegistryClient(session, self._secrets)
        return self._client


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Await work in a thread, which no cancellation stops: who is cancelled leaves when it is done."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def _close_with_loop(session: "aiohttp.ClientSession") -> None:
    """Wait to be cancelled, as a hub that ends does with every task; else aiohttp complains."""
    try:
        await asyncio.Event().wait()
    finally:
        await session.close()
