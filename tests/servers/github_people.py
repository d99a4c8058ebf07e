"""Who is at the fake GitHub, and where do they belong?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Organization:
    """`is_approved` False: its owners did not approve the application, so that no list of a person names it.
    `wants_sign_in`: lists leave it out until the person signs in at the organisation's own provider."""

    login: str
    id: int
    is_approved: bool = True
    wants_sign_in: bool = False


@dataclass
class Team:
    slug: str
    id: int
    organization: Organization
    parent: Team | None = None


@dataclass
class Person:
    """`memberships`: organisation -> active or pending."""

    login: str
    id: int
    name: str = ""
    public_email: str | None = None
    emails: list[dict[str, Any]] = field(default_factory=list)
    memberships: dict[str, str] = field(default_factory=dict)
    teams: list[Team] = field(default_factory=list)

    def account(self) -> dict[str, Any]:
        """As /user has it."""
        return {
            "login": self.login,
            "id": self.id,
            "name": self.name or None,
            "email": self.public_email,
            "avatar_url": f"https://avatars.example.org/u/{self.id}",
            "type": "User",
        }


def team_model(team: Team) -> dict[str, Any]:
    """As /user/teams has it: the team around it without what is around that."""
    model = {
        "id": team.id,
        "slug": team.slug,
        "name": team.slug.title(),
        "organization": {"login": team.organization.login, "id": team.organization.id},
        "parent": None,
    }
    if team.parent is not None:
        model["parent"] = {"id": team.parent.id, "slug": team.parent.slug, "name": team.parent.slug.title()}
    return model


def is_in_team(person: Person, organization: str, slug: str) -> bool:
    """Members of a team include those of the teams within it, at any depth."""
    for own in person.teams:
        team: Team | None = own
        while team is not None:
            if (team.organization.login.lower(), team.slug) == (organization.lower(), slug):
                return True
            team = team.parent
    return False
