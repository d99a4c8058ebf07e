"""Does anybody else's record refer to these claims? All people are read, with the state of all their servers.

A renamed person keeps the claim of the old name, and a new person of that name may mount it too. Nothing but
the states of all people tells that, so they are read before anything is deleted, once in a run.
"""

from collections.abc import Collection

from libretexts_hub.culler.people import all_people
from libretexts_hub.culler.ports import HubPort
from libretexts_hub.domain.claims import Naming, Place, names_for, places_of
from libretexts_hub.domain.culling import DATABASE, HOME, HubUser


async def references(
    hub: HubPort, places: Collection[Place], naming: Naming, *, limit: int
) -> dict[Place, frozenset[str]]:
    """Who refers to each place, by state or by the name that their own claim has or would have.

    Raises CullingError.
    """
    found: dict[Place, set[str]] = {place: set() for place in places}
    async for _, user in all_people(hub, limit=limit, with_stopped=True):
        _note(user, found, naming)
    return {place: frozenset(names) for place, names in found.items()}


def _note(user: HubUser, found: dict[Place, set[str]], naming: Naming) -> None:
    for place in places_of(user, naming):
        if place in found:
            found[place].add(user.name)
    for kind in (HOME, DATABASE):
        for name in names_for(user, kind, naming):
            for namespace in naming.namespaces(user.name):
                if (namespace, name) in found:
                    found[namespace, name].add(user.name)
