"""Where does a person belong at GitHub, what of it is still unknown, and what follows?"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from libretexts_hub.domain.github_answers import Organization, Team
from libretexts_hub.domain.github_entries import GroupChoice, Named

# Ids of teams are counted apart from those of people and organisations, so that a team and an organisation
# may have the same. In `github_groups` those of teams are moved by this; GitHub's accounts are below it.
TEAM_NUMBERS = 500_000_000


class Found(Enum):
    """What GitHub says when asked about one organisation or team. UNKNOWN: it does not say, as for an
    organisation that did not approve this application."""

    MEMBER = "member"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Checked:
    """The answer about one: `id` where it was learnt, `sign_in` where the person has to sign in first."""

    found: Found
    id: int | None = None
    sign_in: str = ""


@dataclass(frozen=True)
class Membership:
    """Active memberships. `hidden`: ids of organisations that want a sign-in at their own provider first.
    `checked`: what was asked one by one."""

    organizations: tuple[Organization, ...] = ()
    teams: tuple[Team, ...] = ()
    hidden: frozenset[int] = frozenset()
    checked: Mapping[Named, Checked] = field(default_factory=dict)

    @property
    def numbers(self) -> dict[Named, int | None]:
        """All that the person belongs to, with its id: who is in a team is in the one around it too."""
        found: dict[Named, int | None] = {each.named: each.id for each in self.organizations}
        found |= {each.named: each.id for each in self.teams}
        for each in self.teams:
            if each.parent is not None:
                found.setdefault(each.parent, each.parent_id)
        for named, answer in self.checked.items():
            if answer.found is Found.MEMBER and found.get(named) is None:
                found[named] = answer.id
        return found

    def with_checked(self, checked: Mapping[Named, Checked]) -> "Membership":
        """The same, with what was asked one by one."""
        return replace(self, checked={**self.checked, **checked})

    def admitted_by(self, allowed: Iterable[Named]) -> Named | None:
        """The first of these to which the person belongs."""
        held = self.numbers
        return next((named for named in allowed if named in held), None)

    def unanswered(self, wanted: Iterable[Named], approved: Collection[str] = ()) -> tuple[Named, ...]:
        """Those of `wanted` about which the lists say nothing.

        The lists leave out organisations that did not approve this application; one that is `approved`, or
        in the list, is not left out. Of nested teams they name only the innermost and the one around it.
        """
        held = self.numbers
        listed = {each.named.organization for each in self.organizations}
        deep = self._deep()
        return tuple(
            named
            for named in dict.fromkeys(wanted)
            if named not in held
            and named not in self.checked
            and (
                named.organization not in listed | set(approved)
                or (bool(named.team) and named.organization in deep)
            )
        )

    def _deep(self) -> set[str]:
        """Organisations in which a team around the person's may be within another one."""
        own = {each.named for each in self.teams}
        return {
            each.named.organization
            for each in self.teams
            if each.parent is not None and each.parent not in own
        }

    def groups(self, choice: GroupChoice) -> dict[Named, int | None]:
        """What becomes a group, with its id, by name."""
        return {named: number for named, number in sorted(self.numbers.items()) if choice.takes(named)}


def numbered(groups: Mapping[Named, int | None]) -> list[dict[str, object]]:
    """Groups with a number for files, which no two of them share: for `provision`, as `github_groups`."""
    found: list[dict[str, object]] = []
    for named, number in groups.items():
        if number is None or (not named.team and number >= TEAM_NUMBERS):
            continue
        found.append({"name": str(named), "id": number + TEAM_NUMBERS if named.team else number})
    return found
