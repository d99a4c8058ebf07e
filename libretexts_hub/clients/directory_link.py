"""How does one connection to a directory speak: opened with TLS, logged in, searched, cut off from outside?

Everything here blocks and belongs into a thread, except `cut`.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ldap3
from ldap3.core.exceptions import LDAPException
from ldap3.protocol.sasl.sasl import sasl_prep

from libretexts_hub.clients.directory_names import NameNotResolvedError, ServerNames
from libretexts_hub.domain.bind_refusals import PASSWORD_POLICY, WRONG, BindRefusal, refusal_of
from libretexts_hub.domain.directory_entry import DirectoryEntry
from libretexts_hub.domain.directory_servers import BEFORE_BIND, ON_CONNECT, DirectoryServer, TlsRules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PAGE = 500
MOST_ENTRIES = 5000
MOST_ADDRESSES = 3
# noSuchObject: the base is not there, so nobody is; 3 and 4: there would be more than the server gives.
NOTHING_THERE, TIME_LIMIT, SIZE_LIMIT = 32, 3, 4
# What OpenSSL says where only VERIFY_X509_STRICT is not content.
ONLY_STRICT = ("Key Identifier", "not marked critical", "key usage extension", "Basic Constraints of CA")
# A password of spaces, of what no key types, and of what SASLprep takes away is none.
NOTHING_TO_SEE = ("Cc", "Cf", "Zl", "Zp", "Zs")
PAGED_RESULTS = "1.2.840.113556.1.4.319"
# What may go wrong in ldap3: its own, the socket's, and what an answer that is none does to its decoder.
BROKEN = (LDAPException, OSError, ssl.SSLError, ValueError, TypeError, KeyError, IndexError, AttributeError)


class LinkBrokenError(Exception):
    """The connection is of no use any more, or never was. The text is for the log."""


class SearchRefusedError(Exception):
    """The directory answered a search with an error: it may be asked again, but not this."""


@dataclass(frozen=True)
class LinkLimits:
    """Whole seconds that opening, and each wait for octets, may take."""

    connect_seconds: int = 5
    receive_seconds: int = 10


class _CheckedTls(ldap3.Tls):
    """ldap3's own check reads host names in its own way and checks nothing unless told; this is Python's."""

    def __init__(self, rules: TlsRules, context: ssl.SSLContext) -> None:
        super().__init__()
        self._rules = rules
        self._context = context

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        """Encrypt; the certificate and its name are checked in the handshake."""
        name = self._rules.name or connection.server.host
        # The new socket is known before the handshake, which may hang, so that `cut` reaches it.
        connection.socket = self._context.wrap_socket(
            connection.socket, server_hostname=name, do_handshake_on_connect=False
        )
        connection.socket.do_handshake()


class _FoundServer(ldap3.Server):
    """ldap3 would ask the resolver by itself, for as long as that takes, and try the first address only."""

    is_over = False

    def found_at(self, addresses: Sequence[tuple[Any, ...]]) -> None:
        """Connect to these, in this order."""
        # Behind an address ldap3 notes whether it answered, and when.
        self._address_info = [[*each, None, None] for each in addresses]

    @property
    def address_info(self) -> list[list[Any]]:
        """Where the server was found."""
        return self._address_info

    def candidate_addresses(self) -> Iterator[list[Any]]:
        """What ldap3 connects to, until one takes the connection."""
        for each in self._address_info[:MOST_ADDRESSES]:
            if not self.is_over:
                yield each


def tls_context(rules: TlsRules) -> ssl.SSLContext:
    """Raises OSError or ssl.SSLError for files that can't be read."""
    context = ssl.create_default_context(
        cafile=rules.ca_file or None, capath=rules.ca_path or None, cadata=rules.ca_data or None
    )
    if not rules.is_strict:
        # From 3.13 on Python also refuses authorities that leave out what RFC 5280 wants of them, as Samba's
        # own and those of many a campus do. Signatures, dates and names are checked as ever.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if rules.extra_ca_file:
        context.load_verify_locations(rules.extra_ca_file)
    if rules.certificate_file:
        context.load_cert_chain(
            rules.certificate_file, rules.key_file or None, password=rules.key_password or None
        )
    if rules.ciphers:
        context.set_ciphers(rules.ciphers)
    if not rules.is_checked:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def prepared_password(password: str) -> bytes:
    """The octets of a password (RFC 4513, section 5.1.3); none where nothing is left to be checked.

    A bind without a password succeeds at many servers and proves nothing, so nobody may come to one: also
    not by a password of characters that SASLprep maps to nothing.
    """
    if "\0" in password or all(unicodedata.category(letter) in NOTHING_TO_SEE for letter in password):
        return b""
    try:
        text: str = sasl_prep(password)  # type: ignore[no-untyped-call]
    except (ValueError, LDAPException):
        text = password
    return b"" if not text.strip() or "\0" in text else text.encode(errors="replace")


