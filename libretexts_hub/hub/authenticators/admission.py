"""May this person be here at all, by what JupyterHub itself asks: who is blocked, and who is allowed?

JupyterHub asks it at a login alone, and sends who is blocked back to the login page without a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyterhub.utils import maybe_future
from tornado import web
from traitlets.config import Configurable

from libretexts_hub.domain.denial import OPERATORS, Denied
from libretexts_hub.domain.login import ours_in
from libretexts_hub.domain.login_names import normal_name
from libretexts_hub.hub.authenticators.start_checks import checked_name

if TYPE_CHECKING:
    from collections.abc import Iterable

NOT_LISTED = "Your account is not among those that may use this hub"
ASK = "Ask those who gave you its address to add you, then log in again."
BLOCKED_PLACE = "c.Authenticator.blocked_users"


class AdmissionMixin(Configurable):
    """`blocked_users` and the `allow` settings of any authenticator: in words, and at every check too."""

    def check_blocked_names(self) -> None:
        """Read `blocked_users`, as they are spelled here and without who is exempt.

        JupyterHub compares them as they are written, and takes roles and servers away from them at its start.
        Raises ConfigurationError.
        """
        listed = {name: checked_name(name, where=BLOCKED_PLACE) for name in self.blocked_users}
        kept = {name: normal for name, normal in listed.items() if not self.is_exempt(normal)}
        for name in sorted(listed.keys() - kept.keys()):
            self.log.warning("%r is in blocked_users and in c.LoginMixin.exempt: it may log in.", name)
        if listed:
            self.blocked_users = {*kept, *kept.values()}

    def is_exempt(self, name: str) -> bool:
        """Whether hard denials do not hold for this name."""
        return name in {normal_name(each) for each in self.exempt}

    async def is_blocked(self, username: str, authentication: dict[str, Any] | None) -> bool:
        """Whether the authenticator, or the list of the operator, names this person."""
        return not await maybe_future(super().check_blocked_users(username, authentication))

    async def check_blocked_users(self, username: str, authentication: dict[str, Any] | None = None) -> bool:
        """JupyterHub's question. Raises Denied, where JupyterHub would say nothing."""
        if not self.is_exempt(username) and await self.is_blocked(username, authentication):
            raise Denied("Your account is blocked at this hub", cause="blocked", fix=OPERATORS)
        return True

    async def is_allowed(self, username: str, authentication: dict[str, Any] | None) -> bool:
        """Whether an `allow` setting takes this person. Override this one for rules of your own."""
        return bool(await maybe_future(super().check_allowed(username, authentication)))

    async def check_allowed(self, username: str, authentication: dict[str, Any] | None = None) -> bool:
        """JupyterHub's question, not asked with `allow_all`. Raises Denied."""
        if not await self.is_allowed(username, authentication):
            missing = ours_in((authentication or {}).get("auth_state")).get("missing")
            raise self.not_allowed(missing if isinstance(missing, list) else ())
        return True

    def not_allowed(self, missing: Iterable[str] = ()) -> Denied:
        """What is said to somebody whom no `allow` setting takes. `missing`: what their login lacks."""
        takes = self.admits()
        what = f"This hub is for {takes}, and your account is not one of them" if takes else NOT_LISTED
        return Denied(what, cause="allow", fix=" ".join((*missing, ASK)))

    def admits(self) -> str:
        """Whom the settings take, for the page: "members of physics or staff". Empty: it can't be said."""
        return ""

    async def check_admitted(self, name: str, model: dict[str, Any]) -> None:
        """What JupyterHub asks at a login, at a check: a group that admitted may be left. Raises Denied."""
        model = {"admin": True if name in self.admin_users else None, **model}
        await self.check_blocked_users(name, model)
        if self.allow_all:
            return
        try:
            await self.check_allowed(name, model)
        except web.HTTPError as error:
            # JupyterHub's documented way to refuse with a message of one's own.
            if error.status_code != 403:
                raise
            raise self.not_allowed() from None
