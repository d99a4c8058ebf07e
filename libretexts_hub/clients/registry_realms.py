"""Who may be asked for a token, and so be shown the credentials of a registry?"""

from urllib.parse import urlsplit

from libretexts_hub.clients.registry_errors import RegistryError
from libretexts_hub.domain.repositories import Repository

# Registries whose tokens come from a host that does not look related.
KNOWN_REALMS = {"registry-1.docker.io": "auth.docker.io", "registry.gitlab.com": "gitlab.com"}
SHARED_DOMAINS = frozenset({"azurecr.io", "pkg.dev", "gcr.io", "amazonaws.com", "jfrog.io", "github.io"})
SECOND_LEVELS = frozenset({"ac", "co", "com", "edu", "gob", "gov", "gv", "net", "or", "org", "sch"})


def check_realm(realm: str, repository: Repository) -> None:
    """Refuse to ask, and to show credentials to, a place that has nothing to do with the registry."""
    fix = "If that is right, write its host as realm: below registry:."
    try:
        asked, registry = urlsplit(realm), urlsplit(repository.api)
        host, own = (asked.hostname or "").lower(), (registry.hostname or "").lower()
        trusted = asked.username is None and _related(host, own, repository.connection.realm)
        if trusted and asked.scheme != "https" and not repository.connection.plain_http:
            trusted, fix = False, "Let the registry know its own address, with https."
    except ValueError:
        trusted = False
    if not trusted or asked.scheme not in ("http", "https"):
        raise RegistryError(
            f"Its tokens come from {realm!r:.100}, which is not trusted", where=str(repository), fix=fix
        )


def _related(host: str, own: str, named: str) -> bool:
    if not host:
        return False
    if host in (own, named.rpartition(":")[0].lower() or named.lower(), KNOWN_REALMS.get(own)):
        return True
    # registry.example.org may be served by auth.example.org or example.org, not by any other .org.
    _, _, parent = own.partition(".")
    return _is_one_owner(parent) and (host == parent or host.endswith(f".{parent}"))


def _is_one_owner(domain: str) -> bool:
    """Whether hosts below this domain belong together. The public suffix list would be sure; without it, what
    looks like `co.uk`, and the domains of hosting companies where registries are, count as shared."""
    labels = domain.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or domain in SHARED_DOMAINS:
        return False
    return len(labels) > 2 or len(labels[-1]) > 2 or labels[-2] not in SECOND_LEVELS
