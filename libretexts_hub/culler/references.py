"""Does anybody else's record refer to these claims? All people are read, with the state of all their servers.

A renamed person keeps the claim of the old name, and a new person of that name may mount it too. Nothing but
the states of all people tells that, so they are read before anything is deleted, once in a run.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from libretexts_hub.culler.people import all_people
from libretexts_hub.culler.ports import HubPort
from libretexts_hub.domain.claims import Naming, Place, names_for, places_of
from libretexts_hub.domain.cull_annotations import LEFT_TO_CULLER
from libretexts_hub.domain.culling import DATABASE, HOME, HubUser


@dataclass(frozen=True)
class References:
    """`by_place`: who refers to each place, by state or by the name that their own claim has or would have.

    `is_left_to_culler`: a hub with `culler_owns_homes` wrote one of the states.
    """

    by_place: Mapping[Place, tuple[str, ...]]
    is_left_to_culler: bool


async def references(hub: HubPort, places: Collection[Place], naming: Naming, *, limit: int) -> References:
    """Read them all. Raises CullingError."""
    found: dict[Place, tuple[str, ...]] = dict.fromkeys(places, ())
    is_left = False
    async for _, user in all_people(hub, limit=limit, with_stopped=True):
        _note(user, found, naming)
        is_left = is_left or any(server.state.get(LEFT_TO_CULLER) is True for server in user.servers)
    return References(found, is_left)


def _note(user: HubUser, found: dict[Place, tuple[str, ...]], naming: Naming) -> None:
    places = set(places_of(user, naming))
    for kind in (HOME, DATABASE):
        for name in names_for(user, kind, naming):
            places |= {(namespace, name) for namespace in naming.namespaces(user.name)}
    for place in places:
        if place in found:
            found[place] += (user.name,)
