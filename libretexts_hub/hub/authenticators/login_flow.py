"""How does a browser go to the provider and come back, each tab with a flow of its own that is good once?"""

from __future__ import annotations

import secrets
import time
import uuid
from typing import Any

from oauthenticator.oauth2 import OAuthCallbackHandler, OAuthLoginHandler
from tornado import web

from libretexts_hub.clients.upstream_errors import UpstreamError
from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.login_flow import (
    SECONDS,
    Flow,
    cookie_name,
    packed,
    read_flow,
    state_id_of,
    too_many,
)
from libretexts_hub.domain.next_url import kept_path
from libretexts_hub.hub.authenticators.refusals import count, page_of

SECONDS_PER_DAY = 86400
# RFC 6749, 4.1.2.1 and OpenID Connect Core, 3.1.2.6: a person has done nothing wrong in any of the others.
CANCELLED = ("access_denied", "consent_required", "interaction_required", "login_required")


class FlowRefused(Denied):
    """An answer that belongs to no login of this browser; the person begins again."""

    status = 400


class QuietHandler:
    """What was logged in words is not logged again; an address never is: it holds the code and the state."""

    def log_exception(self, kind: Any, value: Any, traceback: Any) -> None:
        if not (isinstance(value, web.HTTPError) and hasattr(value, "jupyterhub_message")):
            super().log_exception(kind, value, traceback)  # type: ignore[misc]

    def _request_summary(self) -> str:
        request = self.request  # type: ignore[attr-defined]
        return f"{request.method} {request.path} ({request.remote_ip})"

    def refuse(self, error: Denied | UpstreamError) -> web.HTTPError:
        """The page to raise, once it is logged and counted."""
        count(error)
        self.log.warning("Login refused: %s", error)  # type: ignore[attr-defined]
        return page_of(error, str(self.hub.base_url) + "login")  # type: ignore[attr-defined]


class FlowLoginMixin(QuietHandler):
    """Stands before OAuthLoginHandler or one of its subclasses."""

    async def get(self: Any) -> None:
        """Begin a flow, and send the browser to the provider."""
        authenticator = self.authenticator
        try:
            await authenticator.prepare_login()
        except UpstreamError as error:
            raise self.refuse(error) from None
        flow = Flow(
            state_id=uuid.uuid4().hex,
            next_url=kept_path(self._get_next_url() or ""),
            code_verifier=secrets.token_urlsafe(48) if authenticator.enable_pkce else "",
            nonce=secrets.token_urlsafe(24) if authenticator.sends_nonce else "",
        )
        for name in too_many(self.request.cookies):
            self.clear_cookie(name, path=self.hub.base_url)
        self._set_cookie(
            cookie_name(flow.state_id),
            flow.serialized(),
            path=self.hub.base_url,
            expires_days=SECONDS / SECONDS_PER_DAY,
        )
        parameters = dict(authenticator.extra_authorize_params) | authenticator.authorize_parameters()
        if flow.nonce:
            parameters["nonce"] = flow.nonce
        if flow.code_verifier:
            parameters |= {"code_challenge": flow.code_challenge, "code_challenge_method": "S256"}
        self.authorize_redirect(
            redirect_uri=authenticator.get_callback_url(self),
            client_id=authenticator.client_id,
            scope=authenticator.scope,
            extra_params=parameters | {"state": packed({"state_id": flow.state_id})},
            response_type="code",
        )


class FlowCallbackHandler(QuietHandler, OAuthCallbackHandler):
    """Where the provider sends the browser back to. Refuses a state that is unknown, too old, or used."""

    async def get(self) -> None:
        try:
            self.check_arguments()
        except Denied as error:
            raise self.refuse(error) from None
        user = await self.login_user()
        if user is None:
            raise web.HTTPError(403, self.authenticator.custom_403_message)
        self.redirect(self.get_next_url(user))

    def check_arguments(self) -> None:
        """The state first: an error that was made up elsewhere is none of ours."""
        self.check_state()
        self.check_error()
        self.check_code()

    def get_state_cookie(self) -> str:
        """The flow of this very answer, as OAuthenticator spells it; empty where there is none."""
        if self._state_cookie is None:
            self._state_cookie = ""
            state_id = state_id_of(self.get_argument("state", ""))
            if state_id:
                name = cookie_name(state_id)
                found = self.get_secure_cookie(name, max_age_days=SECONDS / SECONDS_PER_DAY)
                self._state_cookie = (found or b"").decode("utf8", "replace")
                self.clear_cookie(name, path=self.hub.base_url)
        return self._state_cookie

    def check_state(self) -> None:
        """Raises FlowRefused."""
        flow = read_flow(self.get_state_cookie())
        state_id = state_id_of(self.get_argument("state", ""))
        if flow is None or not state_id or flow.state_id != state_id:
            raise FlowRefused(
                "This login was not begun in this browser, or too long ago",
                cause="state",
                fix="Log in again.",
            )
        if not self.authenticator.used_flows.use(state_id, time.monotonic()):
            raise FlowRefused("This login was used already", cause="state", fix="Log in again.")

    def check_error(self) -> None:
        """What the provider says besides the kind of error is text from an address: anybody can write it."""
        error = self.get_argument("error", "")
        if error in CANCELLED:
            raise FlowRefused(
                "The login was cancelled, or what the hub asks for was not allowed",
                cause="cancelled",
                fix="Log in again, and allow it.",
            )
        if error:
            raise FlowRefused("The login service refused the login", cause="provider", fix="Log in again.")

    def check_code(self) -> None:
        if not self.get_argument("code", ""):
            raise FlowRefused("The login service sent no code", cause="provider", fix="Log in again.")


class FlowLoginHandler(FlowLoginMixin, OAuthLoginHandler):
    """The login of a provider that wants nothing special."""
