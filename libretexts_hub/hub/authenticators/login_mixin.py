"""What do all authenticators share? From what a provider says to what JupyterHub keeps, and back again.

`class MyAuthenticator(LoginMixin, AnyAuthenticator)` is enough; docs/operators/login.md has samples.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from jupyterhub.utils import maybe_future
from traitlets import Float, List, Unicode, default
from traitlets.config import Configurable

from libretexts_hub.clients.upstream import CONNECT_SECONDS, PAUSE_SECONDS, TOTAL_SECONDS, Observer, Upstream
from libretexts_hub.clients.upstream_errors import UpstreamError
from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.login import Login, group_names, ours_in, state_of, user_info_of
from libretexts_hub.domain.login_names import normal_name
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub import metrics
from libretexts_hub.hub.authenticators.admission import AdmissionMixin
from libretexts_hub.hub.authenticators.binding import BindingMixin
from libretexts_hub.hub.authenticators.granting import GrantsMixin
from libretexts_hub.hub.authenticators.numbers import check_numbers, rules_of
from libretexts_hub.hub.authenticators.refresh import RefreshMixin
from libretexts_hub.hub.authenticators.refusals import count, page_of
from libretexts_hub.hub.authenticators.start_checks import check_keys, checked_name, stopping
from libretexts_hub.hub.course_file import course_file
from libretexts_hub.hub.request_text import guard_requests


class LoginMixin(BindingMixin, GrantsMixin, RefreshMixin, AdmissionMixin, Configurable):
    """Groups, courses, grants, binding, refresh and limits for any Authenticator. Stands before it."""

    courses_file = Unicode(
        help="""
        The file `courses.yaml`: a mapping of courses by id, each with `members` and `instructors` (people,
        groups, a roster), `from` and `until`. Its members are in the group `course-<id>`, its instructors in
        `course-<id>-instructors` too. It is read again when it changes. Empty, the default: no courses.

        Example: `c.LoginMixin.courses_file = "/etc/jupyterhub/courses.yaml"`
        """,
    ).tag(config=True)

    exempt = List(
        Unicode(),
        help="""
        Names that hard denials (organisation, domain, unverified address, blocked) do not hold for, such as
        the account of the operators. Empty, the default, exempts nobody: a denial holds for admins and with
        `allow_all` too.

        Example: `c.LoginMixin.exempt = ["hub-operator"]`
        """,
    ).tag(config=True)

    connect_seconds = Float(
        CONNECT_SECONDS,
        min=0.1,
        help="""
        Seconds that a connection to the provider may take.

        Example: `c.LoginMixin.connect_seconds = 3`
        """,
    ).tag(config=True)

    total_seconds = Float(
        TOTAL_SECONDS,
        min=0.1,
        help="""
        Seconds that one question to the provider may take in all.

        Example: `c.LoginMixin.total_seconds = 10`
        """,
    ).tag(config=True)

    pause_seconds = Float(
        PAUSE_SECONDS,
        min=0.01,
        help="""
        Seconds that a provider is left alone after it failed three times in a row; whoever logs in meanwhile
        is told so at once. Twice as long after each vain try, up to a minute.

        Example: `c.LoginMixin.pause_seconds = 10`
        """,
    ).tag(config=True)

    certificate_authorities = Unicode(
        help="""
        A file with certificate authorities, in PEM, that the provider's certificate may be signed by, besides
        those of the system. Empty, the default, adds none.

        Example: `c.LoginMixin.certificate_authorities = "/etc/ssl/university.pem"`
        """,
    ).tag(config=True)

    def __init__(self, **kwargs: Any) -> None:
        with stopping(kwargs.get("parent")):
            super().__init__(**kwargs)
            self.check_configuration()
        guard_requests()
        self.upstream = Upstream(
            connect_seconds=self.connect_seconds,
            total_seconds=self.total_seconds,
            ca=self.certificate_authorities,
            pause_seconds=self.pause_seconds,
            observer=Observer(metrics.upstream_asked, metrics.breaker_changed),
        )

    def check_configuration(self) -> None:
        """Raise ConfigurationError for what would fail later. A subclass calls super() first."""
        if self.parent is not None:  # of a hub
            check_keys(self.enable_auth_state)
        for name in self.exempt:
            checked_name(name, where="c.LoginMixin.exempt")
        self.check_blocked_names()
        if self.manage_groups and getattr(self.parent, "load_groups", None):
            raise ConfigurationError(
                "Groups come from the login, so none can be written down",
                where="c.JupyterHub.load_groups",
                fix="Leave it out; courses.yaml (c.LoginMixin.courses_file) puts people into groups too.",
            )
        self.check_grants()
        self._courses = course_file(self.courses_file, self.log) if self.courses_file else None

    @default("manage_groups")
    def _manages_groups(self) -> bool:
        return True

    # From the provider

    async def authenticate(self, handler: Any, data: Any = None, **kwargs: Any) -> dict[str, Any] | None:
        """The auth model. An authenticator of ours makes its own Login; of any other, its model says it."""
        found = await maybe_future(super().authenticate(handler, data, **kwargs))
        if not found:
            return None
        return await self.finish(self.login_of(found if isinstance(found, dict) else {"name": found}))

    def login_of(self, model: dict[str, Any]) -> Login:
        """What another authenticator's auth model says. Override it for one that says more."""
        return Login(
            provider=type(self).__name__.lower(),
            subject=normal_name(model["name"]),
            name=model["name"],
            is_admin=model.get("admin"),
            state=model.get("auth_state") or {},
        )

    def provider_name(self, name: str) -> str:
        """How the provider calls this hub user; where there are several, the hub's name has a prefix."""
        return name

    def check_denials(self, login: Login) -> None:
        """Raise Denied for what must never get in; asked at every login and refresh, not for `exempt`."""

    # To the hub

    async def finish(self, login: Login, existing: Any = None) -> dict[str, Any]:
        """The auth model of a login; `existing` is the hub's user at a refresh. Raises Denied."""
        said = existing.name if existing is not None else normal_name(login.name)
        # JupyterHub maps a name by itself when it has it; all else here is about who they are at the hub.
        name = said if existing is not None else self.username_map.get(said, said)
        if not self.is_exempt(name):
            self.check_denials(login)
        groups = await self._with_courses(name, list(group_names(login.groups)))
        model = {
            "name": said,
            "groups": groups,
            "auth_state": state_of(login, checked_at=time.time()),
            "user_info": user_info_of(login, name),
        }
        if login.is_admin is not None or existing is None:
            model["admin"] = True if name in self.admin_users else login.is_admin
        if existing is not None and self.manage_roles:
            model["roles"] = self.roles_of(groups, is_admin=model.get("admin", existing.admin))
        return model

    async def _with_courses(self, name: str, groups: list[str]) -> list[str]:
        """The groups with those of courses, which are nobody else's to give: at some providers anybody may
        make a group of any name."""
        if self._courses is None:
            return groups
        if name in self._courses.taken:
            raise Denied(
                "Your login has the name of a course, and this hub keeps that name for its grader",
                cause="name",
                fix="Log in with another account, or tell the operators of this hub.",
            )
        given = await asyncio.to_thread(self._courses.groups_of, name, groups)
        own = [group for group in groups if group.strip().casefold() not in self._courses.reserved]
        return list(dict.fromkeys([*own, *given]))

    async def get_authenticated_user(self, handler: Any, data: Any) -> dict[str, Any] | None:
        """JupyterHub's own, with a page for who may not log in."""
        try:
            model = await super().get_authenticated_user(handler, data)
        except Denied as error:
            count(error)
            self.log.warning("Login refused (%s): %s", error.cause, error)
            raise page_of(error, self._login_page(handler)) from None
        except UpstreamError as error:
            count(error)
            self.log.warning("Nobody can be identified: %s", error)
            raise page_of(error, self._login_page(handler)) from None
        metrics.LOGINS.labels(outcome="refused" if model is None else "done").inc()
        return model

    async def run_post_auth_hook(self, handler: Any, auth_model: dict[str, Any]) -> dict[str, Any]:
        """JupyterHub calls it last, when the person is let in: the operator's hook, then the binding."""
        ours = ours_in(auth_model.get("auth_state"))  # before the hook, which may drop it
        model = await super().run_post_auth_hook(handler, auth_model)
        # Behind the hook, which may bring numbers of its own. At a refresh the next start says it.
        rules = rules_of(getattr(self.parent, "spawner_class", None), self.config)
        if model and rules is not None and not self.is_exempt(model["name"]):
            check_numbers(rules, model)
        if model and ours:
            self.bind(model["name"], str(ours["provider"]), str(ours["subject"]))
            self.forget_checks(model["name"])
        if model and self.manage_roles:
            is_admin = model.get("admin")
            if is_admin is None:
                is_admin = self.is_admin_now(model["name"])
            model["roles"] = self.roles_of(
                model.get("groups") or [], is_admin=is_admin, others=model.get("roles")
            )
        return model

    def _login_page(self, handler: Any) -> str:
        return str(handler.hub.base_url) + "login" if getattr(handler, "hub", None) else "login"
