"""Who comes to the site, with which provider, and who may not get in?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.servers.fake_github import FakeGitHub

CAMPUS_IDP, OTHER_IDP = "https://idp.ncsa.example/idp/shibboleth", "https://idp.elsewhere.example"


@dataclass(frozen=True)
class Person:
    """Somebody at a provider. `name` is the hub's, `login` the provider's, `denied` what the page says."""

    slug: str
    login: str
    name: str = ""
    password: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    denied: str = ""
    about: str = ""
    leaves: bool = False

    def __str__(self) -> str:
        return f"{self.login} ({self.slug})"


def _google(login: str, number: str, **more: Any) -> dict[str, Any]:
    return {
        "sub": number,
        "email": f"{login}@a.example",
        "email_verified": True,
        "hd": "a.example",
        "name": login.title(),
    } | more


def _cilogon(login: str, number: int, idp: str = CAMPUS_IDP) -> dict[str, Any]:
    address = f"{login}@{idp.split('/')[2].partition('.')[2]}"
    subject = f"http://cilogon.org/serverA/users/{number}"
    return {"sub": subject, "idp": idp, "eppn": address, "email": address, "name": login.title()}


STUDENT = Person("github", "fry", "github-fry", about="student of the course, and of lsst")
INSTRUCTOR = Person("campus", "kif", "kif", "kif", about="instructor of the course")
RESEARCHER = Person("google", "cubert", "google-cubert", claims=_google("cubert", "1001"), about="HPC group")
VISITOR = Person("cilogon", "nibbler", "cilogon-nibbler", claims=_cilogon("nibbler", 1), about="a visitor")
# Of these the story about weeks; the names say what becomes of them.
IDLER = Person("github", "idler", "github-idler", about="of the course, and forgets a server")
RETURNER = Person("github", "returner", "github-returner", about="of the course, and comes back", leaves=True)
LEAVER = Person("github", "leaver", "github-leaver", about="of the course, and leaves", leaves=True)
DENIED = (
    Person("github", "zapp", denied="libretexts", about="not in the organisation"),
    Person("campus", "leela", password="leela", denied="none of the groups", about="not in the group"),
    Person(
        "google",
        "guest",
        claims={"sub": "1009", "email": "guest@b.example", "email_verified": True, "hd": "b.example"},
        denied="Only accounts of a.example",
        about="of another Workspace",
    ),
    Person(
        "cilogon",
        "stranger",
        claims=_cilogon("stranger", 9, OTHER_IDP),
        denied="People of your organisation may not log in here",
        about="of another organisation",
    ),
)
PEOPLE = (STUDENT, INSTRUCTOR, RESEARCHER, VISITOR, IDLER, RETURNER, LEAVER, *DENIED)
MEMBERS = {"hpc@a.example": ["cubert@a.example"]}
# The number of each at GitHub; files of `fry` are of one million and this.
GITHUB_IDS = {"fry": 5001, "idler": 5002, "returner": 5003, "leaver": 5004, "zapp": 5009}
COURSE_TEAM = 77


def settle(github: FakeGitHub) -> None:
    """Organisations, teams and people of GitHub."""
    github.organization("libretexts", 1)
    github.organization("lsst", 2)
    course = github.team("libretexts", "db101", COURSE_TEAM)
    for login, number in GITHUB_IDS.items():
        member = () if login == "zapp" else ("libretexts", "lsst") if login == "fry" else ("libretexts",)
        person = github.person(login, number, *member, name=login.title())
        if member:
            person.teams.append(course)
