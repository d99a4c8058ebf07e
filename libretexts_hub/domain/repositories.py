"""Which repository of which registry is a menu made from, and what was read there last?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from libretexts_hub.domain.connections import CONNECTION_KEYS, HOST, PLAIN, Connection, parse_connection
from libretexts_hub.domain.durations import parse_duration
from libretexts_hub.domain.entries import Entry
from libretexts_hub.domain.references import split_reference
from libretexts_hub.domain.tag_policy import TAG_POLICY_KEYS, TagPolicy, parse_tag_policy
from libretexts_hub.errors import ConfigurationError

REGISTRY_KEYS = ("repository", "refresh", *CONNECTION_KEYS, *TAG_POLICY_KEYS)
# Docker's own name for its registry, and where its API is: https://docs.docker.com/reference/api/registry/latest/
DOCKER_NAMES = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io"})
DOCKER_HOST = "registry-1.docker.io"
PATH = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*")
DEFAULT_REFRESH = 300.0
SHORTEST_REFRESH = 10.0


@dataclass(frozen=True)
class Repository:
    """What is read, and how: two images that agree in all of it are read once."""

    host: str
    path: str
    connection: Connection = PLAIN

    @property
    def api(self) -> str:
        """The address of the registry's API, without a path."""
        host = DOCKER_HOST if self.host in DOCKER_NAMES else self.host
        return f"{'http' if self.connection.plain_http else 'https'}://{host}"

    @property
    def name(self) -> str:
        """The repository's name in that API."""
        return f"library/{self.path}" if self.host in DOCKER_NAMES and "/" not in self.path else self.path

    def __str__(self) -> str:
        return f"{self.host}/{self.path}"


@dataclass(frozen=True)
class RegistrySource:
    """A live image: a repository, which of its tags are shown, and how often (seconds) it is read."""

    repository: Repository
    policy: TagPolicy
    refresh: float = DEFAULT_REFRESH

    def reference(self, tag: str) -> str:
        """What a person reads and a kubelet understands: `host/path:tag`."""
        return f"{self.repository}:{tag}"


@dataclass(frozen=True)
class Snapshot:
    """What a repository held at `read_at` (seconds since the epoch): its tags, and the digests asked for."""

    tags: tuple[str, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    read_at: float = 0.0


def parse_registry(entry: Entry) -> RegistrySource:
    """Read the part `registry` of an image. Raises ConfigurationError for the first thing that is wrong."""
    entry.only(REGISTRY_KEYS)
    host, path = _name(entry)
    return RegistrySource(
        Repository(host, path, parse_connection(entry)), parse_tag_policy(entry), _refresh(entry)
    )


def _name(entry: Entry) -> tuple[str, str]:
    text = entry.text("repository")
    host, path, tag, digest = split_reference(text)
    if tag or digest or len(text) > 255 or not _is_host(host) or not PATH.fullmatch(path):
        raise ConfigurationError(
            f"{text!r:.120} is not a repository",
            where=entry.place("repository"),
            fix="Write host/path without scheme, tag and digest, such as quay.io/libretexts/default-env.",
        )
    return host, path


def _is_host(text: str) -> bool:
    port = text.rpartition("]")[2].partition(":")[2]
    return HOST.fullmatch(text) is not None and (not port or 0 < int(port) < 65536)


def _refresh(entry: Entry) -> float:
    if "refresh" not in entry.fields:
        return DEFAULT_REFRESH
    seconds = parse_duration(entry.fields["refresh"], where=entry.place("refresh"))
    if seconds < SHORTEST_REFRESH:
        raise ConfigurationError(
            "A registry would soon refuse such a hub",
            where=entry.place("refresh"),
            fix=f"Write {SHORTEST_REFRESH:.0f}s or more; 5m is usual.",
        )
    return seconds
