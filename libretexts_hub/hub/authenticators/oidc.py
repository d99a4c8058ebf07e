"""How do people log in with Keycloak, Microsoft Entra ID, or any other OpenID provider?"""

from __future__ import annotations

from oauthenticator.generic import GenericOAuthenticator
from traitlets import default

from libretexts_hub.hub.authenticators.openid import OpenIDMixin


class OIDCGroupAuthenticator(OpenIDMixin, GenericOAuthenticator):
    """One OpenID provider, found by its `issuer`."""

    @default("login_service")
    def _default_login_service(self) -> str:
        return "your university"

    @default("username_claim")
    def _default_username_claim(self) -> str:
        return "preferred_username"
