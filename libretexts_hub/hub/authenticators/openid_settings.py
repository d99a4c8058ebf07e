"""What does an operator write about an OpenID provider?"""

from __future__ import annotations

from traitlets import Bool, List, Unicode, default
from traitlets.config import Configurable

from libretexts_hub.clients.jwks import ALGORITHMS
from libretexts_hub.domain.service_account import check_url
from libretexts_hub.errors import ConfigurationError


class OpenIDSettings(Configurable):
    """Traits of every authenticator that believes an OpenID provider."""

    issuer = Unicode(
        help="""
        The provider's issuer, exactly as its id_tokens have it. Where jwks_url is empty, the provider's
        addresses are looked up in its discovery document when the first person logs in.

        Example: `c.OIDCGroupAuthenticator.issuer = "https://keycloak.a.example/realms/university"`
        """,
    ).tag(config=True)

    jwks_url = Unicode(
        help="""
        Where the provider publishes the keys that it signs with. Empty, the default: as discovered.

        Example: `c.OIDCGroupAuthenticator.jwks_url = "https://login.a.example/jwks"`
        """,
    ).tag(config=True)

    id_token_algorithms = List(
        Unicode(),
        ["RS256", "ES256"],
        help="""
        How id_tokens may be signed. Only ways with a public key are possible.

        Example: `c.OIDCGroupAuthenticator.id_token_algorithms = ["PS256"]`
        """,
    ).tag(config=True)

    require_id_token = Bool(
        True,
        help="""
        Whether a login without a signed id_token is refused, as it is by default. An id_token that is there
        is always checked.

        Example: `c.OIDCGroupAuthenticator.require_id_token = False`
        """,
    ).tag(config=True)

    group_claims = List(
        Unicode(),
        ["isMemberOf", "groups"],
        help="""
        The claims that name groups, all of which become groups of the hub. A dot goes into a claim within a
        claim. Texts, lists, and things with a name and an id are read, and `/physics/ta` is `physics/ta`.

        Example: `c.OIDCGroupAuthenticator.group_claims = ["realm_access.roles"]`
        """,
    ).tag(config=True)

    subject_claim = Unicode(
        "sub",
        help="""
        The claim with the immutable id that the account is bound to.

        Example: `c.OIDCGroupAuthenticator.subject_claim = "oid"`
        """,
    ).tag(config=True)

    @default("scope")
    def _default_scope(self) -> list[str]:
        return ["openid", "email", "profile"]

    def check_settings(self) -> None:
        """Raises ConfigurationError."""
        me = f"c.{type(self).__name__}"
        is_named = self.authorize_url and self.token_url and self.userdata_url
        if not self.issuer and (self.require_id_token or not is_named):
            raise ConfigurationError(
                "There is no issuer",
                where=f"{me}.issuer",
                fix="Write the address that the provider names itself by. For plain OAuth without id_tokens: "
                "require_id_token = False, authorize_url, token_url and userdata_url.",
            )
        for name in ("issuer", "jwks_url", "authorize_url", "token_url", "userdata_url"):
            if getattr(self, name):
                check_url(getattr(self, name), where=f"{me}.{name}")
        unknown = [each for each in self.id_token_algorithms if each not in ALGORITHMS]
        if unknown or not self.id_token_algorithms:
            raise ConfigurationError(
                f"An id_token can't be signed with {', '.join(unknown) or 'nothing'}",
                where=f"{me}.id_token_algorithms",
                fix=f"Take some of {', '.join(ALGORITHMS)}.",
            )
        if not self.validate_server_cert or self.http_request_kwargs:
            raise ConfigurationError(
                "validate_server_cert and http_request_kwargs are of a client that is not used here",
                where=me,
                fix="Set certificate_authorities to a file; a proxy is taken from the environment.",
            )
