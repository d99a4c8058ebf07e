"""How does the mixin work with oauthenticator? For Microsoft Entra ID, Keycloak and any other provider.

`class MyLogin(OAuthLoginMixin, GenericOAuthenticator)`; the entry point `libretexts-generic` is just that.
"""

from __future__ import annotations

import base64
import contextvars
import io
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from tornado import web
from tornado.httpclient import HTTPClientError, HTTPRequest, HTTPResponse
from tornado.httputil import HTTPHeaders
from traitlets import Unicode

from libretexts_hub.clients.upstream import Answer, Expired, UpstreamError, check_status, origin_text
from libretexts_hub.domain.login import Login, LoginGroup
from libretexts_hub.hub.authenticators.login_mixin import LoginMixin

# Statuses that say something of this login alone; oauthenticator reads them itself.
OF_THE_LOGIN = tuple(range(400, 500))
# What went wrong with the provider during one check: oauthenticator takes some of it for an expired login.
_trouble: contextvars.ContextVar[list[UpstreamError] | None] = contextvars.ContextVar("trouble", default=None)


class OAuthLoginMixin(LoginMixin):
    """Asks the provider with limits and a breaker, and binds to `subject_claim` of what it says."""

    subject_claim = Unicode(
        "sub",
        help="""
        The claim with the immutable id of a person. `sub`, the default, is that of OpenID Connect; Microsoft
        Entra ID has `oid`, which is the same for all applications of a tenant.

        Example: `c.OAuthLoginMixin.subject_claim = "oid"`
        """,
    ).tag(config=True)

    def login_of(self, model: dict[str, Any]) -> Login:
        """What the profile says. Raises UpstreamError for one without the subject."""
        state = model.get("auth_state") or {}
        profile = state.get(self.user_auth_state_key)
        profile = profile if isinstance(profile, dict) else {}
        subject = profile.get(self.subject_claim)
        if isinstance(subject, bool) or not isinstance(subject, str | int) or not str(subject).strip():
            raise UpstreamError(
                f"The profile has no {self.subject_claim!r}",
                where=origin_text(self.token_url),
                fix="Write into c.OAuthLoginMixin.subject_claim which claim never changes.",
            )
        verified = profile.get("email_verified")
        return Login(
            provider=f"oidc:{_without_query(self.token_url)}",
            subject=str(subject),
            name=str(model["name"]),
            groups=tuple(LoginGroup(str(name)) for name in model.get("groups") or ()),
            is_admin=model.get("admin"),
            display_name=_text(profile, "name"),
            avatar_url=_text(profile, "picture"),
            email=_text(profile, "email"),
            email_verified=verified if isinstance(verified, bool) else None,
            git_name=_text(profile, "name"),
            git_email="" if verified is False else _text(profile, "email"),
            claims={name: value for name, value in profile.items() if isinstance(value, str | int | list)},
            state=state,
        )

    async def authenticate(self, handler: Any, data: Any = None, **kwargs: Any) -> dict[str, Any] | None:
        """As LoginMixin's; an answer of the wrong shape is the provider's fault, and its text goes nowhere.

        Raises Denied, UpstreamError.
        """
        where = origin_text(self.token_url)
        try:
            return await super().authenticate(handler, data, **kwargs)
        except HTTPClientError as error:
            raise UpstreamError(f"It refuses the login (HTTP {error.code})", where=where) from None
        except web.HTTPError as error:
            if error.status_code < 500:
                raise
            # oauthenticator writes the answer into its error, and the answer may hold a token.
            raise UpstreamError("Its answer has no token that can be used", where=where) from None
        except (KeyError, TypeError, AttributeError, ValueError):
            raise UpstreamError("Its answer has another shape than it should", where=where) from None

    async def check_again(self, user: Any, auth_state: dict[str, Any]) -> Login:
        """oauthenticator's own check, which also exchanges tokens. A bad moment of the provider stays one."""
        token = _trouble.set([])
        try:
            if self.userdata_from_id_token:
                return await self._check_by_token(user, auth_state)
            return await super().check_again(user, auth_state)
        except UpstreamError:
            seen = _trouble.get()
            if seen:
                raise seen[0] from None
            raise
        finally:
            _trouble.reset(token)

    async def _check_by_token(self, user: Any, auth_state: dict[str, Any]) -> Login:
        """A new id_token, since the kept one says for ever what was true at the login."""
        refresh_token = auth_state.get("refresh_token")
        if not refresh_token:
            raise Expired("There is no refresh token", where=origin_text(self.token_url), fix="Log in again.")
        try:
            answer = await self.get_token_info(None, self.build_refresh_token_request_params(refresh_token))
        except HTTPClientError as error:
            raise Expired(
                f"The refresh token is refused (HTTP {error.code})",
                where=origin_text(self.token_url),
                fix="Log in again.",
            ) from None
        # A provider that does not rotate them sends none.
        answer["refresh_token"] = answer.get("refresh_token") or refresh_token
        made = await self._token_to_auth_model(answer)
        if not made:
            raise Expired("Log in anew", where=origin_text(self.token_url), fix="Log in again.")
        return self.login_of({**made, "name": user.name})

    async def fetch(self, req: HTTPRequest, label: str = "fetching", parse_json: bool = True, **kwargs: Any):
        """oauthenticator's one way out, through our session: see `Upstream`.

        Raises HTTPClientError for what is said of this login (400, 401, 404, ...), UpstreamError else.
        """
        if req.validate_cert is False or req.proxy_host:
            return await super().fetch(req, label=label, parse_json=parse_json, **kwargs)
        try:
            answer = await self.upstream.ask(
                req.method,
                req.url,
                headers=_headers(req),
                form=req.body,
                accept=(200, 201, *OF_THE_LOGIN),
            )
            if answer.status == 429 or answer.status == 403:
                check_status(answer, accept=(403,) if not _is_limit(answer) else ())
            value = _json(answer) if parse_json and answer.status < 400 else None
        except UpstreamError as error:
            if (seen := _trouble.get()) is not None:
                seen.append(error)
            raise
        if answer.status >= 400 and kwargs.get("raise_error", True):
            self.log.warning("%s: %s answers with HTTP %d", label, answer.where, answer.status)
            raise HTTPClientError(answer.status, response=_response(req, answer))
        return value if parse_json else _response(req, answer)


def _json(answer: Answer) -> object:
    value = answer.json() if answer.body else None
    if value is not None and not isinstance(value, dict | list):
        raise UpstreamError("The answer is no JSON object", where=answer.where, status=answer.status)
    return value


def _is_limit(answer: Answer) -> bool:
    return (
        answer.status == 429
        or "Retry-After" in answer.headers
        or (answer.headers.get("X-RateLimit-Remaining") == "0")
    )


def _headers(req: HTTPRequest) -> dict[str, str]:
    """As tornado's own client would send them."""
    headers = dict(req.headers)
    if req.body:
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    if req.auth_username:
        pair = f"{req.auth_username}:{req.auth_password or ''}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    return headers


def _response(req: HTTPRequest, answer: Answer) -> HTTPResponse:
    headers = HTTPHeaders()
    for name, value in answer.headers.items():
        headers.add(name, value)
    return HTTPResponse(req, answer.status, headers=headers, buffer=io.BytesIO(answer.body))


def _without_query(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path, "", ""))


def _text(profile: dict[str, Any], key: str) -> str:
    value = profile.get(key)
    return value if isinstance(value, str) else ""
