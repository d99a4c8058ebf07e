"""How do people log in with Google, and which groups of a Workspace are theirs?"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from functools import partial
from typing import Any

from oauthenticator.google import GoogleOAuthenticator
from oauthenticator.oauth2 import OAuthenticator
from traitlets import Bool, Enum, Set, Unicode, default

from libretexts_hub.clients.google import DIRECTORY_SCOPE, IDENTITY_SCOPE, Addresses, GoogleDirectory
from libretexts_hub.clients.google_token import ServiceTokens, read_key_file
from libretexts_hub.clients.upstream_errors import Expired
from libretexts_hub.domain.google_accounts import check_account, text
from libretexts_hub.domain.google_groups import fold_address, has_any, wanted_groups
from libretexts_hub.domain.login import Login, LoginGroup, login_in
from libretexts_hub.domain.service_account import check_url
from libretexts_hub.domain.wording import one_of
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub.authenticators.openid import CLAIMS, OpenIDMixin

# The question about groups that one login has begun already, and for which address.
_ahead: ContextVar[tuple[str, asyncio.Future[Any]] | None] = ContextVar("groups asked ahead", default=None)
ISSUERS = ("https://accounts.google.com", "accounts.google.com")


class GoogleGroupAuthenticator(OpenIDMixin, GoogleOAuthenticator):
    """OAuthenticator's, with groups as `team@a.example`, asked for without a blocking call."""

    # Whoever reads groups in a way of their own overrides `_fetch_member_groups`, and sets this to False.
    requires_keys = True

    allowed_emails = Set(
        Unicode(),
        help="""
        Addresses of accounts that may log in although they are of no Workspace, or of none in hosted_domain.

        Example: `c.GoogleGroupAuthenticator.allowed_emails = {"guest.lecturer@gmail.com"}`
        """,
    ).tag(config=True)

    group_source = Enum(
        ["directory", "cloud_identity"],
        default_value="directory",
        help="""
        Where groups are read. `directory`, the default: the Admin SDK, which lists direct memberships, and
        with include_nested_groups answers for each group that is named in this configuration.
        `cloud_identity`: all groups with nested ones in one question, where the Workspace's edition has it.

        Example: `c.GoogleGroupAuthenticator.group_source = "cloud_identity"`
        """,
    ).tag(config=True)

    offline_access = Bool(
        True,
        help="""
        Whether Google is asked for a refresh token, so that a login can be checked again after an hour.

        Example: `c.GoogleGroupAuthenticator.offline_access = False`
        """,
    ).tag(config=True)

    directory_url = Unicode(
        Addresses.directory,
        help="""
        Where the Admin SDK is asked for groups. The default is Google's own address.

        Example: `c.GoogleGroupAuthenticator.directory_url = "https://admin.googleapis.com"`
        """,
    ).tag(config=True)

    cloud_identity_url = Unicode(
        Addresses.identity,
        help="""
        Where Cloud Identity is asked for groups. The default is Google's own address.

        Example: `c.GoogleGroupAuthenticator.cloud_identity_url = "https://cloudidentity.googleapis.com"`
        """,
    ).tag(config=True)

    @default("issuer")
    def _default_issuer(self) -> str:
        return ISSUERS[0]

    @default("jwks_url")
    def _default_jwks_url(self) -> str:
        return f"{self.google_api_url}/oauth2/v3/certs"

    @default("group_claims")
    def _default_group_claims(self) -> list[str]:
        return []

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._directories: dict[str, GoogleDirectory] = {}

    def issuers(self) -> tuple[str, ...]:
        return ISSUERS if self.issuer in ISSUERS else (self.issuer,)

    def namespace(self) -> str:
        return "google"

    def subject_of(self, user_info: dict[str, Any]) -> str:
        """Version 1 of userinfo calls it `id`."""
        return super().subject_of({"sub": user_info.get("id"), **user_info})

    def authorize_parameters(self) -> dict[str, str]:
        asked = {"access_type": "offline"} if self.offline_access else {}
        # Google then offers accounts of that domain only; whose it is, is checked afterwards.
        is_one = len(self.hosted_domain) == 1 and not self.allowed_emails
        return asked | ({"hd": self.hosted_domain[0]} if is_one else {})

    def check_configuration(self) -> None:
        super().check_configuration()
        me = f"c.{type(self).__name__}"
        for name in ("directory_url", "cloud_identity_url", "google_api_url"):
            check_url(getattr(self, name), where=f"{me}.{name}")
        if self.strip_domain and len(self.hosted_domain) > 1:
            raise ConfigurationError(
                "amy@a.example and amy@b.example would both be amy",
                where=f"{me}.strip_domain",
                fix="Leave strip_domain out, or name one hosted_domain.",
            )
        self._allowed = wanted_groups(self.allowed_google_groups, where=f"{me}.allowed_google_groups")
        self._admins = wanted_groups(self.admin_google_groups, where=f"{me}.admin_google_groups")
        self._admitted = frozenset(fold_address(each) for each in self.allowed_emails)
        if "" in self._admitted:
            raise ConfigurationError(
                "Not each of them is an address", where=f"{me}.allowed_emails", fix='Write {"amy@gmail.com"}.'
            )
        for domain, path in self.google_service_account_keys.items():
            read_key_file(path, where=f"{me}.google_service_account_keys[{domain!r}]")
            if not self.gsuite_administrator.get(domain):
                raise ConfigurationError(
                    f"The service account of {domain} acts as nobody",
                    where=f"{me}.gsuite_administrator",
                    fix=f'Write {{"{domain}": "hub-reader"}} for the administrator hub-reader@{domain}.',
                )
        self._check_keys(me)

    def _check_keys(self, me: str) -> None:
        for name in ("allowed_google_groups", "admin_google_groups"):
            for domain in getattr(self, name):
                if domain not in self.google_service_account_keys and self.requires_keys:
                    raise ConfigurationError(
                        f"Groups of {domain} can't be read without a service account",
                        where=f"{me}.{name}",
                        fix=f'Write google_service_account_keys = {{"{domain}": "/path/to/key.json"}}.',
                    )

    # Who it is

    def user_info_to_username(self, user_info: dict[str, Any]) -> str:
        """The address, or what is before its @ in the one hosted domain."""
        user_info["email"] = text(user_info.get("email"))
        if not fold_address(user_info["email"]):
            check_account(email="", is_verified=False, workspace="", hosted=(), admitted=())
        return super().user_info_to_username(user_info)

    def check_denials(self, login: Login) -> None:
        check_account(
            email=fold_address(login.email),
            is_verified=login.email_verified is True,
            workspace=text(login.claims.get("hd")).casefold(),
            hosted=self.hosted_domain,
            admitted=self._admitted,
        )
        super().check_denials(login)

    async def is_blocked(self, username: str, auth_model: dict[str, Any] | None) -> bool:
        """By name only: the domain was checked, with words."""
        return not super(GoogleOAuthenticator, self).check_blocked_users(username, auth_model)

    async def is_allowed(self, username: str, auth_model: dict[str, Any] | None) -> bool:
        """OAuthenticator's rules, then groups with their domain, then addresses."""
        if auth_model is None or await OAuthenticator.check_allowed(self, username, auth_model):
            return True
        user_info = auth_model["auth_state"][self.user_auth_state_key]
        in_group = has_any(user_info["google_groups"], self._allowed, user_info["domain"])
        return in_group or fold_address(user_info["email"]) in self._admitted

    def admits(self) -> str:
        """By their address, as people know these groups."""
        return f"members of {one_of(sorted(self._allowed))}" if self._allowed else super().admits()

    # Groups

    async def token_to_user(self, token_info: dict[str, Any]) -> dict[str, Any]:
        """Userinfo; its groups are asked for at the same time where the id_token says whose they are."""
        signed = token_info.get(CLAIMS)
        address = fold_address(text(signed.get("email"))) if isinstance(signed, dict) else ""
        if not address or not self._reads_groups:
            _ahead.set(None)
            return await super().token_to_user(token_info)
        asked = asyncio.ensure_future(self._fetch_member_groups(address, address.partition("@")[2]))
        # Of a login that ends before it comes to groups nobody looks at what became of the question.
        asked.add_done_callback(lambda done: done.cancelled() or done.exception())
        _ahead.set((address, asked))
        try:
            return await super().token_to_user(token_info)
        except BaseException:
            asked.cancel()
            _ahead.set(None)
            raise

    @property
    def _reads_groups(self) -> bool:
        return bool(self._allowed or self._admins or self.google_service_account_keys)

    async def _groups_of(self, email: str, domain: str) -> Any:
        """What was asked for ahead, if it was about this address."""
        address, asked = _ahead.get() or ("", None)
        _ahead.set(None)
        if asked is not None and address == fold_address(email):
            return await asked
        return await self._fetch_member_groups(email, domain)

    async def update_auth_model(self, auth_model: dict[str, Any]) -> dict[str, Any]:
        """Groups go into `google_groups`, with their domain."""
        user_info = auth_model["auth_state"][self.user_auth_state_key]
        groups: Any = {}
        if self._reads_groups:
            groups = await self._groups_of(user_info["email"], user_info["domain"])
        user_info["google_groups"] = sorted(groups)
        user_info["google_group_ids"] = dict(groups) if isinstance(groups, dict) else {}
        if self._admins and not auth_model["admin"]:
            auth_model["admin"] = has_any(groups, self._admins, user_info["domain"])
        return auth_model

    async def _fetch_member_groups(
        self, member_email: str, user_email_domain: str, *_args: Any, **_more: Any
    ) -> dict[str, str]:
        """OAuthenticator's method of this name gives names without a domain, one question after another."""
        address = fold_address(member_email)
        directory = self._directory(user_email_domain)
        if directory is None or not address:
            return {}
        nested = self._allowed | self._admins if self.include_nested_groups else frozenset()
        of_domain = frozenset(each for each in nested if each.endswith(f"@{user_email_domain}"))
        return await directory.groups_of(address, nested=of_domain)

    def _directory(self, domain: str) -> GoogleDirectory | None:
        path = self.google_service_account_keys.get(domain)
        if path is not None and domain not in self._directories:
            name = self.gsuite_administrator[domain]
            where = f"c.{type(self).__name__}.google_service_account_keys[{domain!r}]"
            tokens = ServiceTokens(
                self.ask_provider,
                partial(read_key_file, path, where=where),
                scope=DIRECTORY_SCOPE if self.group_source == "directory" else IDENTITY_SCOPE,
                subject=name if "@" in name else f"{name}@{domain}",
            )
            at = Addresses(self.directory_url, self.cloud_identity_url)
            self._directories[domain] = GoogleDirectory(
                self.ask_provider, tokens, source=self.group_source, at=at
            )
        return self._directories.get(domain)

    def groups_in(self, auth_state: dict[str, Any]) -> tuple[list[LoginGroup], tuple[str, ...]]:
        user_info = auth_state[self.user_auth_state_key]
        ids = user_info.get("google_group_ids") or {}
        named = [LoginGroup(name, ids.get(name) or None) for name in user_info.get("google_groups") or ()]
        claimed, missing = super().groups_in(auth_state)
        return [*named, *claimed], missing

    # Again

    async def check_again(self, user: Any, auth_state: dict[str, Any]) -> Login:
        """Without a refresh token and after the hour of the access token, the groups alone are asked for."""
        try:
            return await super().check_again(user, auth_state)
        except Expired:
            known = login_in(auth_state)
            user_info = auth_state.get(self.user_auth_state_key)
            tokens = auth_state.get("token_response")
            has_more = isinstance(tokens, dict) and tokens.get("refresh_token")
            if known is None or not isinstance(user_info, dict) or has_more:
                raise
            if self._directory(str(user_info.get("domain", ""))) is None:
                raise
            return await self._with_new_groups(known, auth_state)

    async def _with_new_groups(self, known: Login, auth_state: dict[str, Any]) -> Login:
        user_info = dict(auth_state[self.user_auth_state_key])
        state = {**known.state, self.user_auth_state_key: user_info}
        model = {"name": known.name, "admin": None, "auth_state": state}
        model = await self.update_auth_model(model)
        if known.name in self.admin_users:
            model["admin"] = True
        if self.manage_groups:
            model = await self._apply_managed_groups(model)
        return self.login_of(model)
