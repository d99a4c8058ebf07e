"""What is one environment on the menu?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from libretexts_hub.domain.access import ACCESS_KEYS, EVERYBODY, Access, parse_access
from libretexts_hub.domain.availability import ALWAYS, Availability, parse_availability
from libretexts_hub.domain.connections import CONNECTION_KEYS, PLAIN, Connection, parse_connection
from libretexts_hub.domain.entries import Entry, entries
from libretexts_hub.domain.interfaces import Interface, parse_interfaces
from libretexts_hub.domain.life import ALIVE, LIFE_KEYS, Life, parse_life
from libretexts_hub.domain.patterns import compile_pattern
from libretexts_hub.domain.references import is_reference, split_reference
from libretexts_hub.errors import ConfigurationError

if TYPE_CHECKING:
    from libretexts_hub.domain.repositories import RegistrySource, Repository
    from libretexts_hub.domain.tag_policy import Version

SOURCES = ("image", "registry", "pattern")
IMAGE_KEYS = (
    *("name", "description", *SOURCES, "interface", "interfaces", "default", "order", "available", "pin"),
    *("sizes", "minimum_size", "lend_sizes", "like", "pull_policy", "pull_secrets"),
    *CONNECTION_KEYS,
    *ACCESS_KEYS,
    *LIFE_KEYS,
)
PULL_POLICIES = ("Always", "IfNotPresent", "Never")
SECRET_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")


@dataclass(frozen=True)
class Image:
    """One environment: a `reference`, a live `registry`, or `free` for what a person writes themselves.

    `versions` are what was read of a registry; `pin` says that the tag is resolved to a digest before a
    server starts, over `connection` unless it is a live image. `lends_sizes`: whoever may have it may have
    its `sizes` with it. `like` is the slug of another image: for routes and databases it is that one too.
    """

    slug: str
    name: str
    description: str = ""
    reference: str = ""
    registry: RegistrySource | None = None
    free: re.Pattern[str] | None = None
    interfaces: tuple[Interface, ...] = ()
    default: bool = False
    access: Access = EVERYBODY
    available: Availability = ALWAYS
    life: Life = ALIVE
    sizes: tuple[str, ...] | None = None
    minimum_size: str = ""
    lends_sizes: bool = False
    like: str = ""
    pin: bool = False
    pull_policy: str = ""
    pull_secrets: tuple[str, ...] = ()
    connection: Connection = PLAIN
    versions: tuple[Version, ...] = ()

    @property
    def slugs(self) -> tuple[str, ...]:
        """Its own slug, and that of the image that it is like."""
        return (self.slug, self.like) if self.like else (self.slug,)

    def repository_of(self, reference: str) -> Repository:
        """Where a reference of this image is looked up."""
        if self.registry is not None:
            return self.registry.repository
        from libretexts_hub.domain.repositories import Repository

        host, path, _, _ = split_reference(reference)
        return Repository(host, path, self.connection)

    def allows(self, size: str) -> bool:
        """Whether it may be started in the size with this slug."""
        return self.sizes is None or size in self.sizes

    def version(self, tag: str) -> Version | None:
        """The version with this very tag."""
        return next((version for version in self.versions if version.tag == tag), None)


def parse_images(raw: object, *, where: str) -> tuple[Image, ...]:
    """Read the trait `images`. Raises ConfigurationError for the first thing that is wrong."""
    return tuple(_image(entry) for entry in entries(raw, where=where))


def _image(entry: Entry) -> Image:
    entry.only(IMAGE_KEYS)
    source = _source(entry)
    return Image(
        slug=entry.slug,
        name=entry.text("name", default=entry.slug),
        description=entry.text("description", default=""),
        reference=_reference(entry) if source == "image" else "",
        registry=_registry(entry),
        free=compile_pattern(entry.fields["pattern"], where=entry.place("pattern"))
        if source == "pattern"
        else None,
        interfaces=parse_interfaces(entry),
        default=_default(entry),
        access=parse_access(entry),
        available=parse_availability(entry),
        life=parse_life(entry),
        sizes=_allowed_sizes(entry),
        minimum_size=entry.text("minimum_size", default=""),
        lends_sizes=_lends_sizes(entry),
        like=entry.text("like", default=""),
        pin=entry.flag("pin") if "pin" in entry.fields else source != "image",
        connection=_connection(entry),
        pull_policy=_pull_policy(entry),
        pull_secrets=_pull_secrets(entry),
    )


def _registry(entry: Entry) -> RegistrySource | None:
    below = entry.part("registry")
    if below is None:
        return None
    # A hub's start waits for every import, and one without a live menu has no use for this.
    from libretexts_hub.domain.repositories import parse_registry

    return parse_registry(below)


def _source(entry: Entry) -> str:
    written = [key for key in SOURCES if entry.fields.get(key) is not None]
    if len(written) == 1:
        return written[0]
    what = f"{' and '.join(map(repr, written))} exclude each other" if written else "'image' is missing"
    raise ConfigurationError(
        what,
        where=entry.where if written else entry.place("image"),
        fix="Write image: with a reference, registry: for a live menu, or pattern: for what people may name.",
    )


def _connection(entry: Entry) -> Connection:
    for key in CONNECTION_KEYS:
        if key in entry.fields and entry.fields.get("registry") is not None:
            raise ConfigurationError(
                f"{key!r} belongs below registry:", where=entry.place(key), fix="Move it there."
            )
    return parse_connection(entry)


def _reference(entry: Entry) -> str:
    reference = entry.text("image")
    if not is_reference(reference):
        raise ConfigurationError(
            f"{reference!r:.120} is not an image reference",
            where=entry.place("image"),
            fix="Write registry/repository:tag, the repository in lower case.",
        )
    return reference


def _default(entry: Entry) -> bool:
    default = entry.flag("default")
    if default and (entry.fields.get("pattern") is not None or entry.flag("hidden")):
        raise ConfigurationError(
            "The default must be an entry that everybody can see and start as it is",
            where=entry.place("default"),
            fix="Take default: true, hidden: true or pattern: away.",
        )
    return default


def _allowed_sizes(entry: Entry) -> tuple[str, ...] | None:
    allowed = entry.texts("sizes")
    if allowed == ():
        raise ConfigurationError(
            "No size is left for this image",
            where=entry.place("sizes"),
            fix="Name a size, or leave sizes out.",
        )
    return allowed


def _lends_sizes(entry: Entry) -> bool:
    lends = entry.flag("lend_sizes")
    if lends and not entry.fields.get("sizes"):
        raise ConfigurationError(
            "There are no sizes to lend", where=entry.place("lend_sizes"), fix="Write sizes: too."
        )
    return lends


def _pull_policy(entry: Entry) -> str:
    policy = entry.text("pull_policy", default="")
    if policy and policy not in PULL_POLICIES:
        raise ConfigurationError(
            f"{policy!r:.60} is not a pull policy",
            where=entry.place("pull_policy"),
            fix=f"Write {', '.join(PULL_POLICIES)}.",
        )
    return policy


def _pull_secrets(entry: Entry) -> tuple[str, ...]:
    secrets = entry.texts("pull_secrets") or ()
    for secret in secrets:
        if not SECRET_NAME.fullmatch(secret):
            raise ConfigurationError(
                f"{secret!r:.80} is not the name of a Secret",
                where=entry.place("pull_secrets"),
                fix="Write names of Secrets in the namespace of the servers.",
            )
    return secrets