class Link:
    """One connection. Every method raises LinkBrokenError when it ends, is silent, or speaks nonsense."""

    def __init__(
        self,
        server: DirectoryServer,
        tls: TlsRules,
        context: ssl.SSLContext,
        limits: LinkLimits,
        names: ServerNames,
    ) -> None:
        self.server = server
        self._names = names
        self.is_kept = False
        self._is_cut = False
        self._target = _FoundServer(
            server.host,
            port=server.port,
            use_ssl=server.strategy == ON_CONNECT,
            tls=_CheckedTls(tls, context),
            get_info=ldap3.NONE,
            allowed_referral_hosts=[],
            connect_timeout=limits.connect_seconds,
        )
        self._connection = ldap3.Connection(
            self._target,
            auto_bind=ldap3.AUTO_BIND_NONE,
            auto_referrals=False,
            check_names=False,
            raise_exceptions=False,
            receive_timeout=limits.receive_seconds,
        )

    def open(self) -> None:
        """Connect, with TLS as the server's strategy says."""
        with self._breaking("connecting"):
            self._target.found_at(self._names.addresses(self.server.host, self.server.port))
        with self._breaking("connecting"):
            self._connection.open(read_server_info=False)
            if self.server.strategy == BEFORE_BIND and not self._connection.start_tls(read_server_info=False):
                raise LinkBrokenError("StartTLS was refused")

    def bind(self, name: str, password: bytes) -> BindRefusal | None:
        """Log in; None: done. An empty name is an anonymous login, a name without a password none at all."""
        if name and not password:
            return WRONG
        connection: Any = self._connection
        connection.user, connection.password = name or None, password or None
        connection.authentication = ldap3.SIMPLE if name else ldap3.ANONYMOUS
        with self._breaking("logging in"):
            connection.bind(read_server_info=False, controls=[(PASSWORD_POLICY, False, None)])
            result = connection.result
        connection.password = None
        return refusal_of(result["result"], str(result["message"]), _controls(result))

    def search(
        self, base: str, query: str, attributes: Sequence[str], *, only_base: bool = False
    ) -> tuple[DirectoryEntry, ...]:
        """The entries, page after page. Raises SearchRefusedError."""
        found: list[DirectoryEntry] = []
        cookie: bytes | None = None
        connection: Any = self._connection
        while True:
            with self._breaking("searching"):
                connection.search(
                    base,
                    query,
                    search_scope=ldap3.BASE if only_base else ldap3.SUBTREE,
                    attributes=list(attributes),
                    paged_size=None if only_base else PAGE,
                    paged_cookie=cookie,
                )
                result, response = connection.result, connection.response
            # References to other servers are in the response too; nobody follows them.
            found += [
                DirectoryEntry.of(each["dn"], each["raw_attributes"])
                for each in response or ()
                if each["type"] == "searchResEntry"
            ]
            if result["result"] == NOTHING_THERE:
                return ()
            if result["result"] not in (0, TIME_LIMIT, SIZE_LIMIT):
                raise SearchRefusedError(f"{result['description']} {result['message']:.200}".strip())
            cookie = _cookie(result)
            if not cookie or len(found) >= MOST_ENTRIES:
                return tuple(found)

    def close(self) -> None:
        """Say goodbye and hang up."""
        with contextlib.suppress(*BROKEN):
            self._connection.unbind()

    def cut(self) -> None:
        """Hang up from another thread: whoever waits here for an answer waits no more. Blocks nobody."""
        self._is_cut = self._target.is_over = True
        line = self._connection.socket
        if line is not None:
            with contextlib.suppress(OSError, ValueError):
                # Past TLS, whose own goodbye would wait for the other side.
                socket.socket.shutdown(line, socket.SHUT_RDWR)

    @contextlib.contextmanager
    def _breaking(self, doing: str) -> Any:
        if self._is_cut:
            raise LinkBrokenError(f"{doing} {self.server}: it took too long")
        try:
            yield
        except BROKEN as error:
            words = "it took too long" if self._is_cut else _words(error)
            raise LinkBrokenError(f"{doing} {self.server}: {words}") from None


def _words(error: BaseException) -> str:
    if isinstance(error, NameNotResolvedError):
        return str(error)
    text = f"{type(error).__name__}: {error!s:.300}"
    if any(words in text for words in ONLY_STRICT):
        return f"{text}. Have the authority issue proper certificates, or set strict_certificates to False"
    return text


def _controls(result: dict[str, Any]) -> dict[str, bytes]:
    controls = result.get("controls") or {}
    return {oid: each["value"] if isinstance(each["value"], bytes) else b"" for oid, each in controls.items()}


def _cookie(result: dict[str, Any]) -> bytes | None:
    value = (result.get("controls") or {}).get(PAGED_RESULTS, {}).get("value") or {}
    return value.get("cookie") if isinstance(value, dict) else None
