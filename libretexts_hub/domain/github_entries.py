"""Which organisations and teams of GitHub did the operator name? Each as it stands in an address."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from libretexts_hub.errors import ConfigurationError

# https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication
# has letters, digits and single dashes; an underscore stands before the short code of an enterprise.
ORGANIZATION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?")
TEAM = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,254})")
EVERYTHING = "all"


@dataclass(frozen=True, order=True)
class Named:
    """An organisation, or one team of it. Both folded: GitHub takes `Jupyter` and `jupyter` for one."""

    organization: str
    team: str = ""

    def __str__(self) -> str:
        """As groups are spelled: `lsst`, `lsst:dm`."""
        return f"{self.organization}:{self.team}" if self.team else self.organization


@dataclass(frozen=True)
class GroupChoice:
    """What of a person's organisations and teams becomes a group. An organisation brings its teams along."""

    is_everything: bool = False
    named: frozenset[Named] = frozenset()

    @property
    def is_nothing(self) -> bool:
        """Whether no organisation and no team becomes a group."""
        return not self.is_everything and not self.named

    def takes(self, one: Named) -> bool:
        """Whether this becomes a group."""
        return self.is_everything or one in self.named or Named(one.organization) in self.named


def parse_entry(raw: object, where: str) -> Named:
    """Read `org` or `org:team`. Raises ConfigurationError."""
    parts = raw.strip().split(":") if isinstance(raw, str) else []
    if not 1 <= len(parts) <= 2:
        raise ConfigurationError(
            f"{raw!r:.80} is neither an organisation nor a team",
            where=where,
            fix="Write org, or org:team; a team within a team is named alone, as org:inner-team.",
        )
    for part, pattern, what in zip(parts, (ORGANIZATION, TEAM), ("an organisation", "a team"), strict=False):
        if not pattern.fullmatch(part):
            raise ConfigurationError(
                f"{part!r:.80} in {raw!r:.80} is not the name of {what} in an address",
                where=where,
                fix="Write it as in https://github.com/orgs/ORG/teams/TEAM, without spaces.",
            )
    return Named(*(part.casefold() for part in parts))


def parse_entries(raw: object, where: str) -> tuple[Named, ...]:
    """Read a list of organisations and teams, each once, in order. Raises ConfigurationError."""
    if isinstance(raw, str) or not isinstance(raw, Iterable):
        raise ConfigurationError(
            f"A list of organisations is needed, not {raw!r:.80}",
            where=where,
            fix='Write ["org", "org:team"].',
        )
    return tuple(sorted({parse_entry(each, where) for each in raw}))


def parse_group_choice(raw: object, where: str) -> GroupChoice:
    """Read a list of organisations and teams, or the word `all`. Raises ConfigurationError."""
    if raw == EVERYTHING:
        return GroupChoice(is_everything=True)
    return GroupChoice(named=frozenset(parse_entries(raw, where)))
