"""Of which groups is a person a member, also through other groups, when groups may hold each other?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from libretexts_hub.domain.directory_entry import DirectoryEntry
from libretexts_hub.domain.directory_text import Rdn, escape_filter, first_value, parse_dn

# Active Directory's LDAP_MATCHING_RULE_IN_CHAIN climbs on the server.
IN_CHAIN = "1.2.840.113556.1.4.1941"
BATCH = 40
MOST_GROUPS = 1000
LONGEST_NAME = 255


@dataclass(frozen=True)
class DirectoryGroup:
    """A group: its distinguished name, what it is called, and its gidNumber where it has one."""

    dn: str
    name: str
    number: int | None = None


def group_of(entry: DirectoryEntry, name_attribute: str) -> DirectoryGroup | None:
    """The group that this entry is; None where it has no usable name."""
    name = entry.text(name_attribute)
    if not name or len(name) > LONGEST_NAME:
        return None
    return DirectoryGroup(entry.dn, name, entry.number("gidNumber"))


def group_named(dn: str, name_attribute: str) -> DirectoryGroup | None:
    """The group of this distinguished name, where the name itself says what the group is called."""
    name = first_value(dn, name_attribute)
    is_usable = bool(name) and len(name) <= LONGEST_NAME and name.isprintable()
    return DirectoryGroup(dn, name) if is_usable else None


class GroupClimb:
    """From groups to the groups that hold them, breadth first. Each is asked about once, so cycles end."""

    def __init__(self, first: Iterable[str], *, most: int = MOST_GROUPS) -> None:
        self._seen: set[tuple[Rdn, ...]] = set()
        self._waiting: list[str] = []
        self._most = most
        self.add(first)

    @property
    def is_cut(self) -> bool:
        """Whether there were more groups than anybody can be in; the rest was not looked at."""
        return len(self._seen) >= self._most

    def add(self, names: Iterable[str]) -> None:
        """Groups that were found; those known already count no more."""
        for name in names:
            parsed = parse_dn(name)
            if parsed is None or parsed in self._seen or len(self._seen) >= self._most:
                continue
            self._seen.add(parsed)
            self._waiting.append(name)

    def next(self, size: int = BATCH) -> tuple[str, ...]:
        """The next groups whose holders have to be searched; none: the climb is over."""
        batch, self._waiting = self._waiting[:size], self._waiting[size:]
        return tuple(batch)


def holders_filter(names: Sequence[str], member_attributes: Sequence[str]) -> str:
    """The filter for groups that hold one of these."""
    tests = (f"({each}={escape_filter(name)})" for name in names for each in member_attributes)
    return f"(|{''.join(tests)})"


def in_chain_filter(name: str) -> str:
    """The filter for all groups that hold this entry, directly or not, on Active Directory."""
    return f"(member:{IN_CHAIN}:={escape_filter(name)})"


def any_of(*queries: str) -> str:
    """The filter for what one of these finds; empty ones find nothing."""
    given = [query for query in queries if query]
    return given[0] if len(given) == 1 else f"(|{''.join(given)})"


def with_sid(sid: bytes) -> str:
    """The filter for the group with this SID; empty for none."""
    return f"(objectSid={escape_filter(sid)})" if sid else ""


def merged(groups: Iterable[DirectoryGroup]) -> tuple[DirectoryGroup, ...]:
    """Each group once, by its distinguished name; one with a number is kept before one without."""
    found: dict[tuple[Rdn, ...], DirectoryGroup] = {}
    for group in groups:
        key = parse_dn(group.dn)
        if key is not None and (key not in found or found[key].number is None):
            found[key] = group
    return tuple(found.values())


def listed_in(groups: Iterable[DirectoryGroup], wanted: Sequence[str]) -> DirectoryGroup | None:
    """The first group that is among `wanted`: by distinguished name where one is written, else by name."""
    names = {each.strip().casefold() for each in wanted if "=" not in each}
    parsed = {parse_dn(each) for each in wanted if "=" in each} - {None}
    for group in groups:
        if group.name.casefold() in names or parse_dn(group.dn) in parsed:
            return group
    return None
