"""Which roles does JupyterHub give the person who logs in? Those of their groups, beside its own."""

from __future__ import annotations

from typing import Any

from jupyterhub import orm
from jupyterhub.scopes import scope_definitions
from traitlets import List, default, validate
from traitlets.config import Configurable

from libretexts_hub.domain.course_roles import course_grants
from libretexts_hub.domain.grants import Grant, definitions, granted, parse_grants
from libretexts_hub.errors import ConfigurationError

WHERE = "c.LoginMixin.grants"


class GrantsMixin(Configurable):
    """Roles by group, kept in step at every login and refresh."""

    grants = List(
        help="""
        Roles by group. Each entry has `group` (or `groups`, a list), `role`, and `scopes`, which the role has;
        without `scopes` the role is one that `JupyterHub.load_roles` defines. With grants the authenticator
        manages roles (`Authenticator.manage_roles`), so `load_roles` may name no users and no groups. Empty,
        the default, leaves roles to JupyterHub.

        Example: `c.LoginMixin.grants = [{"group": "physics-ta", "role": "formgrader", "scopes": ["access:services!service=formgrader-physics"]}]`
        """,  # noqa: E501
    ).tag(config=True)

    @validate("grants")
    def _check_grants(self, proposal: Any) -> Any:
        parse_grants(proposal.value, where=WHERE, scopes=scope_definitions)
        return proposal.value

    @default("manage_roles")
    def _manages_roles(self) -> bool:
        return bool(self.grants)

    def check_grants(self) -> None:
        """Raise ConfigurationError where grants and JupyterHub's own roles exclude each other."""
        if not self.grants:
            return
        if not self.manage_roles:
            raise ConfigurationError(
                "There are grants, but the authenticator may not manage roles",
                where="c.Authenticator.manage_roles",
                fix="Leave that line out, or leave out the grants.",
            )
        roles = getattr(self.parent, "load_roles", [])
        for role in roles:
            if role.get("users") or role.get("groups"):
                raise ConfigurationError(
                    f"The role {role.get('name')!r} names users or groups, and grants do that already",
                    where="c.JupyterHub.load_roles",
                    fix=f"Leave users and groups out there, and write groups in {WHERE}.",
                )
        known = {role.get("name") for role in roles}
        here = {each["name"] for each in self._definitions()}
        for grant in parse_grants(self.grants, where=WHERE):
            has_scopes = grant.role in here
            if has_scopes and grant.role in known:
                raise ConfigurationError(
                    f"The role {grant.role!r} is defined twice",
                    where=f"{grant.where} and c.JupyterHub.load_roles",
                    fix="Leave scopes out of the grant, or the role out of load_roles.",
                )
            if not has_scopes and self.parent is not None and grant.role not in known:
                raise ConfigurationError(
                    f"Nothing says what the role {grant.role!r} may do",
                    where=grant.where,
                    fix="Write scopes with it, or define the role in c.JupyterHub.load_roles.",
                )

    async def load_managed_roles(self) -> list[dict[str, Any]]:
        """The roles that grants define; JupyterHub loads them at its start."""
        try:
            roles = list(await super().load_managed_roles())
        except NotImplementedError:
            # JupyterHub's own refuses `reset_managed_roles_on_startup`, as it has none to set back to.
            roles = []
        return [*roles, *self._definitions()]

    def roles_of(self, groups: list[str], *, is_admin: bool, others: Any = None) -> list[dict[str, Any]]:
        """The whole list of a person's roles. `others` are roles that the authenticator itself gives."""
        names = granted(self._granting(), groups, is_admin=is_admin)
        own = {role["name"]: role for role in self._definitions()}
        found = {name: own.get(name) or self._as_it_is(name) for name in names}
        return [*found.values(), *(role for role in others or () if role["name"] not in found)]

    def _definitions(self) -> list[dict[str, Any]]:
        return definitions(self._granting())

    def _granting(self) -> tuple[Grant, ...]:
        """The operator's grants and those of courses, which are there where the login manages roles."""
        written = parse_grants(self.grants, where=WHERE)
        courses = getattr(self, "_courses", None)
        if courses is None:
            return written
        known = {grant.role for grant in written}
        found = parse_grants(course_grants(courses.courses), where="courses")
        return (*written, *(grant for grant in found if grant.role not in known))

    def _as_it_is(self, name: str) -> dict[str, Any]:
        """The role with its own words and scopes, so that JupyterHub finds nothing to change in it."""
        db = getattr(self.parent, "db", None)
        role = orm.Role.find(db, name) if db is not None else None
        if role is None:
            return {"name": name}
        return {"name": name, "description": role.description, "scopes": list(role.scopes)}
