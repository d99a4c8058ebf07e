"""Which claim belongs to whom? The state of the spawner first, then both naming schemes; else to nobody.

A claim that can't be tied to exactly one person is reported and kept. The annotation of KubeSpawner alone is
not enough: a home that a named server made first carries the name of that server, a renamed person's home the
old name. The label alone is not either: several names may share one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from libretexts_hub.domain.claim_names import names, tells_people_apart, unescape_slug
from libretexts_hub.domain.cull_annotations import (
    COMPONENT,
    DATABASE_COMPONENT,
    HOME_COMPONENT,
    OWNER,
    SERVER,
)
from libretexts_hub.domain.culling import DATABASE, HOME, Claim, HubUser

Place = tuple[str, str]
COMPONENTS = {HOME_COMPONENT: HOME, DATABASE_COMPONENT: DATABASE}
PROTECTION = "kubernetes.io/pvc-protection"
# What of a spawner's state tells of claims.
STATE_KEYS = ("pvc_name", "namespace", "libretexts_homes", "libretexts_database")
HOME_TEMPLATE, DATABASE_TEMPLATE = "claim-{user_server}", "db-{user_server}"


@dataclass(frozen=True, slots=True)
class Naming:
    """How the hub names and labels what it makes: its templates, and those that it had before.

    `labels` must all be on a claim; `namespace` is where the servers run, `others` where routes run theirs;
    `user_namespace` is its template where each person has their own.
    """

    homes: tuple[str, ...] = (HOME_TEMPLATE,)
    databases: tuple[str, ...] = (DATABASE_TEMPLATE,)
    labels: Mapping[str, str] = field(default_factory=dict)
    namespace: str = ""
    user_namespace: str = ""
    others: frozenset[str] = frozenset()

    def templates(self, kind: str) -> tuple[str, ...]:
        """Those of homes or databases that tell people apart. By any other a claim is nobody's."""
        listed = self.homes if kind == HOME else self.databases
        return tuple(template for template in listed if tells_people_apart(template))

    def namespaces(self, user: str) -> frozenset[str]:
        """Where claims of this person are made."""
        if not self.user_namespace:
            return self.others | {self.namespace}
        return self.others | frozenset(names(self.user_namespace, user, hub_namespace=self.namespace))


@dataclass(frozen=True, slots=True)
class Tied:
    """The claim is of this person; `by` is state or name. `server` is None where only the person is sure."""

    user: str
    server: str | None
    by: str


@dataclass(frozen=True, slots=True)
class Untied:
    """The claim is nobody's that could be told, and why. It is kept."""

    reason: str


def kind_of(claim: Claim, naming: Naming) -> str | Untied:
    """Whether it is a home or a database of this hub; else why it is never touched."""
    kind = COMPONENTS.get(claim.labels.get(COMPONENT, ""))
    if kind is None:
        return Untied("it has no label component=singleuser-storage or component=database")
    for key, value in naming.labels.items():
        if claim.labels.get(key) != value:
            return Untied(f"its label {key} is not {value}")
    if other := [each for each in claim.finalizers if each != PROTECTION]:
        return Untied(f"somebody else holds it: finalizer {other[0]}")
    if not naming.templates(kind):
        return Untied("the template of its name does not tell people apart")
    return kind


def claimants(claim: Claim) -> tuple[str, ...]:
    """Who may be its person, by the annotation; without one by the label, in both schemes.

    Empty where nothing is written on it, and where the label is a hash that no name can be read from.
    """
    if name := claim.annotations.get(OWNER, ""):
        return (name,)
    label = claim.labels.get(OWNER, "")
    if not label or "---" in label:
        return ()
    legacy = unescape_slug(label)
    return tuple(dict.fromkeys(name for name in (label, legacy) if name))


def places_of(user: HubUser, naming: Naming) -> dict[Place, str]:
    """The claims that the state of the person's servers refers to, and which server."""
    found: dict[Place, str] = {}
    for server in user.servers:
        for place in _places(server.state, naming):
            found.setdefault(place, server.name)
    return found


def _places(state: Mapping[str, object], naming: Naming) -> Iterator[Place]:
    if isinstance(name := state.get("pvc_name"), str) and name:
        namespace = state.get("namespace")
        yield (namespace if isinstance(namespace, str) and namespace else naming.namespace), name
    # What the spawner's mixins keep: homes in other namespaces, the database of a server.
    homes = state.get("libretexts_homes")
    listed = homes.get("claims") if isinstance(homes, Mapping) else None
    for namespace, name in listed.items() if isinstance(listed, Mapping) else ():
        if isinstance(namespace, str) and isinstance(name, str):
            yield namespace, name
    apart = state.get("libretexts_databases_apart")
    of_courses = apart.values() if isinstance(apart, Mapping) else ()
    for database in (state.get("libretexts_database"), *of_courses):
        if isinstance(database, Mapping) and isinstance(objects := database.get("objects"), str):
            made_in = database.get("claims")
            for namespace in made_in if isinstance(made_in, list) else ():
                if isinstance(namespace, str):
                    yield namespace, objects


def names_for(user: HubUser, kind: str, naming: Naming, *, more: tuple[str, ...] = ()) -> dict[str, str]:
    """The names that claims of this person may have, and the server of each."""
    servers = dict.fromkeys(["", *(server.name for server in user.servers), *more])
    found: dict[str, str] = {}
    for template in naming.templates(kind):
        for server in servers:
            for name in names(template, user.name, server, hub_namespace=naming.namespace):
                found.setdefault(name, server)
    return found


def tie(
    claim: Claim, user: HubUser, naming: Naming, *, absent: frozenset[str] = frozenset()
) -> Tied | Untied:
    """Whether it is this person's. `user` has to be read with stopped servers and their state.

    `absent` are names that the hub surely does not have: what was made for one of them belongs to the person
    whose state refers to it, who was renamed. That no other person's state refers to it too has to be looked
    for in all of them.
    """
    kind = kind_of(claim, naming)
    if isinstance(kind, Untied):
        return kind
    written = claim.annotations.get(OWNER, "")
    server = places_of(user, naming).get(claim.place)
    if server is not None:
        if written and written != user.name and written not in absent:
            return Untied(f"the state of {user.name} refers to it, and it was made for {written}")
        return Tied(user.name, server, "state")
    possible = claimants(claim)
    others = [name for name in possible if name != user.name and name not in absent]
    if others and user.name in possible:
        return Untied(f"it may be of {others[0]} as well as of {user.name}")
    if user.name not in possible:
        return Untied(f"it was made for {written or 'nobody known'}, not for {user.name}")
    if claim.namespace not in naming.namespaces(user.name):
        return Untied(f"it is in the namespace {claim.namespace}, where {user.name} has none")
    made_for = claim.annotations.get(SERVER, "")
    by_name = names_for(user, kind, naming, more=(made_for,) if made_for else ())
    if claim.name not in by_name:
        return Untied(f"its name is none that {user.name} would have, and no state refers to it")
    return Tied(user.name, by_name[claim.name], "name")
