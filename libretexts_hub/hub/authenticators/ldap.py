"""Who logs in with a password that an LDAP directory checks, and what are they there?"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from jupyterhub.auth import Authenticator
from traitlets import default

from libretexts_hub.clients.upstream import Observer
from libretexts_hub.clients.upstream_errors import Expired
from libretexts_hub.domain.denial import OPERATORS, Denied, FormRefused
from libretexts_hub.domain.directory_groups import DirectoryGroup, listed_in
from libretexts_hub.domain.directory_rules import DISPLAY_NAME, EMAIL, DirectoryRules, check_rules, realm_of
from libretexts_hub.domain.directory_servers import INSECURE, ON_CONNECT, parse_servers, parse_tls
from libretexts_hub.domain.login import Login, LoginGroup, login_in, ours_in
from libretexts_hub.domain.wording import shown
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub import metrics
from libretexts_hub.hub.authenticators.admission import ASK
from libretexts_hub.hub.authenticators.ldap_groups import LDAPGroupSettings
from libretexts_hub.hub.authenticators.ldap_people import LDAPPeopleSettings
from libretexts_hub.hub.authenticators.login_mixin import LoginMixin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from libretexts_hub.domain.bind_refusals import BindRefusal
    from libretexts_hub.domain.directory_person import DirectoryPerson
    from libretexts_hub.domain.directory_servers import DirectoryServer, TlsRules

WHERE = "c.LDAPAuthenticator"
GONE = "Your account is not in the directory any more"


class LDAPAuthenticator(LoginMixin, LDAPPeopleSettings, LDAPGroupSettings, Authenticator):
    """Logins with an LDAP directory or Active Directory; settings of jupyterhub-ldapauthenticator 2 work."""

    @default("checks_without_state")
    def _checks_without_state(self) -> bool:
        return self.directory.settings.is_read_by_service

    def check_configuration(self) -> None:
        """Read all settings and make the client, so that a wrong one stops the hub at its start."""
        super().check_configuration()
        self._name_deprecations()
        try:
            self._pattern = re.compile(self.valid_username_regex)
        except re.error as error:
            raise ConfigurationError(
                f"{self.valid_username_regex!r:.80} is not a regular expression: {error}",
                where=f"{WHERE}.valid_username_regex",
                fix="Correct it.",
            ) from None
        self.rules = self._rules()
        check_rules(self.rules, where=WHERE)
        self.directory = self._directory()
        if not self.directory.settings.is_read_by_service:
            self.log.warning(
                "LDAP: no lookup_dn_search_user, so a removal from a group is seen at the next login only."
            )

    def _rules(self) -> DirectoryRules:
        templates = self.bind_dn_template
        listed = [templates] if isinstance(templates, str) else templates
        return DirectoryRules(
            bind_dn_template=tuple(each for each in listed if each.strip()),
            lookup_dn=self.lookup_dn,
            user_search_base=self.user_search_base or "",
            user_attribute=self.user_attribute or "",
            lookup_filter=self.lookup_dn_search_filter or "({login_attr}={login})",
            bind_attribute=self.lookup_dn_user_dn_attribute or "",
            uses_bind_attribute_as_name=self.use_lookup_dn_username,
            search_filter=self.search_filter,
            subject_attributes=tuple(self.subject_attributes),
            extra_attributes=(*self.attributes, *self.auth_state_attributes),
            member_of_attribute=self.member_of_attribute,
            group_search_base=self.group_search_base,
            group_search_filter=self.group_search_filter,
            group_attributes=tuple(self.group_attributes),
            group_name_attribute=self.group_name_attribute,
            nested_groups=self.nested_groups,
            named_groups=(*(self.allowed_groups or ()), *self.admin_groups),
        )

    def _directory(self) -> Any:
        try:
            # ldap3 is an extra: only who logs in with LDAP needs it.
            from libretexts_hub.clients.directory import Directory, DirectorySettings, LinkLimits
        except ImportError as error:
            raise ConfigurationError(
                f"LDAP needs the package ldap3 ({error})",
                where="JupyterHub.authenticator_class",
                fix="Install libretexts-hub[ldap].",
            ) from None
        strategy = ON_CONNECT if self.use_ssl else self.tls_strategy
        servers = parse_servers(
            self.server_address, self.server_port, strategy, where=f"{WHERE}.server_address"
        )
        tls = parse_tls(
            self.tls_kwargs,
            extra_ca_file=self.certificate_authorities,
            is_strict=self.strict_certificates,
            where=f"{WHERE}.tls_kwargs",
        )
        self._name_insecure(servers, tls)
        settings = DirectorySettings(
            servers=servers,
            rules=self.rules,
            tls=tls,
            account=self.lookup_dn_search_user or "",
            password=self.lookup_dn_search_password or "",
            limits=LinkLimits(math.ceil(self.connect_seconds), self.receive_seconds),
            login_seconds=self.total_seconds,
            threads=self.threads,
        )
        if settings.account and not settings.password.strip():
            raise ConfigurationError(
                "The hub's account at the directory has no password",
                where=f"{WHERE}.lookup_dn_search_password",
                fix="Write it, or leave lookup_dn_search_user out.",
            )
        try:
            observer = Observer(metrics.upstream_asked, metrics.breaker_changed)
            return Directory(settings, log=self.log, observer=observer)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            raise ConfigurationError(
                f"The files for TLS can't be read: {error}",
                where=f"{WHERE}.tls_kwargs",
                fix="Name files in PEM that the hub may read.",
            ) from None

    def _name_insecure(self, servers: tuple[DirectoryServer, ...], tls: TlsRules) -> None:
        for server in servers:
            if server.strategy == INSECURE or not tls.is_checked:
                self.log.error(
                    "LDAP: the connection to %s is INSECURE: whoever is on the way can read every password.",
                    server,
                )

    def _name_deprecations(self) -> None:
        if self.use_ssl:
            self.log.warning('%s.use_ssl is deprecated: write %s.tls_strategy = "on_connect".', WHERE, WHERE)
        elif self.use_ssl is False:
            self.log.warning("%s.use_ssl = False has no effect: leave it out.", WHERE)
        if self.escape_userdn is not None:
            self.log.warning("%s.escape_userdn has no effect: leave it out, names are escaped.", WHERE)

    # Logins

    async def authenticate(self, handler: Any, data: Any = None, **kwargs: Any) -> dict[str, Any] | None:
        """The auth model of a person with the right password; None for a wrong one. Raises Denied."""
        name, password = data.get("username"), data.get("password")
        if not isinstance(name, str):
            # JupyterHub would show it again on the login page, and fail where there is none.
            raise FormRefused("The form has no name in it", cause="form", fix="Log in on the login page.")
        if not isinstance(password, str):
            return None
        if len(name) > 255 or not self._pattern.fullmatch(name):
            self.log.warning("LDAP login of %s refused: not matched by valid_username_regex", shown(name))
            return None
        from libretexts_hub.clients.directory_errors import LoginRefusedError

        try:
            person = await self.directory.log_in(name, password)
        except LoginRefusedError as error:
            refusal: BindRefusal = error.refusal
            if refusal.told:  # and logged, as every denial is
                raise _denied(refusal, name) from None
            self.log.warning("LDAP login of %s refused: %s", shown(name), refusal.reason)
            return None
        return await self.finish(self.login_of_person(person))

    def login_of_person(self, person: DirectoryPerson) -> Login:
        """What the directory says, as all authenticators say it."""
        entry = person.entry
        return Login(
            provider=f"ldap:{realm_of(self.rules, entry.dn)}",
            subject=f"{person.subject_attribute.casefold()}:{person.subject}",
            name=person.name,
            groups=tuple(LoginGroup(group.name, group.number) for group in person.groups),
            is_admin=listed_in(person.groups, self.admin_groups) is not None if self.admin_groups else None,
            display_name=entry.text(*DISPLAY_NAME),
            email=entry.text(EMAIL[0]),
            git_name=entry.text(*DISPLAY_NAME),
            git_email=entry.text(EMAIL[0]),
            state=person.state(self.rules, tuple(self.auth_state_attributes)),
            missing=person.missing,
        )

    async def is_allowed(self, username: str, authentication: dict[str, Any] | None) -> bool:
        """JupyterHub's own rules, or one of allowed_groups."""
        if await super().is_allowed(username, authentication):
            return True
        if authentication is None or not self.allowed_groups:
            return False
        return listed_in(_groups_in(authentication.get("auth_state")), self.allowed_groups) is not None

    def not_allowed(self, missing: Iterable[str] = ()) -> Denied:
        """Groups of a directory are not named to who is outside."""
        if not self.allowed_groups:
            return super().not_allowed()
        return Denied("Your account is in none of the groups that may use this hub", cause="group", fix=ASK)

    async def check_again(self, user: Any, auth_state: dict[str, Any]) -> Login:
        """What the directory says now, read by the hub's own account. Raises Denied, UpstreamError."""
        from libretexts_hub.clients.directory_errors import LoginRefusedError

        known = login_in(auth_state)
        if not self.directory.settings.is_read_by_service:
            if known is None:
                raise Expired("Nothing is kept of the login", where=WHERE, fix="Log in again.")
            return known
        subject, dn = self._subject_of(user.name, auth_state)
        try:
            person = await self.directory.look_up(subject, dn, self.provider_name(user.name))
        except LoginRefusedError as error:
            raise _denied(error.refusal, user.name) from None
        if person is None:
            raise Denied(GONE, cause="gone")
        return self.login_of_person(person)

    def _subject_of(self, name: str, auth_state: dict[str, Any]) -> tuple[tuple[str, str], str]:
        """The immutable id with its attribute, and the name of the entry at the last login where it is known.

        Without auth_state the hub's account is bound to the id all the same. Raises Expired.
        """
        known = (auth_state or {}).get("ldap_user")
        if isinstance(known, dict) and known.get("id"):
            return (str(known.get("id_attribute")), str(known["id"])), str(known.get("dn", ""))
        accounts = self.accounts()
        account = accounts.of_name(name) if accounts is not None else None
        if account is None or not account.provider.startswith("ldap:"):
            raise Expired("The login is not of this directory", where=WHERE, fix="Log in again.")
        attribute, _, text = account.subject.partition(":")
        return (attribute, text), text if attribute == "dn" else ""


def _denied(refusal: BindRefusal, name: str) -> Denied:
    what, _, fix = (refusal.told or "Your account may not be used now").partition(". ")
    where = f"LDAP login of {shown(name)}: {refusal.reason}"
    return Denied(what, cause=refusal.cause, fix=fix or OPERATORS, where=where)


def _groups_in(auth_state: Any) -> list[DirectoryGroup]:
    """The groups that a login keeps: names beside distinguished names, in one order."""
    names = ours_in(auth_state).get("groups") or []
    listed = auth_state.get("ldap_groups") or [] if isinstance(auth_state, dict) else []
    return [DirectoryGroup(dn, str(name.get("name"))) for dn, name in zip(listed, names, strict=False)]
