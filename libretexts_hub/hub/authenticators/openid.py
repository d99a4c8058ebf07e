"""What do Google, CILogon and every other OpenID provider share? Tokens that are checked, and renewed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from libretexts_hub.clients.asking import Ask, Reply, asks
from libretexts_hub.clients.oidc import Endpoints, IdTokenError, OpenIDProvider
from libretexts_hub.clients.upstream_errors import Expired, UpstreamError
from libretexts_hub.domain.claim_groups import claimed_groups
from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.granted_scopes import split_scopes
from libretexts_hub.domain.id_token import of_the_person
from libretexts_hub.domain.login_flow import read_flow
from libretexts_hub.hub.authenticators.login_flow import FlowRefused
from libretexts_hub.hub.authenticators.oauth import OAuthMixin
from libretexts_hub.hub.authenticators.openid_claims import OpenIDClaims
from libretexts_hub.hub.authenticators.openid_settings import OpenIDSettings

if TYPE_CHECKING:
    from libretexts_hub.domain.login import Login

# What a login adds to the provider's answer with the tokens; stored with it.
CLAIMS, EXPIRES_AT = "id_token_claims", "expires_at"
MARGIN_SECONDS = 60
# A person's way back: it was used, it is too old, it is of another client (RFC 6749, 5.2).
SPENT = ("invalid_grant",)


class OpenIDMixin(OpenIDClaims, OpenIDSettings, OAuthMixin):
    """Stands before OAuthenticator or one of its subclasses."""

    @property
    def sends_nonce(self) -> bool:
        """It comes back in an id_token, and there is none of a provider without an issuer."""
        return bool(self.issuer)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._provider: OpenIDProvider | None = None
        self._ask_upstream: Ask | None = None
        # Groups are compared folded; OAuthenticator compares them as they are written.
        for name in ("allowed_groups", "admin_groups"):
            setattr(self, name, {each.strip().casefold() for each in getattr(self, name)})
        self.log.info("Scopes asked for at every login: %s", " ".join(self.scope))

    def check_configuration(self) -> None:
        super().check_configuration()
        self.check_settings()

    # Asking the provider

    async def ask_provider(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        form: dict[str, str] | None = None,
    ) -> Reply:
        """One question. Raises UpstreamError."""
        if self._ask_upstream is None:
            self._ask_upstream = asks(self.upstream)
        return await self._ask_upstream(method, url, headers=headers, form=form)

    @property
    def provider(self) -> OpenIDProvider:
        """Whom to believe."""
        if self._provider is None:
            self._provider = OpenIDProvider(
                self.ask_provider,
                issuers=self.issuers(),
                client_id=self.client_id,
                endpoints=Endpoints(keys=self.jwks_url) if self.jwks_url else None,
                algorithms=tuple(self.id_token_algorithms),
            )
        return self._provider

    def issuers(self) -> tuple[str, ...]:
        """The spellings of the issuer."""
        return (self.issuer,)

    async def prepare_login(self) -> None:
        """Look up the addresses that are not written, before the browser leaves. Raises UpstreamError."""
        if not (self.authorize_url and self.token_url):
            found = await self.provider.endpoints()
            self.authorize_url = self.authorize_url or found.authorize
            self.token_url = self.token_url or found.token
            self.userdata_url = self.userdata_url or found.userinfo
        await super().prepare_login()

    async def get_token_info(self, handler: Any, params: dict[str, Any]) -> dict[str, Any]:
        """The tokens for a code, with the claims of the id_token. Raises Denied, UpstreamError."""
        await self.prepare_login()
        form = {name: str(value) for name, value in params.items() if value is not None}
        is_login = form.get("grant_type") == "authorization_code"
        headers = {name: str(value) for name, value in self.build_token_info_request_headers().items()}
        reply = await self.ask_provider("POST", self.token_url, headers=headers, form=form)
        body = reply.body if isinstance(reply.body, dict) else {}
        token = body.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise self._no_token(reply, is_login=is_login)
        kept = {name: value for name, value in body.items() if name not in (CLAIMS, EXPIRES_AT)}
        lifetime = body.get("expires_in")
        if isinstance(lifetime, int | float) and 0 < lifetime < 10**9:
            kept[EXPIRES_AT] = time.time() + lifetime
        if not isinstance(kept.get("token_type"), str):
            kept["token_type"] = "Bearer"  # noqa: S105 - a kind, not a token
        if "scope" in kept:  # OAuthenticator splits it, at spaces alone
            kept["scope"] = " ".join(split_scopes(kept["scope"]))
        if not isinstance(kept.get("refresh_token", ""), str):
            del kept["refresh_token"]
        if not self.issuer:  # nobody whose word an id_token could be; userinfo says who it is
            kept.pop("id_token", None)
        elif is_login and (self.require_id_token or body.get("id_token") is not None):
            flow = read_flow(handler.get_state_cookie())
            kept[CLAIMS] = await self._verified(body.get("id_token"), flow.nonce if flow else "", token)
        elif body.get("id_token") is not None:
            kept[CLAIMS] = await self._verified(body["id_token"], None, token)
        return kept

    async def _verified(self, id_token: Any, nonce: str | None, access_token: str) -> dict[str, Any]:
        try:
            return await self.provider.verify(id_token, nonce=nonce, access_token=access_token)
        except IdTokenError as error:
            refused = FlowRefused(error.what, cause="id_token", where=error.where, fix=error.fix)
            refused.jupyterhub_message = error.jupyterhub_message
            raise refused from None

    def _no_token(self, reply: Reply, *, is_login: bool) -> Exception:
        word = reply.error()
        if word in SPENT and not is_login:
            return Expired("The login can't be renewed", where=self.token_url, status=401)
        if word in SPENT:
            return FlowRefused(
                "The login service says that this login is over", cause="code", fix="Log in again."
            )
        said = f"HTTP {reply.status} {word}".rstrip()
        return UpstreamError(
            f"The answer holds no access token ({said})",
            where=self.token_url,
            fix="Check client_id, client_secret and the callback address at the provider, and whether it "
            "wants the secret in a header (basic_auth = True).",
            status=reply.status,
        )

    async def token_to_user(self, token_info: dict[str, Any]) -> dict[str, Any]:
        """What id_token and userinfo claim, about one and the same person. Raises UpstreamError."""
        signed = token_info.get(CLAIMS)
        claims = of_the_person(signed) if isinstance(signed, dict) else {}
        if self.userdata_url and not self.userdata_from_id_token:
            scheme = str(token_info.get("token_type", "Bearer"))
            headers = self.build_userdata_request_headers(token_info["access_token"], scheme)
            reply = await self.ask_provider("GET", self.userdata_url, headers=headers)
            if reply.status in (401, 403):
                raise Expired("The provider knows the token no more", where=self.userdata_url, status=401)
            if reply.status != 200 or not isinstance(reply.body, dict):
                raise UpstreamError(
                    f"Userinfo is not what it should be (HTTP {reply.status})",
                    where=self.userdata_url,
                    status=reply.status,
                )
            told = dict(reply.body)
            subject = told.get("sub", told.get("id"))
            if claims and subject != claims.get("sub"):
                # OpenID Connect Core, 5.3.2: such an answer must not be used.
                raise UpstreamError("Userinfo is about another person", where=self.userdata_url)
            claims |= told
        if not claims:
            raise UpstreamError(
                "The provider says nothing about the person", where=self.issuer, fix="Write userdata_url."
            )
        return claims

    # Again

    async def check_again(self, user: Any, auth_state: dict[str, Any]) -> Login:
        """By userinfo; with a refresh token, where the access token has ended or does not tell the groups."""
        tokens = auth_state.get("token_response")
        if not isinstance(tokens, dict) or not tokens.get("access_token"):
            raise Expired("There is no token to ask with", where=self.issuer)
        await self.prepare_login()
        tokens = dict(await self._renewals.newest(tokens))
        if tokens.get("refresh_token") and self._has_to_renew(tokens):
            tokens = await self._with_claims(tokens)
        try:
            model = await self._token_to_auth_model(tokens)
        except Expired:
            if not tokens.get("refresh_token"):
                raise
            tokens = await self._with_claims(tokens)
            model = await self._token_to_auth_model(tokens)
        return self.check_subject(self.login_of(model), auth_state)

    def _has_to_renew(self, tokens: dict[str, Any]) -> bool:
        ends = tokens.get(EXPIRES_AT)
        has_ended = isinstance(ends, int | float) and time.time() > ends - MARGIN_SECONDS
        # Groups that the id_token names are as old as it is, and Entra's userinfo has none.
        signed = tokens.get(CLAIMS)
        named = claimed_groups(signed if isinstance(signed, dict) else {}, tuple(self.group_claims))
        return has_ended or bool(named.groups or named.missing)

    async def _with_claims(self, tokens: dict[str, Any]) -> dict[str, Any]:
        fresh = await self.renewed(tokens)
        old, new = tokens.get(CLAIMS), fresh.get(CLAIMS)
        if new is None and old is not None:
            fresh[CLAIMS] = old
        elif isinstance(old, dict) and isinstance(new, dict) and old.get("sub") != new.get("sub"):
            raise Denied("The login service now says that you are somebody else", cause="bound")
        return fresh
