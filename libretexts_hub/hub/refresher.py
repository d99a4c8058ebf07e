"""Who reads the registries, so that no request has to? One refresher for a hub process.

It keeps what it read last, also while a registry is away, and also over a restart of the hub.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from libretexts_hub.domain.back_off import next_read, next_try
from libretexts_hub.domain.repositories import RegistrySource, Repository, Snapshot
from libretexts_hub.domain.tag_policy import versions
from libretexts_hub.hub import menu_memory
from libretexts_hub.hub.metrics import REGISTRY_READ_AT, REGISTRY_READS

if TYPE_CHECKING:
    from libretexts_hub.clients.registry import Listing, RegistryClient

# Digests asked for in one read, the newest versions first; more of them are learnt in the reads after it.
MOST_DIGESTS = 60


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
        self._closing = contextlib.AsyncExitStack()
        self._first_reads: dict[Repository, asyncio.Event] = {}
        self.version = 0

    @property
    def snapshots(self) -> Mapping[Repository, Snapshot]:
        """What is known, a plain look into memory. `version` changes with it."""
        return MappingProxyType(self._snapshots)

    def problem(self, repository: Repository) -> str:
        """Why the last read failed, in words for the operator; "" when it did not."""
        return self._failing.get(repository, "")

    def follow(self, sources: Iterable[RegistrySource]) -> None:
        """Read these from now on, and nothing else. Call it on a running loop; it returns at once."""
        wanted: dict[Repository, list[RegistrySource]] = {}
        for source in sources:
            wanted.setdefault(source.repository, []).append(source)
        if wanted == self._sources and all(not task.done() for task in self._tasks.values()):
            return
        self._forget(self._sources.keys() - wanted.keys())
        self._sources = wanted
        self._remember()
        for repository in wanted:
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
        from libretexts_hub.clients.registry_errors import TagNotFoundError

        try:
            digest = await self._registry().digest(repository, tag)
        except TagNotFoundError:
            self._take_away(repository, tag)
            raise
        self._learn(repository, {tag: digest})
        return digest

    async def close(self) -> None:
        """End all reading, and close the connections."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._closing.aclose()
        self._client = None

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
        listing = await registry.list_tags(repository, self._listings.get(repository))
        self._listings[repository] = listing
        known = self._snapshots.get(repository, Snapshot())
        tags, there = listing.tags, set(listing.tags)
        digests = {tag: digest for tag, digest in known.digests.items() if tag in there}
        digests |= await self._digests(repository, tags, digests)
        self._set(repository, Snapshot(tags, digests, time.time()))
        REGISTRY_READS.labels(repository=str(repository), outcome="read").inc()
        REGISTRY_READ_AT.labels(repository=str(repository)).set(time.time())
        if self._failing.pop(repository, None):
            self._log.info("%s is read again: %d tags", repository, len(tags))
        await self._save()

    async def _digests(
        self, repository: Repository, tags: tuple[str, ...], known: Mapping[str, str]
    ) -> dict[str, str]:
        """Digests of aliases, which move, each time; of what they may point to, when it is new."""
        from libretexts_hub.clients.registry_errors import RegistryError

        there = set(tags)
        policies = [source.policy for source in self._sources[repository]]
        aliases = [alias for policy in policies for alias in policy.aliases if alias in there]
        if not aliases:
            return {}
        today = datetime.now(UTC).date()
        shown = [each.tag for policy in policies for each in versions(tags, policy, {}, today)]
        new = [tag for tag in dict.fromkeys(shown) if tag not in known and tag not in aliases]
        asked = [*dict.fromkeys(aliases), *new[:MOST_DIGESTS]]
        answers = await asyncio.gather(
            *(self._registry().digest(repository, tag) for tag in asked), return_exceptions=True
        )
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, RegistryError):
                raise answer
        return {tag: answer for tag, answer in zip(asked, answers, strict=True) if isinstance(answer, str)}

    def _failed(self, repository: Repository, error: Exception) -> None:
        from libretexts_hub.clients.registry_errors import RegistryError

        REGISTRY_READS.labels(repository=str(repository), outcome="failed").inc()
        words = str(error) if isinstance(error, RegistryError) else f"{type(error).__name__} while reading it"
        if self._failing.get(repository) != words:
            known = repository in self._snapshots
            then = "The menu stays as it was." if known else "It is not on the menu until it can be read."
            self._log.warning("Menu of %s: %s %s", repository, words, then)
        if not isinstance(error, RegistryError):
            self._log.debug("Reading %s", repository, exc_info=error)
        self._failing[repository] = words

    # What is known ------------------------------------------------------------------------------------------

    def _set(self, repository: Repository, snapshot: Snapshot) -> None:
        before = self._snapshots.get(repository)
        self._snapshots[repository] = snapshot
        if before is None or (before.tags, before.digests) != (snapshot.tags, snapshot.digests):
            self.version += 1

    def _learn(self, repository: Repository, digests: Mapping[str, str]) -> None:
        known = self._snapshots.get(repository)
        if known is not None and any(known.digests.get(tag) != digest for tag, digest in digests.items()):
            self._set(repository, Snapshot(known.tags, {**known.digests, **digests}, known.read_at))

    def _take_away(self, repository: Repository, tag: str) -> None:
        known = self._snapshots.get(repository)
        if known is not None and tag in known.tags:
            left = tuple(each for each in known.tags if each != tag)
            self._set(repository, Snapshot(left, known.digests, known.read_at))

    def _forget(self, repositories: Iterable[Repository]) -> None:
        for repository in list(repositories):
            if task := self._tasks.pop(repository, None):
                task.cancel()
            for kept in (self._snapshots, self._listings, self._failing, self._first_reads):
                kept.pop(repository, None)
            self.version += 1

    def _remember(self) -> None:
        missing = [repository for repository in self._sources if repository not in self._snapshots]
        if self._memory is not None and missing:
            self._snapshots |= menu_memory.load(self._memory, missing, self._log)
            self.version += 1

    async def _save(self) -> None:
        if self._memory is None:
            return
        try:
            await asyncio.to_thread(menu_memory.save, self._memory, dict(self._snapshots))
        except OSError as error:
            self._log.warning(
                "The menu can't be kept in %s (%s): a restarted hub will have none until registries answer."
                " Set menu_cache to a file in a folder that the hub may write.",
                self._memory,
                error.strerror,
            )
            self._memory = None

    def _registry(self) -> "RegistryClient":
        if self._client is None:
            # Late, since a hub without live images needs neither.
            import aiohttp

            from libretexts_hub.clients.registry import RegistryClient

            session = aiohttp.ClientSession(headers={"User-Agent": "libretexts-hub"})
            self._closing.push_async_callback(session.close)
            self._client = RegistryClient(session, self._secrets)
        return self._client
