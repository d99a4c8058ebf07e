"""Where is the directory, how is the connection encrypted, and how is its certificate checked?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from libretexts_hub.errors import ConfigurationError

BEFORE_BIND, ON_CONNECT, INSECURE = "before_bind", "on_connect", "insecure"
STRATEGIES = (BEFORE_BIND, ON_CONNECT, INSECURE)
PORTS = {BEFORE_BIND: 389, ON_CONNECT: 636, INSECURE: 389}
# The keywords of ldap3.Tls, which tls_kwargs of jupyterhub-ldapauthenticator takes.
TLS_KEYS = (
    "local_private_key_file",
    "local_certificate_file",
    "validate",
    "version",
    "ssl_options",
    "ca_certs_file",
    "valid_names",
    "ca_certs_path",
    "ca_certs_data",
    "local_private_key_password",
    "ciphers",
    "sni",
)
# ssl.CERT_NONE, CERT_OPTIONAL and CERT_REQUIRED, by number and by name.
CHECKS = {0: False, "CERT_NONE": False, 1: True, "CERT_OPTIONAL": True, 2: True, "CERT_REQUIRED": True}


@dataclass(frozen=True)
class DirectoryServer:
    """One server; `strategy` is before_bind (StartTLS), on_connect (ldaps) or insecure."""

    host: str
    port: int
    strategy: str = BEFORE_BIND

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'ldaps' if self.strategy == ON_CONNECT else 'ldap'}://{host}:{self.port}"


@dataclass(frozen=True)
class TlsRules:
    """What a certificate is checked with.

    `ca_file`, `ca_path` and `ca_data` stand in place of the system's authorities, `extra_ca_file`
    beside them. `name` is what the certificate must hold where it is not the server's own name.
    `is_strict` leaves it to Python whether an authority has to be made by the letter of RFC 5280.
    """

    is_checked: bool = True
    is_strict: bool = True
    ca_file: str = ""
    ca_path: str = ""
    ca_data: str = ""
    extra_ca_file: str = ""
    certificate_file: str = ""
    key_file: str = ""
    key_password: str = ""
    ciphers: str = ""
    name: str = ""


def parse_servers(
    addresses: str | Sequence[str], port: int | None, strategy: str, *, where: str
) -> tuple[DirectoryServer, ...]:
    """Hosts, `host:port` or URLs, in the order of preference; in one text, separated by commas or spaces.

    `port` holds for those that name none. Raises ConfigurationError.
    """
    listed = addresses.replace(",", " ").split() if isinstance(addresses, str) else list(addresses)
    if not listed:
        raise ConfigurationError(
            "No LDAP server is named", where=where, fix='Write server_address: "ldap.example.edu".'
        )
    return tuple(dict.fromkeys(_server(each, port, strategy, where) for each in listed))


def _server(address: object, port: int | None, strategy: str, where: str) -> DirectoryServer:
    text = address.strip() if isinstance(address, str) else ""
    is_url = "://" in text
    # Several colons and no bracket: an address of IPv6 without a port.
    bare = f"[{text}]" if not is_url and text.count(":") > 1 and not text.startswith("[") else text
    try:
        parts = urlsplit(bare if is_url else f"ldap://{bare}")
        host, own_port = parts.hostname, parts.port
    except ValueError:
        host, own_port, parts = None, None, urlsplit("")
    if not host or parts.scheme not in ("ldap", "ldaps") or parts.path.strip("/") or parts.username:
        raise ConfigurationError(
            f"{text!r:.80} is not the address of an LDAP server",
            where=where,
            fix="Write a name such as ldap.example.edu, with a port ldap.example.edu:3389, or ldaps://...",
        )
    if parts.scheme == "ldaps":
        strategy = ON_CONNECT
    return DirectoryServer(host, own_port or port or PORTS[strategy], strategy)


def parse_tls(
    options: Mapping[str, object], *, extra_ca_file: str = "", is_strict: bool = True, where: str
) -> TlsRules:
    """Read tls_kwargs. Raises ConfigurationError for what is unknown or would be without effect."""
    for key in options:
        if key not in TLS_KEYS:
            raise ConfigurationError(
                f"{key!r:.60} is no option of TLS", where=where, fix=f"There are {', '.join(TLS_KEYS)}."
            )
    for key in ("version", "ssl_options"):
        if options.get(key):
            raise ConfigurationError(
                f"{key} is not taken: Python's own choice is safe",
                where=f"{where}.{key}",
                fix="Leave it out; ciphers is there for servers that are old.",
            )
    return TlsRules(
        is_checked=_is_checked(options.get("validate", 2), f"{where}.validate"),
        is_strict=is_strict,
        ca_file=_text(options, "ca_certs_file", where),
        ca_path=_text(options, "ca_certs_path", where),
        ca_data=_text(options, "ca_certs_data", where),
        extra_ca_file=extra_ca_file,
        certificate_file=_text(options, "local_certificate_file", where),
        key_file=_text(options, "local_private_key_file", where),
        key_password=_text(options, "local_private_key_password", where),
        ciphers=_text(options, "ciphers", where),
        name=_name(options, where),
    )


def _is_checked(value: object, where: str) -> bool:
    known = CHECKS.get(value) if isinstance(value, int | str) else None
    if known is None or isinstance(value, bool):
        raise ConfigurationError(
            f"{value!r:.40} is no way to check a certificate",
            where=where,
            fix="Leave it out: certificates are checked. validate: CERT_NONE checks nothing.",
        )
    return known


def _text(options: Mapping[str, object], key: str, where: str) -> str:
    value = options.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ConfigurationError(
            f"{key} must be a text", where=f"{where}.{key}", fix=f'Write {key}: "/etc/ssl/certs/campus.pem".'
        )
    return value


def _name(options: Mapping[str, object], where: str) -> str:
    """The name that the certificate must hold, where it is not the server's: sni, or one valid name."""
    listed = options.get("valid_names") or []
    names = [listed] if isinstance(listed, str) else listed
    if (
        not isinstance(names, list | tuple)
        or len(names) > 1
        or not all(isinstance(one, str) for one in names)
    ):
        raise ConfigurationError(
            "valid_names takes one name", where=f"{where}.valid_names", fix='Write valid_names: ["ldap"].'
        )
    if "*" in names:
        raise ConfigurationError(
            "The name * would let every certificate pass",
            where=f"{where}.valid_names",
            fix="Write the name that the server's certificate holds.",
        )
    return names[0] if names else _text(options, "sni", where)
