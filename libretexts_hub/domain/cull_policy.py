"""What may the culler do? The operator's policy as one value; an empty one stops and deletes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from libretexts_hub.domain.cull_fuse import Fuse, parse_fuse
from libretexts_hub.domain.cull_homes import HomeRule, parse_home_rules
from libretexts_hub.domain.cull_protection import Protection, parse_protection
from libretexts_hub.domain.cull_servers import ServerRule, parse_server_rules
from libretexts_hub.domain.entries import Entry
from libretexts_hub.errors import ConfigurationError

POLICY_KEYS = ("servers", "homes", "protect", "fuse")


@dataclass(frozen=True)
class Policy:
    """All of it. `Policy()` does nothing."""

    servers: tuple[ServerRule, ...] = ()
    homes: tuple[HomeRule, ...] = ()
    protect: Protection = field(default_factory=Protection)
    fuse: Fuse = field(default_factory=Fuse)

    @property
    def shortest_inactive(self) -> float | None:
        """Nobody who was active since this many seconds is looked at; None: nobody at all."""
        return min((rule.inactive for rule in self.homes if not rule.orphans), default=None)

    @property
    def looks_for_orphans(self) -> bool:
        """Whether claims of people whom the hub does not have are culled."""
        return any(rule.orphans for rule in self.homes)


def parse_policy(raw: object, *, where: str) -> Policy:
    """Read a policy: the four keys of a file, or of the traits. Raises ConfigurationError."""
    if not isinstance(raw, Mapping):
        raise ConfigurationError(
            f"A policy is a mapping, not {raw!r:.60}", where=where, fix="Write servers: and homes: in it."
        )
    entry = Entry("policy", raw, where)
    entry.only(POLICY_KEYS)
    return Policy(
        servers=parse_server_rules(raw.get("servers") or {}, where=entry.place("servers")),
        homes=parse_home_rules(raw.get("homes") or {}, where=entry.place("homes")),
        protect=parse_protection(entry.part("protect")),
        fuse=parse_fuse(entry.part("fuse")),
    )
