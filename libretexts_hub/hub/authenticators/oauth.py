"""What is the same at every provider that is reached by a redirect? The way there and back, and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyterhub.handlers.login import LoginHandler

from libretexts_hub.domain.denial import Denied, no_such_form
from libretexts_hub.domain.login import Login, ours_in
from libretexts_hub.domain.login_flow import UsedFlows
from libretexts_hub.hub.authenticators.login_flow import FlowCallbackHandler, FlowLoginHandler
from libretexts_hub.hub.authenticators.login_mixin import LoginMixin
from libretexts_hub.hub.authenticators.token_renewals import TokenRenewals
from libretexts_hub.hub.notices import NOTICES, Kind, Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Under which key a person is told what their login lacks.
NOTICE = "login"


class OAuthMixin(LoginMixin):
    """Stands before OAuthenticator or one of its subclasses."""

    login_handler = FlowLoginHandler
    callback_handler = FlowCallbackHandler
    # A nonce comes back in an id_token; a provider without one would be sent it for nothing.
    sends_nonce = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.used_flows = UsedFlows()
        self._renewals = TokenRenewals()

    async def authenticate(self, handler: Any, data: Any = None, **kwargs: Any) -> dict[str, Any] | None:
        """The auth model of who comes back from the provider. Raises Denied, UpstreamError.

        JupyterHub's own form at `/hub/login` leads here too. A code from there has passed no check of its
        state, and there is no handler to ask for one.
        """
        if isinstance(handler, LoginHandler):
            raise no_such_form()
        return await super().authenticate(handler, data, **kwargs)

    async def prepare_login(self) -> None:
        """Before the browser leaves: it would not come back from a provider that is known to be down.

        Raises UpstreamError.
        """
        for url in filter(None, (self.token_url, self.userdata_url)):
            self.upstream.check_known_away(url)

    def authorize_parameters(self) -> dict[str, str]:
        """What this provider is sent along with a person."""
        return {}

    async def finish(self, login: Login, existing: Any = None) -> dict[str, Any]:
        """The mixin's auth model; the person and the log are told what the login lacks."""
        model: dict[str, Any] = await super().finish(login, existing)
        NOTICES.remove(NOTICE, person=model["name"])
        if login.missing:
            said = " ".join(login.missing)
            NOTICES.post(Notice(Kind.WARNING, said, key=NOTICE), person=model["name"])
            if existing is None:
                self.log.warning("The login of %s lacks something: %s", model["name"], said)
        return model

    def not_allowed(self, missing: Iterable[str] = ()) -> Denied:
        """In the operator's own words, where OAuthenticator's setting for them is set."""
        words = self.custom_403_message
        if words == type(self).custom_403_message.default_value:
            return super().not_allowed(missing)
        return Denied(words, cause="allow", fix="")

    async def refresh_user(self, user: Any, handler: Any = None, **kwargs: Any) -> bool | dict[str, Any]:
        """OAuthenticator's hook first, then ours."""
        if self.enable_auth_state and self.refresh_user_hook is not None:
            said = await self._call_refresh_user_hook(user, await user.get_auth_state())
            if said is not None:
                return said
        return await super().refresh_user(user, handler, **kwargs)

    async def renewed(self, tokens: Mapping[str, Any]) -> dict[str, Any]:
        """What follows from the refresh token of these tokens, which is used once. Raises Expired."""

        async def ask(refresh_token: str) -> dict[str, Any]:
            return await self.get_token_info(None, self.build_refresh_token_request_params(refresh_token))

        return dict(await self._renewals.renew(tokens, ask))

    def check_subject(self, login: Login, auth_state: Mapping[str, Any]) -> Login:
        """The login of a check, which must be of who logged in. Raises Denied."""
        if ours_in(auth_state).get("subject", login.subject) != login.subject:
            raise Denied("The login service now says that you are somebody else", cause="bound")
        return login
