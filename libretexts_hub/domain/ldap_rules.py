"""Which settings of a login with LDAP are unsafe, refused at the start, or do less than they seem to?"""

from collections.abc import Iterator, Mapping

from libretexts_hub.domain.directory_servers import (
    BEFORE_BIND,
    INSECURE,
    ON_CONNECT,
    STRATEGIES,
    DirectoryServer,
    parse_servers,
    parse_tls,
)
from libretexts_hub.domain.findings import Finding, error, info, of_error, warning
from libretexts_hub.domain.site import Site
from libretexts_hub.errors import ConfigurationError

LDAP = "LDAPAuthenticator"
NEEDED = {"user_search_base": "ou=people,dc=example,dc=edu", "user_attribute": "uid"}


def ldap_findings(site: Site) -> Iterator[Finding]:
    """All of them, in no order; none where people log in otherwise."""
    if LDAP in site.authenticator:
        for rule in (_servers, _encryption, _people, _service, _deprecated):
            yield from rule(site)


def ldap_servers(site: Site) -> tuple[str, tuple[DirectoryServer, ...]]:
    """The place of the setting, and the servers. Raises ConfigurationError for what is no address."""
    where, written = site.find(site.authenticator, "server_address", "")
    _, port = site.find(site.authenticator, "server_port")
    addresses = written if isinstance(written, str | list | tuple) else ""
    return where, parse_servers(
        addresses, port if isinstance(port, int) else None, _strategy(site), where=where
    )


def _strategy(site: Site) -> str:
    _, is_ldaps = site.find(site.authenticator, "use_ssl")
    _, strategy = site.find(site.authenticator, "tls_strategy", BEFORE_BIND)
    return ON_CONNECT if is_ldaps else str(strategy) if strategy in STRATEGIES else BEFORE_BIND


def _servers(site: Site) -> Iterator[Finding]:
    try:
        where, servers = ldap_servers(site)
    except ConfigurationError as wrong:
        yield of_error(wrong)
        return
    if len(servers) == 1:
        yield info(
            "There is one LDAP server: while it is away nobody can log in",
            where,
            "Write a second one behind it, if the directory has a replica.",
        )


def _encryption(site: Site) -> Iterator[Finding]:
    where, options = site.find(site.authenticator, "tls_kwargs", {})
    try:
        tls = parse_tls(options if isinstance(options, Mapping) else {}, where=where)
    except ConfigurationError as wrong:
        yield of_error(wrong)
    else:
        if not tls.is_checked:
            yield warning(
                "Certificates are not checked: who answers in place of the directory gets every password",
                f"{where}.validate",
                "Remove it, and name the authority of the certificates in ca_certs_file.",
            )
    where, strategy = site.find(site.authenticator, "tls_strategy")
    if strategy == INSECURE:
        yield warning(
            "Passwords go to the directory unencrypted",
            where,
            "Remove it (StartTLS), or write on_connect (ldaps).",
        )


def _people(site: Site) -> Iterator[Finding]:
    where, searches = site.find(site.authenticator, "lookup_dn", False)
    _, template = site.find(site.authenticator, "bind_dn_template")
    if not searches and not template:
        yield error(
            "Nothing says how a person is found in the directory",
            where,
            "Write bind_dn_template, or lookup_dn: true with user_search_base and user_attribute.",
        )
    for name, example in NEEDED.items() if searches else ():
        where, value = site.find(site.authenticator, name)
        if not value:
            yield error(f"lookup_dn needs {name}", where, f"Write it, as in {name}: {example}.")


def _service(site: Site) -> Iterator[Finding]:
    where, account = site.find(site.authenticator, "lookup_dn_search_user")
    if account:
        return
    _, searches = site.find(site.authenticator, "lookup_dn", False)
    if searches:
        yield warning(
            "The directory is searched anonymously, which many allow for few attributes or not at all",
            where,
            "Name an account that may read people and groups.",
        )
    else:
        yield info(
            "The hub has no account at the directory: a removal from a group is seen at the next login only",
            where,
            "Name an account that may read people and groups.",
        )


def _deprecated(site: Site) -> Iterator[Finding]:
    for name, fix in (
        ("use_ssl", "Write tls_strategy: on_connect, or remove it where it is false."),
        ("escape_userdn", "Remove it: names are always escaped."),
    ):
        where, value = site.find(site.authenticator, name)
        if value is not None:
            yield info(f"{name} is deprecated", where, fix)
