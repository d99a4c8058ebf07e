"""How do people log in with CILogon, through the identity providers that the operator lists?"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from oauthenticator.cilogon import CILogonLoginHandler, CILogonOAuthenticator
from oauthenticator.oauth2 import OAuthenticator
from traitlets import default

from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.google_accounts import text
from libretexts_hub.domain.identity_providers import Provider, is_owner, parse_providers
from libretexts_hub.domain.login_names import normal_name
from libretexts_hub.domain.wording import one_of, shown
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub.authenticators.admission import ASK
from libretexts_hub.hub.authenticators.login_flow import FlowLoginMixin
from libretexts_hub.hub.authenticators.openid import OpenIDMixin

if TYPE_CHECKING:
    from libretexts_hub.domain.login import Login


class CILogonFlowHandler(FlowLoginMixin, CILogonLoginHandler):
    """With CILogon's own parameters: which identity providers it offers."""


class CILogonGroupAuthenticator(OpenIDMixin, CILogonOAuthenticator):
    """OAuthenticator's, with checked id_tokens, groups, and names that two providers can't share."""

    login_handler = CILogonFlowHandler
    providers: dict[str, Provider] = {}

    @default("issuer")
    def _default_issuer(self) -> str:
        return f"https://{self.cilogon_host}"

    @default("jwks_url")
    def _default_jwks_url(self) -> str:
        return f"https://{self.cilogon_host}/oauth2/certs"

    @default("scope")
    def _default_scope(self) -> list[str]:
        return ["openid", "email", "org.cilogon.userinfo", "profile"]

    @default("any_allow_config")
    def _default_any_allow_config(self) -> bool:
        """JupyterHub looks at names of traits; here a provider's own entry may let people in."""
        lets_in = any(each.get("allow_all") or each.get("allowed_domains") for each in self.idps.values())
        return lets_in or self._default_any_allowed()

    def check_configuration(self) -> None:
        super().check_configuration()
        where = f"c.{type(self).__name__}.idps"
        if not self.idps:
            raise ConfigurationError(
                "No identity provider is listed, so nobody could log in",
                where=where,
                fix="Write EntityIDs of https://cilogon.org/idplist, each with a rule for names.",
            )
        self.providers = parse_providers(self.idps, where=where)

    def user_info_to_username(self, user_info: dict[str, Any]) -> str:
        """By the rule of the person's identity provider. Raises Denied."""
        idp = user_info.get("idp")
        if not isinstance(idp, str) or idp not in self.providers:
            raise Denied(
                "People of your organisation may not log in here",
                cause="organisation",
                fix="Open https://cilogon.org/logout, then log in again and choose another.",
            )
        return super().user_info_to_username(user_info)

    def name_claim(self, user_info: dict[str, Any]) -> Any:
        return self.providers[user_info["idp"]].claim

    def check_denials(self, login: Login) -> None:
        super().check_denials(login)
        idp = str(login.state[self.user_auth_state_key].get("idp", ""))
        if not is_owner(self.providers, idp, normal_name(self.provider_name(login.name))):
            raise Denied(
                "Your organisation gives you a name that is another organisation's here",
                cause="name",
                fix="Tell the operators of this hub: a rule for names of your organisation is missing.",
            )

    async def is_allowed(self, username: str, auth_model: dict[str, Any] | None) -> bool:
        """OAuthenticator's rules, with its rule for domains where a claim is missing or is no text."""
        if auth_model is None or await OAuthenticator.check_allowed(self, username, auth_model):
            return True
        user_info = auth_model["auth_state"][self.user_auth_state_key]
        entry = self.idps[user_info["idp"]]
        domains = entry.get("allowed_domains") or ()
        if entry.get("allow_all") or not domains:
            return bool(entry.get("allow_all"))
        claim = entry.get("allowed_domains_claim") or self.name_claim(user_info)
        domain = text(user_info.get(claim)).casefold().rpartition("@")[2]
        if any(fnmatchcase(domain, str(each).casefold()) for each in domains):
            return True
        raise Denied(
            f"Of your organisation only people of {one_of(domains)} may log in here, and you are of "
            f"{shown(domain) if domain else 'no domain that it names'}",
            cause="domain",
            fix=ASK,
        )
