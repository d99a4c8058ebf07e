"""Which Secrets go with a person's databases? Those of their very name and owner.

The Secret of a database that is about to go goes first: a run that is killed after it finds the claim and
goes on, and nothing tells of a Secret whose claim is gone. Who comes back in between loses nothing, since the
next start makes a new Secret and the accounts of the database get its passwords.
"""

from collections.abc import Sequence

from libretexts_hub.culler.world import World
from libretexts_hub.domain.claims import Place, names_for
from libretexts_hub.domain.cull_annotations import COMPONENT, DATABASE_COMPONENT, OWNER, SERVER
from libretexts_hub.domain.cull_judge import Person
from libretexts_hub.domain.culling import DATABASE, Claim, HubServer, HubUser
from libretexts_hub.domain.culling_errors import ConflictError, GoneError


async def delete_secrets(
    world: World, person: Person, claims: Sequence[Claim], *, about_to_go: Place | None = None
) -> None:
    """Delete the passwords of databases that have no claim any more, or whose claim goes next.

    Raises CullingError.
    """
    port = world.ports.secrets
    if port is None:
        return
    servers = [HubServer(claim.annotations[SERVER]) for claim in claims if SERVER in claim.annotations]
    names = set(names_for(HubUser(person.name, servers=tuple(servers)), DATABASE, world.settings.naming))
    names |= {claim.name for claim in claims if claim.labels.get(COMPONENT) == DATABASE_COMPONENT}
    for namespace in sorted({claim.namespace for claim in claims}):
        for name in sorted(names):
            found = await port.get(namespace, name)
            if found is None or found.annotations.get(OWNER) != person.name:
                continue
            if found.labels.get(COMPONENT) != DATABASE_COMPONENT:
                continue
            claim = await world.ports.claims.get(namespace, name)
            if claim is not None and not claim.is_leaving and claim.place != about_to_go:
                continue
            world.may_change(deleting=True)
            try:
                await port.delete(found)
            except (ConflictError, GoneError):
                continue
            await world.audit("secret deleted", person.name, "its database went", claim=(namespace, name))
