"""What did GitHub answer? Every answer is read into plain values here, whatever shape it has."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from libretexts_hub.domain.github_entries import Named

# https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api, "SAML single sign-on"
SSO_PARTIAL = re.compile(r"\s*partial-results\s*;\s*organizations=([0-9, ]+)")
SSO_REQUIRED = re.compile(r"\s*required\s*;\s*url=(\S+)")
LONGEST_NAME = 300


class ShapeError(ValueError):
    """An answer of GitHub is not what its documentation says. The text says which; it holds no value."""


@dataclass(frozen=True)
class Account:
    """The person: `id` never changes, `login` may."""

    id: int
    login: str
    name: str = ""
    avatar_url: str = ""
    public_email: str = ""


@dataclass(frozen=True)
class Address:
    """The address that a person uses at GitHub; "" where GitHub does not say one."""

    email: str = ""
    is_verified: bool | None = None


@dataclass(frozen=True)
class Organization:
    """An organisation of which the person is an active member. `id` None: not learnt."""

    named: Named
    id: int | None


@dataclass(frozen=True)
class Team:
    """A team, and the one in which it is nested."""

    named: Named
    id: int | None
    parent: Named | None = None
    parent_id: int | None = None


def read_account(raw: object) -> Account:
    """Read /user. Raises ShapeError."""
    body = raw if isinstance(raw, Mapping) else {}
    number, login = as_id(body.get("id")), _text(body.get("login"))
    if number is None or not login:
        raise ShapeError("GitHub's answer about the account has no id or no login")
    return Account(
        number,
        login,
        _text(body.get("name")),
        _text(body.get("avatar_url")),
        _text(body.get("email")),
    )


def read_address(raw: object, account: Account) -> Address:
    """Read /user/emails: the primary address. Without it the public one, which GitHub shows verified only."""
    for each in _rows(raw, "e-mail addresses"):
        if each.get("primary") is True and (email := _text(each.get("email"))):
            return Address(email, each.get("verified") is True)
    return Address(account.public_email, True) if account.public_email else Address()


def read_organizations(raw: object) -> tuple[Organization, ...]:
    """Read /user/memberships/orgs: active memberships alone; who is invited does not belong yet."""
    found: dict[Named, Organization] = {}
    for each in _rows(raw, "memberships"):
        organization = each.get("organization")
        if each.get("state") != "active" or not isinstance(organization, Mapping):
            continue
        if login := _text(organization.get("login")):
            named = Named(login.casefold())
            found.setdefault(named, Organization(named, as_id(organization.get("id"))))
    return tuple(found.values())


def read_teams(raw: object) -> tuple[Team, ...]:
    """Read /user/teams. What has no organisation or no name is left out."""
    found: dict[Named, Team] = {}
    for each in _rows(raw, "teams"):
        organization = each.get("organization")
        login = _text(organization.get("login")) if isinstance(organization, Mapping) else ""
        slug = _text(each.get("slug"))
        if not login or not slug:
            continue
        named, parent = Named(login.casefold(), slug.casefold()), each.get("parent")
        outer = _text(parent.get("slug")) if isinstance(parent, Mapping) else ""
        found.setdefault(
            named,
            Team(
                named,
                as_id(each.get("id")),
                Named(named.organization, outer.casefold()) if outer else None,
                as_id(parent.get("id")) if isinstance(parent, Mapping) else None,
            ),
        )
    return tuple(found.values())


def read_id(raw: object) -> int | None:
    """The id of an answer about one thing."""
    return as_id(raw.get("id")) if isinstance(raw, Mapping) else None


def is_active(raw: object) -> bool:
    """Whether an answer about one membership says that it is active."""
    return isinstance(raw, Mapping) and raw.get("state") == "active"


def hidden_by_sso(header: str) -> frozenset[int]:
    """The ids of organisations that a list leaves out, until the person signs in at their own provider."""
    found = SSO_PARTIAL.match(header)
    numbers = re.findall(r"[0-9]{1,18}", found[1]) if found else ()
    return frozenset(int(number) for number in numbers)


def sso_address(header: str) -> str:
    """Where the person signs in, from the header of a refusal; "" when it names no address."""
    found = SSO_REQUIRED.match(header)
    return found[1] if found else ""


def as_id(raw: object) -> int | None:
    """A number that GitHub gives as an id; None for anything else."""
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw < 2**63 else None


def _rows(raw: object, what: str) -> Iterable[Mapping[str, object]]:
    if not isinstance(raw, list | tuple):
        raise ShapeError(f"GitHub's answer about {what} is no list")
    return [each for each in raw if isinstance(each, Mapping)]


def _text(raw: object) -> str:
    return raw.strip() if isinstance(raw, str) and len(raw) <= LONGEST_NAME else ""
