"""Which groups does a provider's claim name? Lists of texts or of things with a name, however it writes them.

Keycloak writes `/physics/ta`, NCSA `{"name": "lsst", "id": 2001}`, SAML behind CILogon `staff;member`, and
Microsoft Entra leaves the list out for somebody with more groups than fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass

LONGEST_NAME = 255
MOST_GROUPS = 2000
HIGHEST_ID = 2**31 - 1


@dataclass(frozen=True)
class ClaimedGroups:
    """Names with the provider's number, each once, and sentences about what could not be learnt."""

    groups: tuple[tuple[str, int | None], ...] = ()
    missing: tuple[str, ...] = ()


def claimed_groups(claims: Mapping[str, object], places: tuple[str, ...]) -> ClaimedGroups:
    """The groups at all of these places, where `realm_access.roles` is a claim within a claim."""
    found: dict[str, int | None] = {}
    missing = []
    for place in places:
        value = claim_at(claims, place)
        if value is None:
            if is_overage(claims, place):
                missing.append(
                    f"The provider left out the claim {place!r}: this person is in more groups than it lists."
                )
            continue
        listed = _listed(value)
        if listed is None:
            missing.append(f"The claim {place!r} is no list of groups.")
            continue
        for each in listed:
            name, number = _named(each)
            if name and found.get(name) is None:
                found[name] = number
        if len(found) > MOST_GROUPS:
            missing.append(f"The claim {place!r} names more than {MOST_GROUPS} groups.")
    return ClaimedGroups(tuple(found.items())[:MOST_GROUPS], tuple(missing))


def claim_at(claims: Mapping[str, object], place: str) -> object:
    """The claim of this very name, which may have dots (a URL); else the claim within claims."""
    if place in claims:
        return claims[place]
    found: object = claims
    for key in place.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def is_overage(claims: Mapping[str, object], place: str) -> bool:
    """Has Microsoft Entra left the list out because it is too long?

    https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference: a browser's login has
    `hasgroups`, any other `_claim_names` with the claim's name.
    """
    names = claims.get("_claim_names")
    elsewhere = isinstance(names, Mapping) and place in names
    return elsewhere or (place == "groups" and claims.get("hasgroups") in (True, "true"))


def _listed(value: object) -> list[object] | None:
    if isinstance(value, str):
        return list(value.split(";"))
    if isinstance(value, Mapping):
        return [value]
    return list(value) if isinstance(value, list | tuple) else None


def _named(value: object) -> tuple[str, int | None]:
    number = None
    if isinstance(value, Mapping):
        raw = value.get("id")
        is_number = isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw <= HIGHEST_ID
        number = raw if is_number and isinstance(raw, int) else None
        value = value.get("name")
    name = value.strip().removeprefix("/").casefold() if isinstance(value, str) else ""
    return (name, number) if 0 < len(name) <= LONGEST_NAME and name.isprintable() else ("", None)
