"""Who may have this? Groups, as an operator writes them, against the groups of a person."""

from collections.abc import Iterable
from dataclasses import dataclass

from libretexts_hub.domain.entries import Entry

ACCESS_KEYS = ("groups", "all_groups", "not_groups")


def folded(groups: Iterable[str]) -> frozenset[str]:
    """Groups as they are compared, in configuration and of a person alike: case-folded, here and nowhere
    else."""
    return frozenset(group.strip().casefold() for group in groups)


@dataclass(frozen=True, slots=True)
class Access:
    """Which groups are needed and which shut out, all folded. `any_of` None asks for none; empty admits
    nobody."""

    any_of: frozenset[str] | None = None
    all_of: frozenset[str] = frozenset()
    none_of: frozenset[str] = frozenset()

    def admits(self, member_of: frozenset[str]) -> bool:
        """Whether a member of these folded groups may have it. Being shut out wins over being let in."""
        if self.any_of is not None and not self.any_of & member_of:
            return False
        return self.all_of <= member_of and not self.none_of & member_of


EVERYBODY = Access()


def parse_access(entry: Entry) -> Access:
    """Read `groups` (any of them), `all_groups` and `not_groups`. Raises ConfigurationError."""
    any_of, all_of, none_of = (entry.texts(key) for key in ACCESS_KEYS)
    if any_of is None and not all_of and not none_of:
        return EVERYBODY
    return Access(None if any_of is None else folded(any_of), folded(all_of or ()), folded(none_of or ()))
