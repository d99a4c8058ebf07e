"""Does anybody else's record refer to these claims? All people are read, with the state of all their servers.

A renamed person keeps the claim of the old name, and a new person of that name may mount it too. Nothing but
the states of all people tells that, so they are read before anything is deleted, once in a run.
"""

from collections.abc import Collection, Iterable

from libretexts_hub.culler.people import all_people
from libretexts_hub.culler.ports import HubPort
from libretexts_hub.domain.claims import Naming, Place, names_for, places_of
from libretexts_hub.domain.cull_annotations import LEFT_TO_CULLER
from libretexts_hub.domain.culling import DATABASE, HOME, HubUser


class References:
    """`by_place`: who refers to each place, by state or by the name that their own claim has or would have.

    `is_left_to_culler`: a hub with `culler_owns_homes` wrote one of the states. Both count once everybody was
    noted.
    """

    def __init__(self, places: Iterable[Place], naming: Naming) -> None:
        self._naming = naming
        self.by_place: dict[Place, tuple[str, ...]] = dict.fromkeys(places, ())
        self.is_left_to_culler = False

    def note(self, user: HubUser) -> None:
        """One of the people, with the state of all their servers."""
        naming = self._naming
        places = set(places_of(user, naming))
        for kind in (HOME, DATABASE):
            for name in names_for(user, kind, naming):
                places |= {(namespace, name) for namespace in naming.namespaces(user.name)}
        for place in places:
            if place in self.by_place:
                self.by_place[place] += (user.name,)
        if not self.is_left_to_culler:
            self.is_left_to_culler = any(server.state.get(LEFT_TO_CULLER) is True for server in user.servers)

    def tells_of(self, places: Iterable[Place]) -> bool:
        """Whether it was read for all of them."""
        return all(place in self.by_place for place in places)


async def references(hub: HubPort, places: Collection[Place], naming: Naming, *, limit: int) -> References:
    """Read them all. Raises CullingError."""
    found = References(places, naming)
    async for _, user in all_people(hub, limit=limit, with_stopped=True):
        found.note(user)
    return found
