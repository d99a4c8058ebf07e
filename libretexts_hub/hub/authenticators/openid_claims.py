"""Who is it, and of which groups, by the claims of an OpenID provider?"""

from __future__ import annotations

from typing import Any

from tornado import web
from traitlets.config import Configurable

from libretexts_hub.domain.claim_groups import claimed_groups
from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.google_accounts import is_true, text
from libretexts_hub.domain.granted_scopes import not_granted, not_granted_sentence
from libretexts_hub.domain.login import Login, LoginGroup
from libretexts_hub.domain.wording import one_of

GROUP_KEYS = ("auth_state_groups_key", "claim_groups_key")
# For routes: of which university, in which role, how logged in.
ROUTABLE = ("hd", "idp", "idp_name", "affiliation", "eduPersonScopedAffiliation", "tid", "acr")


class OpenIDClaims(Configurable):
    """From `user_info` to a Login."""

    def user_info_to_username(self, user_info: dict[str, Any]) -> str:
        """The name; what is missing is said to the person, who may be able to allow it."""
        claim = self.name_claim(user_info)
        if isinstance(claim, str) and not text(user_info.get(claim)):
            raise self._nameless(f"the claim {claim}")
        try:
            name = super().user_info_to_username(user_info)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, web.HTTPError) as error:
            if isinstance(error, web.HTTPError) and error.status_code == 403:
                raise
            name = ""
        if not isinstance(name, str) or not name.strip():
            raise self._nameless("username_claim")
        return name

    def name_claim(self, user_info: dict[str, Any]) -> Any:
        """The claim that names are made from, or a function."""
        return self.username_claim

    def _nameless(self, where: str) -> Denied:
        return Denied(
            "The login service does not tell this hub your name",
            cause="claim",
            fix="Ask the help desk of your university to release your name and address to this hub.",
            where=where,
        )

    async def get_user_groups(self, auth_state: dict[str, Any]) -> set[str]:
        """Of claims, and of what an operator set up in OAuthenticator's way."""
        named = {group.name for group in self.groups_in(auth_state)[0]}
        if self._has_own_groups():
            found = await super().get_user_groups(auth_state)
            named |= {each.strip().casefold() for each in found if isinstance(each, str)}
        return named

    def _has_own_groups(self) -> bool:
        """Did an operator write OAuthenticator's setting? GenericOAuthenticator has a default for it."""
        sections = [each.__name__ for each in type(self).__mro__ if each.__name__ in self.config]
        return any(key in self.config[section] for section in sections for key in GROUP_KEYS)

    def groups_in(self, auth_state: dict[str, Any]) -> tuple[list[LoginGroup], tuple[str, ...]]:
        """The groups that the claims name, and what could not be learnt."""
        found = claimed_groups(auth_state[self.user_auth_state_key], tuple(self.group_claims))
        return [LoginGroup(name, number) for name, number in found.groups], found.missing

    def claims_of(self, user_info: dict[str, Any]) -> dict[str, Any]:
        """What routes may match on."""
        return {name: user_info[name] for name in ROUTABLE if isinstance(user_info.get(name), str | list)}

    def namespace(self) -> str:
        """Of the subject."""
        return f"oidc:{self.issuer or self.token_url}"

    def subject_of(self, user_info: dict[str, Any]) -> str:
        """The immutable id. Raises Denied."""
        subject = user_info.get(self.subject_claim)
        if isinstance(subject, int) and not isinstance(subject, bool):
            subject = str(subject)
        if not isinstance(subject, str) or not subject or len(subject) > 500:
            raise Denied("The login service does not say which account this is", cause="claim")
        return subject

    def login_of(self, model: dict[str, Any]) -> Login:
        state = model["auth_state"]
        user_info = state[self.user_auth_state_key]
        groups, missing = self.groups_in(state)
        # An operator's own rules may name more; without manage_groups JupyterHub asks for none.
        known = {group.name for group in groups}
        more = [LoginGroup(name) for name in model.get("groups") or () if name not in known]
        # Userinfo and the id_token may call it by different names: every one that is there has to say yes.
        told = (user_info.get("email_verified"), user_info.get("verified_email"))
        verified = [is_true(each) for each in told if each is not None]
        display = text(user_info.get("name")) or text(user_info.get("display_name"))
        return Login(
            provider=self.namespace(),
            subject=self.subject_of(user_info),
            name=model["name"],
            groups=(*groups, *more),
            is_admin=model.get("admin"),
            display_name=display,
            avatar_url=text(user_info.get("picture")),
            email=text(user_info.get("email")),
            email_verified=all(verified) if verified else None,
            git_name=display,
            git_email=text(user_info.get("email")),
            claims=self.claims_of(user_info),
            state=state,
            missing=(*self.lacking(state), *missing),
        )

    def lacking(self, state: dict[str, Any]) -> tuple[str, ...]:
        """Sentences about the scopes that the provider left out of what was asked for."""
        tokens = state.get("token_response")
        granted = tokens.get("scope") if isinstance(tokens, dict) else None
        return tuple(not_granted_sentence(scope) for scope in not_granted(self.scope, granted))

    def check_denials(self, login: Login) -> None:
        super().check_denials(login)
        is_named_by = (
            self.provider_name(login.name).casefold() == login.email.casefold()
            or self.username_claim == "email"
        )
        if login.email and is_named_by and login.email_verified is False:
            raise Denied(
                "Your address is not verified",
                cause="email_unverified",
                fix="Verify it at the service that you log in with, then log in again.",
            )

    def admits(self) -> str:
        """By the groups that the operator names."""
        return (
            f"members of {one_of(sorted(self.allowed_groups))}" if self.allowed_groups else super().admits()
        )
