"""What is left to do when the claims of a person went? Records of named servers go, and the person is told.

The record of a named server goes after its claim, never before: without it the person looks like one who was
last seen earlier. Where it stays, as that of the default server always does, the spawner makes a new claim.
"""

from collections.abc import Sequence
from dataclasses import replace

from libretexts_hub.culler.case import Judged
from libretexts_hub.culler.world import World
from libretexts_hub.domain.claims import places_of
from libretexts_hub.domain.cull_annotations import COMPONENT, DATABASE_COMPONENT, LEFT_TO_CULLER
from libretexts_hub.domain.cull_judge import Person
from libretexts_hub.domain.cull_verdicts import Delete
from libretexts_hub.domain.culling import HubServer, HubUser, Notice
from libretexts_hub.domain.culling_errors import GoneError


async def last_letter(world: World, person: Person, going: Sequence[Judged]) -> Notice | None:
    """What the person is told when all of it is gone. The address is looked up now: it is on the claim."""
    homes = [each for each in going if each.claim.labels.get(COMPONENT) != DATABASE_COMPONENT]
    if world.ports.notices is None or not homes:
        return None
    verdict = homes[0].verdict
    assert isinstance(verdict, Delete)  # noqa: S101 - for the type checker
    kept = world.now + verdict.rule.snapshot_kept if verdict.mark.snapshot else None
    places = tuple(each.claim.place for each in homes)
    notice = Notice("deleted", person.name, places, reason=verdict.mark.reason, snapshot_kept_until=kept)
    return replace(notice, address=await world.ports.notices.address(notice))


async def forget_servers(world: World, name: str, judged: Sequence[Judged]) -> None:
    """Remove the records of named servers whose claims went. Raises CullingError.

    Only where no claim of the person stays: the mark of one would be older than the person then seems.
    """
    if not all(isinstance(each.verdict, Delete) for each in judged):
        return
    gone = {each.claim.place for each in judged}
    for server in await _named(world, name):
        user = await world.ports.hub.user(name)
        there = next((each for each in user.servers if each.name == server), None) if user else None
        if user is None or there is None or not _may_go(user, there):
            continue
        places = set(places_of(replace(user, servers=(there,)), world.settings.naming))
        if not places or not places <= gone:
            continue
        world.may_change(deleting=True)
        try:
            await world.ports.hub.stop_server(name, server, remove=True)
        except GoneError:
            continue
        world.counts["servers forgotten"] += 1
        await world.audit("forget server", name, "its home went", server=server)


async def _named(world: World, name: str) -> list[str]:
    user = await world.ports.hub.user(name)
    return [server.name for server in user.servers if server.name] if user is not None else []


def _may_go(user: HubUser, server: HubServer) -> bool:
    """Stopped, of a hub that leaves homes to the culler, and not what the person was last seen at."""
    if server.pending or server.is_ready or not server.is_stopped:
        return False
    if server.state.get(LEFT_TO_CULLER) is not True:
        return False
    return server.last_activity is None or server.last_activity <= (user.last_activity or 0.0)
