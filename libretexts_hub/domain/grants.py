"""What may members of a group do at the hub? Groups give roles, and roles have scopes."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from libretexts_hub.domain.access import folded
from libretexts_hub.domain.entries import Entry, did_you_mean
from libretexts_hub.errors import ConfigurationError

GRANT_KEYS = ("group", "groups", "role", "scopes", "description")
# As JupyterHub has it: https://jupyterhub.readthedocs.io/en/stable/rbac/roles.html
ROLE = re.compile(r"[a-z][a-z0-9\-_~.]{1,253}[a-z0-9]")
# JupyterHub gives these itself. `admin` follows from a person's admin flag, and would be taken away again.
OWN_ROLES = ("user", "admin", "server", "token")


@dataclass(frozen=True)
class Grant:
    """Members of any of `groups`, folded, have `role`. `scopes` None: the role is defined elsewhere."""

    groups: frozenset[str]
    role: str
    scopes: tuple[str, ...] | None
    description: str
    where: str


def parse_grants(raw: object, *, where: str, scopes: Collection[str] | None = None) -> tuple[Grant, ...]:
    """Read a list of grants. `scopes` are those that the hub knows; None checks none.

    Raises ConfigurationError.
    """
    if not isinstance(raw, list | tuple):
        raise ConfigurationError(
            f"A list of grants is needed, not {raw!r:.60}",
            where=where,
            fix='Write [{"group": "physics-ta", "role": "formgrader", "scopes": ["access:services"]}].',
        )
    grants = tuple(_grant(each, f"{where}[{index}]", scopes) for index, each in enumerate(raw))
    defined: dict[str, Grant] = {}
    for grant in grants:
        first = defined.setdefault(grant.role, grant)
        if grant.scopes is not None and first.scopes is None:
            defined[grant.role] = grant
        elif grant.scopes is not None and grant.scopes != first.scopes:
            raise ConfigurationError(
                f"The role {grant.role!r} has two lists of scopes",
                where=f"{first.where} and {grant.where}",
                fix="Write the scopes once, or name one of the roles differently.",
            )
    return grants


def _grant(raw: object, where: str, known: Collection[str] | None) -> Grant:
    if not isinstance(raw, Mapping):
        raise ConfigurationError(
            f"A grant must be a mapping, not {raw!r:.60}",
            where=where,
            fix="Write group: and role: with it.",
        )
    entry = Entry("", raw, where)
    entry.only(GRANT_KEYS)
    groups = [*(entry.texts("groups") or ()), *((entry.text("group"),) if "group" in raw else ())]
    if not groups:
        raise ConfigurationError("There is no group", where=where, fix="Write group: physics-ta.")
    role = entry.text("role")
    if role in OWN_ROLES:
        raise ConfigurationError(
            f"JupyterHub gives the role {role!r} itself",
            where=entry.place("role"),
            fix="Use the admin groups of the authenticator, or another name with the scopes you mean.",
        )
    if not ROLE.fullmatch(role):
        raise ConfigurationError(
            f"{role!r:.80} is not the name of a role",
            where=entry.place("role"),
            fix="Use 3 to 255 lower-case letters, digits and any of - _ ~ . with a letter first.",
        )
    scopes = entry.texts("scopes")
    for scope in scopes or ():
        base = scope.partition("!")[0]
        if known is not None and base not in known and not base.startswith("custom:"):
            raise ConfigurationError(
                f"{scope!r:.80} is not a scope of this JupyterHub",
                where=entry.place("scopes"),
                fix=did_you_mean(base, sorted(known)),
            )
    description = entry.text("description", default="") if "description" in raw else ""
    return Grant(folded(groups), role, scopes, description, where)


def definitions(grants: Iterable[Grant]) -> list[dict[str, object]]:
    """Each role that is defined here, as `load_roles` takes it, without members."""
    found: dict[str, dict[str, object]] = {}
    for grant in grants:
        if grant.scopes is not None:
            found.setdefault(grant.role, {"name": grant.role, "scopes": list(grant.scopes)})
            if grant.description:
                found[grant.role]["description"] = grant.description
    return list(found.values())


def roles_of_groups(grants: Iterable[Grant]) -> dict[str, list[str]]:
    """The groups of each role, where the hub itself is to give a group its roles."""
    found: dict[str, set[str]] = {}
    for grant in grants:
        found.setdefault(grant.role, set()).update(grant.groups)
    return {role: sorted(groups) for role, groups in found.items()}


def granted(grants: Sequence[Grant], groups: Iterable[str], *, is_admin: bool) -> tuple[str, ...]:
    """Every role of a member of these groups: JupyterHub takes away what is not in the list.

    So `user` is always there, and `admin` for an admin.
    """
    member_of = folded(groups)
    given = dict.fromkeys(grant.role for grant in grants if grant.groups & member_of)
    return ("user", *(("admin",) if is_admin else ()), *given)
