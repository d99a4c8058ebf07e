"""Which versions does a live menu have while one start is rendered? Those read before it, and no others."""

import itertools
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from libretexts_hub.cli.menu_reading import Reading, Wish, read_menu
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.references import split_reference
from libretexts_hub.domain.repositories import Repository, Snapshot

# No two of a process are the same: the menu that a hub keeps goes by it.
_numbers = itertools.count(1)


async def read_for(spawner_class: Any, settings: Mapping[str, Any], *, cached: bool) -> Reading | None:
    """What the registries of this configuration hold; None for a spawner without a menu of ours.

    Asked once, as `libretexts-hub images` does it, or taken from what the hub kept. Nothing is written.
    """
    images = settings.get("images")
    if not images or not hasattr(spawner_class, "menu_cache"):
        return None
    menu = Menu.parse(images, settings.get("sizes") or {}, settings.get("options") or {})
    if not any(image.registry or image.pin for image in menu.images):
        return Reading(menu)
    memory = Path(settings["menu_cache"]) if settings.get("menu_cache") else None
    return await read_menu(menu, memory, Wish(cached=cached))


class StillMenu:
    """What the hub's refresher is for a hub, but it reads nothing by itself.

    `asks` is for a tag whose digest was not read with the menu; None asks nobody.
    """

    def __init__(self, reading: Reading | None, asks: Any = None) -> None:
        self.version = next(_numbers)
        self._reading = reading or Reading(Menu())
        self._asks = asks

    @property
    def snapshots(self) -> Mapping[Repository, Snapshot]:
        """What was read."""
        return MappingProxyType(dict(self._reading.snapshots))

    def follow(self, sources: Iterable[Any]) -> None:
        """Nothing is read from now on."""

    def problem(self, repository: Repository) -> str:
        """Why it could not be read."""
        return self._reading.problems.get(str(repository), "")

    async def digest(self, repository: Repository, tag: str) -> str:
        """The digest of a tag. Raises RegistryError, TagNotFoundError."""
        from libretexts_hub.clients.registry_errors import RegistryError

        if known := self.known_digest(repository, tag):
            return known
        if self._asks is None:
            raise RegistryError(
                "Its registry is not asked", where=str(repository), fix="Leave --cached out to ask it."
            )
        found: str = await self._asks.digest(repository, tag)
        return found

    def known_digest(self, repository: Repository, tag: str) -> str:
        """The digest that was read; "" for none."""
        known = self._reading.snapshots.get(repository, Snapshot()).digests.get(tag, "")
        return known or self._of_reference(repository, tag)

    def _of_reference(self, repository: Repository, tag: str) -> str:
        for image in self._reading.menu.images:
            reference = image.reference
            is_it = reference in self._reading.digests and (split_reference(reference)[2] or "latest") == tag
            if is_it and image.repository_of(reference) == repository:
                return self._reading.digests[reference]
        return ""


def asking(cached: bool) -> Any:
    """The hub's own reader, silent and without a file; None where nobody is to be asked."""
    if cached:
        return None
    from libretexts_hub.hub.live_menu import read_docker_config
    from libretexts_hub.hub.refresher import Refresher

    silent = logging.getLogger("libretexts_hub.cli.render.registry")
    silent.disabled = True
    return Refresher(log=silent, secrets=read_docker_config)
