"""How do people log in with GitHub? Organisations admit; they and their teams become groups with numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any

from oauthenticator.github import GitHubOAuthenticator

from libretexts_hub.clients.github import GitHub, Known, Wanted
from libretexts_hub.clients.upstream_errors import Expired, UpstreamError
from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.github_membership import Membership, numbered
from libretexts_hub.domain.github_scopes import lacking, lacking_sentence
from libretexts_hub.domain.github_words import (
    EXPIRED_REFRESH,
    hidden_sentence,
    no_token,
    not_a_member,
    settings_page,
)
from libretexts_hub.domain.granted_scopes import split_scopes
from libretexts_hub.domain.login import Login, LoginGroup
from libretexts_hub.hub.authenticators.github_settings import PLACE, GitHubSettings
from libretexts_hub.hub.authenticators.oauth import OAuthMixin

# Tokens of a GitHub App begin so: they have permissions of the app, and no scopes.
APP_TOKEN = "ghu_"  # noqa: S105 - the beginning of every such token
# RFC 6750, section 2.1: what can stand in a header.
TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,4000}")


@dataclass(frozen=True, repr=False)
class GitHubLogin(Login):
    """With what decides who is admitted; it is not stored. `lacking` are sentences about scopes."""

    membership: Membership = field(default_factory=Membership)
    lacking: tuple[str, ...] = ()


class GitHubOrgAuthenticator(OAuthMixin, GitHubSettings, GitHubOAuthenticator):  # type: ignore[misc]
    """GitHub's organisations and teams, in two round trips.

    All settings of oauthenticator's GitHubOAuthenticator work, in its section of the configuration too.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.github = GitHub(self.upstream, self.github_api, user_url=self.userdata_url)
        self.say_scopes()

    def check_configuration(self) -> None:
        """Raise ConfigurationError for what would fail, or be unsafe, at the first login."""
        super().check_configuration()
        self.check_github()

    # What GitHub says ---------------------------------------------------------------------------------------

    async def get_token_info(self, handler: Any, params: dict[str, Any]) -> dict[str, Any]:
        """The answer to a code or to a refresh token, with its token. It is in no log and no error."""
        form = {name: str(value) for name, value in params.items() if value is not None}
        answer = await self.github.token(self.token_url, form, self.build_token_info_request_headers())
        token, error = answer.get("access_token"), answer.get("error")
        if isinstance(token, str) and TOKEN.fullmatch(token):
            kind = answer.get("token_type")
            return {**answer, "token_type": kind if isinstance(kind, str) and kind.isalpha() else "bearer"}
        if error == EXPIRED_REFRESH:
            raise Expired("The refresh token is no longer good", where=self.github_url, fix="Log in again.")
        if isinstance(error, str) and (denial := no_token(error)):
            raise denial
        name = error if isinstance(error, str) and error.replace("_", "a").isalnum() else "no reason given"
        raise UpstreamError(
            f"GitHub gives no token ({name[:60]})",
            where=self.github_url,
            fix=f"Compare {PLACE('client_id')}, its secret and oauth_callback_url with the app at GitHub.",
        )

    async def _token_to_auth_model(self, token_info: dict[str, Any]) -> dict[str, Any]:
        """As oauthenticator's, for login and refresh, but everything is asked for at once."""
        authorization = self.build_userdata_request_headers(
            token_info["access_token"], token_info["token_type"]
        )["Authorization"]
        known = await self.github.read(authorization, self._wanted())
        # What GitHub says now is newer than what it said with the token.
        scopes = split_scopes(token_info.get("scope")) if known.scopes is None else known.scopes
        user_info = dict(known.user)
        if not user_info.get("email") and known.address.is_verified:
            user_info["email"] = known.address.email
        state = self.build_auth_state_dict(token_info, user_info)
        state = await state if isawaitable(state) else state
        state |= {"scope": list(scopes), **self._belongings(known)}
        if self.modify_auth_state_hook is not None:
            state = await self._call_modify_auth_state_hook(state)
        name = self._name(user_info)
        model = {"name": name, "admin": name in self.admin_users or None, "auth_state": state}
        model = await self.update_auth_model(model)
        if self.manage_groups:
            model = await self._apply_managed_groups(model)
        return model | {"login": self._login(known, model, self._lacking(token_info, scopes))}

    async def update_auth_model(self, auth_model: dict[str, Any]) -> dict[str, Any]:
        """For subclasses: everything has been asked for already."""
        return auth_model

    async def get_user_groups(self, auth_state: dict[str, Any]) -> set[str]:
        """Organisations and teams, and what `auth_state_groups_key` says, where it is set."""
        groups = {each["name"] for each in auth_state.get("github_belongs", [])}
        if self.auth_state_groups_key:
            groups |= await super().get_user_groups(auth_state)
        return groups

    def login_of(self, model: dict[str, Any]) -> Login:
        """The mixin's question about an auth model."""
        login: Login = model["login"]
        return login

    def _wanted(self) -> Wanted:
        choice = self.group_choice
        return Wanted(
            addresses=self.read_email,
            organizations=bool(self.allowed) or not choice.is_nothing,
            teams=self.reads_teams,
            allowed=self.allowed,
            groups=tuple(sorted(choice.named)),
        )

    def _belongings(self, known: Known) -> dict[str, Any]:
        """What auth_state keeps of memberships: `github_groups` have numbers for files."""
        groups = known.membership.groups(self.group_choice)
        admitted_by = known.membership.admitted_by(self.allowed)
        kept: dict[str, Any] = {
            "github_belongs": [{"name": str(named), "id": number} for named, number in groups.items()],
            "github_groups": numbered(groups),
            "github_organizations": numbered({each: groups[each] for each in groups if not each.team}),
            "github_admitted_by": str(admitted_by) if admitted_by else "",
        }
        return kept | ({"teams": list(known.teams)} if self.populate_teams_in_auth_state else {})

    def _name(self, user_info: dict[str, Any]) -> str:
        try:
            return str(self.normalize_username(self.user_info_to_username(user_info)))
        except ValueError:
            raise Denied(
                f"Your account at GitHub has no {self.username_claim}, which this hub takes for your name",
                cause="name",
                fix="Fill it in at GitHub, and log in again.",
            ) from None

    def _lacking(self, token_info: dict[str, Any], scopes: tuple[str, ...]) -> tuple[str, ...]:
        if token_info["access_token"].startswith(APP_TOKEN):
            return ()
        page = settings_page(self.github_url, self.client_id)
        return tuple(lacking_sentence(scope, page) for scope in lacking(self.asked_needed(), scopes))

    def _login(self, known: Known, model: dict[str, Any], sentences: tuple[str, ...]) -> GitHubLogin:
        account, address, state = known.account, known.address, model["auth_state"]
        numbers = {each["name"]: each["id"] for each in state.get("github_belongs", [])}
        hidden = hidden_sentence(known.membership, self.github_url)
        return GitHubLogin(
            provider=f"github:{self.github_url}",
            subject=str(account.id),
            name=model["name"],
            groups=tuple(LoginGroup(name, numbers.get(name)) for name in model.get("groups", ())),
            is_admin=model["admin"],
            display_name=account.name or account.login,
            avatar_url=account.avatar_url,
            email=address.email,
            email_verified=address.is_verified,
            git_name=account.name or account.login,
            git_email=account.public_email or (address.email if address.is_verified else ""),
            state=state,
            missing=(*sentences, *([hidden] if hidden else [])),
            membership=known.membership,
            lacking=sentences,
        )

    # Who is let in ------------------------------------------------------------------------------------------

    def check_denials(self, login: Login) -> None:
        """Raise Denied for who belongs to no organisation that admits: with `allow_all` too, and admins."""
        super().check_denials(login)
        allowed = self.allowed
        if allowed and isinstance(login, GitHubLogin) and login.membership.admitted_by(allowed) is None:
            raise not_a_member(
                login.name,
                allowed,
                login.membership,
                github_url=self.github_url,
                client_id=self.client_id,
                lacking=login.lacking,
            )

    async def is_allowed(self, username: str, auth_model: dict[str, Any] | None) -> bool:
        """Organisations admit; whoever is exempt of them needs another `allow` setting."""
        if auth_model and (auth_model.get("auth_state") or {}).get("github_admitted_by"):
            return True
        # Past oauthenticator's own, which would ask GitHub again, organisation by organisation.
        return bool(await super(GitHubOAuthenticator, self).check_allowed(username, auth_model))

    # Later --------------------------------------------------------------------------------------------------

    async def check_again(self, user: Any, auth_state: dict[str, Any]) -> Login:
        """What GitHub says now. Raises Expired when the token, and the refresh token, are no longer good."""
        token_info = auth_state.get("token_response")
        if not isinstance(token_info, dict) or not isinstance(token_info.get("access_token"), str):
            raise Expired("There is no token to ask with", where=self.github_url, fix="Log in again.")
        tokens = {"token_type": "bearer", "refresh_token": auth_state.get("refresh_token"), **token_info}
        if tokens["refresh_token"]:
            tokens = dict(await self._renewals.newest(tokens))
        try:
            model = await self._token_to_auth_model(tokens)
        except Expired:
            if not tokens["refresh_token"]:
                raise
            # A GitHub App may let tokens expire after eight hours; with them goes the refresh token.
            model = await self._token_to_auth_model(await self.renewed(tokens))
        return self.check_subject(self.login_of(model), auth_state)
