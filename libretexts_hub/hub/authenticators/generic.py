"""How does a hub use any provider that speaks OpenID Connect, with YAML alone?"""

from oauthenticator.generic import GenericOAuthenticator

from libretexts_hub.hub.authenticators.oauth import OAuthLoginMixin


class GenericLoginAuthenticator(OAuthLoginMixin, GenericOAuthenticator):
    """`GenericOAuthenticator` with all of `LoginMixin`; its settings are those of both."""
