"""How is a person found in the directory? The settings of jupyterhub-ldapauthenticator, under their names."""

from __future__ import annotations

from traitlets import Bool, Dict, Enum, Int, List, Unicode, Union
from traitlets.config import Configurable

from libretexts_hub.domain.directory_servers import BEFORE_BIND, STRATEGIES


class LDAPPeopleSettings(Configurable):
    """Servers, encryption, and how a typed name becomes one entry of the directory."""

    server_address = Union(
        [Unicode(), List(Unicode())],
        help="""
        Name or address of the LDAP server, or several in the order of preference: the next one is asked while
        one does not answer. A port (`host:3389`) or `ldaps://` may be written with each.

        Example: `c.LDAPAuthenticator.server_address = ["ldap1.example.edu", "ldap2.example.edu"]`
        """,
    ).tag(config=True)
    server_port = Int(
        None,
        allow_none=True,
        min=1,
        max=65535,
        help="""
        Port of the servers that are written without one. The default is 636 with
        `tls_strategy = "on_connect"`, else 389.

        Example: `c.LDAPAuthenticator.server_port = 3389`
        """,
    ).tag(config=True)
    tls_strategy = Enum(
        STRATEGIES,
        default_value=BEFORE_BIND,
        help="""
        How the connection is encrypted: `before_bind`, the default, with StartTLS; `on_connect` from its
        beginning (ldaps); `insecure` not at all, so that passwords can be read on the way: a log says so.

        Example: `c.LDAPAuthenticator.tls_strategy = "on_connect"`
        """,
    ).tag(config=True)
    use_ssl = Bool(
        None,
        allow_none=True,
        help="""
        Deprecated: True is `tls_strategy = "on_connect"`, and False has no effect. The log says so.

        Example: `c.LDAPAuthenticator.use_ssl = True`
        """,
    ).tag(config=True)
    tls_kwargs = Dict(
        help="""
        How certificates are checked, in the words of ldap3's Tls: `ca_certs_file`, `ca_certs_path`,
        `ca_certs_data`, `valid_names`, `sni`, `ciphers`, `local_certificate_file`, `local_private_key_file`.
        Empty, the default: against the authorities of the system, for the server's own name. Only
        `validate: CERT_NONE` checks nothing.

        Example: `c.LDAPAuthenticator.tls_kwargs = {"ca_certs_file": "/etc/ssl/campus.pem"}`
        """,
    ).tag(config=True)
    strict_certificates = Bool(
        True,
        help="""
        True, the default: the form of certificates is checked as Python does it, from 3.13 on by the letter
        of RFC 5280. False lets authorities pass that leave out what it wants, as Samba's own does;
        signatures, dates and names are checked as ever.

        Example: `c.LDAPAuthenticator.strict_certificates = False`
        """,
    ).tag(config=True)
    bind_dn_template = Union(
        [List(Unicode()), Unicode()],
        help="""
        With which name of the directory a person logs in there, `{username}` being the one typed; of several
        the first that the password opens. Empty, the default: `lookup_dn` finds the entry.

        Example: `c.LDAPAuthenticator.bind_dn_template = "uid={username},ou=people,dc=example,dc=edu"`
        """,
    ).tag(config=True)
    lookup_dn = Bool(
        False,
        help="""
        Search the entry of a person instead of making its name from `bind_dn_template`. The default is False.
        It needs `user_search_base` and `user_attribute`.

        Example: `c.LDAPAuthenticator.lookup_dn = True`
        """,
    ).tag(config=True)
    user_search_base = Unicode(
        None,
        allow_none=True,
        help="""
        Below which entry people are searched. There is no default; `lookup_dn` needs it.

        Example: `c.LDAPAuthenticator.user_search_base = "ou=people,dc=example,dc=edu"`
        """,
    ).tag(config=True)
    user_attribute = Unicode(
        None,
        allow_none=True,
        help="""
        The attribute with the login name: `uid`, on Active Directory `sAMAccountName`. A person's name at the
        hub is what stands there, not how it was typed. The default is what `bind_dn_template` names.

        Example: `c.LDAPAuthenticator.user_attribute = "uid"`
        """,
    ).tag(config=True)
    lookup_dn_search_filter = Unicode(
        "({login_attr}={login})",
        allow_none=True,
        help="""
        The filter that finds a person. `{login_attr}` is `user_attribute`, `{login}` the typed name, escaped.
        The default compares the two.

        Example: `c.LDAPAuthenticator.lookup_dn_search_filter = "(&(uid=*)({login_attr}={login}))"`
        """,
    ).tag(config=True)
    lookup_dn_search_user = Unicode(
        None,
        allow_none=True,
        help="""
        The account with which the hub reads the directory: people, groups, and both again at every refresh.
        None, the default: anonymously with `lookup_dn`, else each person reads their own entry at the login.

        Example: `c.LDAPAuthenticator.lookup_dn_search_user = "cn=hub,ou=services,dc=example,dc=edu"`
        """,
    ).tag(config=True)
    lookup_dn_search_password = Unicode(
        None,
        allow_none=True,
        help="""
        The password of `lookup_dn_search_user`. None is the default. Better in a Secret and read from the
        environment than written into a file.

        Example: `c.LDAPAuthenticator.lookup_dn_search_password = "from the environment"`
        """,
    ).tag(config=True)
    lookup_dn_user_dn_attribute = Unicode(
        None,
        allow_none=True,
        help="""
        With `lookup_dn`: the attribute whose value fills a `bind_dn_template` that makes no distinguished
        name, such as `{username}@example.edu`. None, the default: people log in with the entry
        that was found.

        Example: `c.LDAPAuthenticator.lookup_dn_user_dn_attribute = "sAMAccountName"`
        """,
    ).tag(config=True)
    use_lookup_dn_username = Bool(
        False,
        help="""
        Take the name at the hub from `lookup_dn_user_dn_attribute` and not from `user_attribute`. The default
        is False.

        Example: `c.LDAPAuthenticator.use_lookup_dn_username = True`
        """,
    ).tag(config=True)
    escape_userdn = Bool(
        None,
        allow_none=True,
        help="""
        Deprecated and without effect: names are always escaped, in names of entries and in filters.

        Example: `c.LDAPAuthenticator.escape_userdn = True`
        """,
    ).tag(config=True)
    valid_username_regex = Unicode(
        r"^[a-z][.a-z0-9_-]*$",
        help="""
        What a typed name must match as a whole before the directory is asked. The default takes ASCII letters
        in lower case, digits, dot, dash and underscore.

        Example: `c.LDAPAuthenticator.valid_username_regex = r"[A-Za-z][.A-Za-z0-9_-]*"`
        """,
    ).tag(config=True)
