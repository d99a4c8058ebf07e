"""What do the registries hold now? Asked once; where one does not answer, what the hub kept has to do."""

import asyncio
import contextlib
import logging
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from libretexts_hub.cli.menu_digests import fixed_digests, with_missing_digests
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.repositories import RegistrySource, Repository, Snapshot

# A registry with many pages takes a while; the operator sees how many are waited for.
READ_SECONDS = 60.0


@dataclass(frozen=True)
class Reading:
    """The menu with its versions; `problems`: what could not be read, in words; `unread`: what nothing is
    known of; `digests` of fixed references, by reference; `snapshots`: what the versions are made from."""

    menu: Menu
    problems: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    snapshots: Mapping[Repository, Snapshot] = field(default_factory=dict)


@dataclass(frozen=True)
class Wish:
    """How it is read: `cached`, without any network; `all_digests`, not only those that the hub asks for;
    `namespace`, where Secrets with credentials are."""

    cached: bool = False
    all_digests: bool = False
    namespace: str = ""
    seconds: float = READ_SECONDS


async def read_menu(menu: Menu, memory: Path | None, wish: Wish) -> Reading:
    """Ask every registry of the menu, all at once. `memory` is the hub's `menu_cache`; it is not written.

    Raises SetupError when credentials are in a Secret and no cluster is known.
    """
    sources = [image.registry for image in menu.images if image.registry is not None]
    repositories = list(dict.fromkeys(source.repository for source in sources))
    today = datetime.now(UTC).date()
    if wish.cached:
        kept, problems, unread = _kept(memory, dict.fromkeys(repositories, ""))
        return Reading(menu.with_snapshots(kept, today), problems, unread, snapshots=kept)
    async with _refresher(sources, wish.namespace) as refresher:
        failed = await _read_all(refresher, sources, repositories, wish.seconds)
        kept, problems, unread = _kept(memory, failed)
        snapshots = kept | dict(refresher.snapshots)
        live = menu.with_snapshots(snapshots, today)
        if wish.all_digests:
            snapshots = await with_missing_digests(refresher, live, snapshots, without=failed)
            live = menu.with_snapshots(snapshots, today)
        digests = await fixed_digests(refresher, menu, only_pinned=not wish.all_digests)
    return Reading(live, problems, unread, digests, snapshots)


@contextlib.asynccontextmanager
async def _refresher(sources: Sequence[RegistrySource], namespace: str) -> AsyncIterator[Any]:
    """The hub's own reader of registries, without a file and without its log."""
    from libretexts_hub.hub.live_menu import read_docker_config
    from libretexts_hub.hub.refresher import Refresher

    silent = logging.getLogger("libretexts_hub.cli.images")
    silent.disabled = True  # what is wrong is said once, by the verb
    async with contextlib.AsyncExitStack() as stack:
        secrets = None
        if any(_has_secret(source) for source in sources):
            from kubernetes_asyncio.client import ApiClient, CoreV1Api

            from libretexts_hub.cli.cluster_access import context_namespace, settings

            api = CoreV1Api(await stack.enter_async_context(ApiClient(await settings())))
            secrets = partial(read_docker_config, api=api, namespace=namespace or context_namespace())
        refresher = Refresher(log=silent, secrets=secrets)
        stack.push_async_callback(refresher.close)
        yield refresher


async def _read_all(
    refresher: Any, sources: Sequence[RegistrySource], repositories: Sequence[Repository], seconds: float
) -> dict[Repository, str]:
    """What failed, and why."""
    refresher.follow(sources)
    count = 0

    async def wait(repository: Repository) -> str:
        nonlocal count
        is_read = await refresher.read_once(repository, seconds=seconds)
        count += 1
        _progress(f"{count} of {len(repositories)} repositories")
        return str(refresher.problem(repository)) or ("" if is_read else f"No answer in {seconds:.0f} s.")

    _progress(f"{len(repositories)} repositories" if repositories else "")
    words = await asyncio.gather(*map(wait, repositories))
    _progress("")
    return {each: said for each, said in zip(repositories, words, strict=True) if said}


def _kept(
    memory: Path | None, failed: Mapping[Repository, str]
) -> tuple[dict[Repository, Snapshot], dict[str, str], tuple[str, ...]]:
    """What the hub kept of these, what is to be said of them, and of which nothing is known."""
    from libretexts_hub.hub import menu_memory

    known = menu_memory.load(memory, failed, logging.getLogger(__name__)) if memory and failed else {}
    said = {str(each): _said(words, known.get(each)) for each, words in failed.items()}
    return known, said, tuple(str(each) for each in failed if each not in known)


def _said(words: str, snapshot: Snapshot | None) -> str:
    from libretexts_hub.hub.live_menu import ago

    shown = f"Shown is what was there {ago(time.time() - snapshot.read_at)}." if snapshot else ""
    return f"{words} {shown or 'Nothing is known of it.'}".strip()


def _has_secret(source: RegistrySource) -> bool:
    credentials = source.repository.connection.credentials
    return credentials is not None and bool(credentials.secret)


def _progress(words: str) -> None:
    """One line that is written over, for a person only."""
    if sys.stderr.isatty():
        shown = f"Reading {words} …" if words else ""
        print(f"\r\x1b[K{shown}", end="", file=sys.stderr, flush=True)
