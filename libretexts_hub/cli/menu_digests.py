"""Which digests have tags that the hub itself asks for only when somebody chooses them?"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.references import split_reference
from libretexts_hub.domain.repositories import Repository, Snapshot

# Requests at a time; one that waits for its turn must not use up its five seconds.
AT_ONCE = 4


async def with_missing_digests(
    refresher: Any, menu: Menu, snapshots: Mapping[Repository, Snapshot], *, without: Collection[Repository]
) -> dict[Repository, Snapshot]:
    """The snapshots with a digest for each version that is shown; repositories `without` are not asked."""
    wanted = [
        (image.registry.repository, version.tag)
        for image in menu.images
        if image.registry is not None and image.registry.repository not in without
        for version in image.versions
        if not version.digest
    ]
    found = await _asked(refresher, wanted)
    return {
        repository: replace(
            snapshot,
            digests={**snapshot.digests, **{tag: found[at, tag] for at, tag in found if at == repository}},
        )
        for repository, snapshot in snapshots.items()
    }


async def fixed_digests(refresher: Any, menu: Menu, *, only_pinned: bool) -> dict[str, str]:
    """Digests of the references that the operator wrote without one, by reference."""
    wanted = {}
    for image in menu.images:
        _, _, tag, digest = split_reference(image.reference)
        if image.reference and not digest and (image.pin or not only_pinned):
            wanted[image.reference] = (image.repository_of(image.reference), tag or "latest")
    found = await _asked(refresher, wanted.values())
    return {reference: found[key] for reference, key in wanted.items() if key in found}


async def _asked(
    refresher: Any, wanted: Iterable[tuple[Repository, str]]
) -> dict[tuple[Repository, str], str]:
    """What registries say. One that does not answer is asked no more: an unknown digest is no failure."""
    from libretexts_hub.clients.registry_errors import RegistryError, TagNotFoundError

    door, silent, found = asyncio.Semaphore(AT_ONCE), set(), {}

    async def one(repository: Repository, tag: str) -> None:
        async with door:
            if repository.api in silent:
                return
            try:
                found[repository, tag] = await refresher.digest(repository, tag)
            except TagNotFoundError:
                return
            except RegistryError:
                silent.add(repository.api)

    await asyncio.gather(*(one(*each) for each in dict.fromkeys(wanted)))
    return found
