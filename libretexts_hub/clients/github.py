"""Who is this, and where do they belong? Asked of GitHub: everything at once, as soon as there is a token.

https://docs.github.com/en/rest; the same on GitHub Enterprise Server, below `/api/v3`.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from libretexts_hub.clients.github_paging import MOST_PAGES, links, other_pages, too_many
from libretexts_hub.clients.upstream import Answer, RateLimited, Upstream, UpstreamError
from libretexts_hub.clients.upstream import check_status as check_any_status
from libretexts_hub.domain.github_answers import (
    Account,
    Address,
    Organization,
    ShapeError,
    Team,
    hidden_by_sso,
    is_active,
    read_account,
    read_address,
    read_id,
    read_organizations,
    read_teams,
    sso_address,
)
from libretexts_hub.domain.github_entries import Named
from libretexts_hub.domain.github_membership import Checked, Found, Membership
from libretexts_hub.domain.granted_scopes import split_scopes

VERSION = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
# For so long an organisation that was in somebody's list is taken for one that approved this application.
APPROVED_SECONDS = 600.0
DEFAULT_PAUSE_SECONDS = 60.0
MOST_REMEMBERED = 10_000
REFUSED = (403, 404)


@dataclass(frozen=True)
class Wanted:
    """What a login has to learn. `allowed` admit, `groups` are named to become groups; in this order."""

    addresses: bool = False
    organizations: bool = False
    teams: bool = False
    allowed: tuple[Named, ...] = ()
    groups: tuple[Named, ...] = ()


@dataclass(frozen=True, repr=False)
class Known:
    """What GitHub said. `user` and `teams` are as it sent them; `scopes` None: it did not say."""

    user: dict[str, object]
    account: Account
    address: Address
    membership: Membership
    teams: tuple[object, ...] = ()
    scopes: tuple[str, ...] | None = None


@dataclass(frozen=True, repr=False)
class _Listing:
    rows: list[object] = field(default_factory=list)
    hidden: frozenset[int] = frozenset()


class GitHub:
    """One GitHub, by the address of its API. It remembers pauses and approvals, and nothing of a person."""

    def __init__(
        self, upstream: Upstream, api: str, *, user_url: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.upstream, self._api, self._clock = upstream, api.rstrip("/"), clock
        self._user_url = user_url or f"{self._api}/user"
        self._approved: dict[str, float] = {}
        self._pauses: dict[str, float] = {}

    async def read(self, authorization: str, wanted: Wanted) -> Known:
        """One round trip, with a further page or two at the same time; another one for what the lists leave
        out. `authorization` is the header.

        Raises Expired, RateLimited, UpstreamAway or UpstreamError.
        """
        user, emails, organizations, teams = await together(
            self._get(self._user_url, authorization),
            self._list("/user/emails", authorization, wanted.addresses),
            self._list("/user/memberships/orgs?state=active", authorization, wanted.organizations),
            self._list("/user/teams", authorization, wanted.teams),
        )
        try:
            account = read_account(user.json())
            membership = Membership(
                read_organizations(organizations.rows),
                read_teams(teams.rows),
                organizations.hidden | teams.hidden,
            )
            address = read_address(emails.rows, account)
        except ShapeError as error:
            raise UpstreamError(str(error), where=user.where) from None
        self._approve(membership.organizations)
        membership = await self._fill(authorization, account.login, membership, wanted)
        return Known(
            user.mapping(),
            account,
            address,
            membership,
            tuple(teams.rows),
            split_scopes(user.headers["X-OAuth-Scopes"]) if "X-OAuth-Scopes" in user.headers else None,
        )

    async def token(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, object]:
        """The answer to a code, or to a refresh token: with `access_token`, or with `error`."""
        self._check_pause("")
        try:
            # RFC 6749 section 5.2 has 400 and 401 for errors; GitHub says 200.
            answer = await self.upstream.post(url, form=form, headers=headers, accept=(200, 400, 401))
        except RateLimited as error:
            raise self._pause("", error) from None
        return answer.mapping()

    # What the lists leave out -------------------------------------------------------------------------------

    async def _fill(
        self, authorization: str, login: str, membership: Membership, wanted: Wanted
    ) -> Membership:
        """Ask one by one for what is not in the lists. Who is in by the lists is not asked about again."""
        approved = () if membership.hidden else self._approved_now()
        asked = membership.unanswered(wanted.groups, approved)
        if membership.admitted_by(wanted.allowed) is None:
            asked = (*dict.fromkeys((*membership.unanswered(wanted.allowed, approved), *asked)),)
        # In one that is listed for the person, a "no" about a team is sure.
        listed = {each.named.organization for each in membership.organizations}
        checks = (
            self._check(authorization, named, login, is_listed=named.organization in listed)
            for named in asked
        )
        answers = await together(*checks)
        return membership.with_checked(dict(zip(asked, answers, strict=True)))

    async def _check(self, authorization: str, named: Named, login: str, *, is_listed: bool) -> Checked:
        """Is the person in this one? 404 is also said of what this application may not see."""
        place = f"{self._api}/orgs/{_quoted(named.organization)}"
        if named.team:
            place += f"/teams/{_quoted(named.team)}"
        path = f"{place}/{'memberships' if named.team else 'members'}/{_quoted(login)}"
        try:
            about, member = await together(
                self._get(place, authorization, accept=(200, *REFUSED)),
                self._get(path, authorization, accept=(200, 204, *REFUSED)),
            )
        except UpstreamError as error:
            if type(error) is not UpstreamError:
                raise
            # Sent to another host, or an answer that nobody knows: this says nothing of the other ones.
            return Checked(Found.UNKNOWN)
        number = read_id(about.json()) if about.status == 200 else None
        if member.status == 204 or (member.status == 200 and named.team and is_active(member.json())):
            return Checked(Found.MEMBER, number)
        # GitHub sends who asks from outside on to the list of public members.
        if is_listed or "/public_members/" in member.url:
            return Checked(Found.OUTSIDE, number)
        return Checked(Found.UNKNOWN, number, sso_address(member.headers.get("X-GitHub-SSO", "")))

    def _approve(self, organizations: Iterable[Organization | Team]) -> None:
        until = self._clock() + APPROVED_SECONDS
        for each in organizations:
            self._approved.pop(each.named.organization, None)
            self._approved[each.named.organization] = until
        _forget_oldest(self._approved)

    def _approved_now(self) -> frozenset[str]:
        now = self._clock()
        return frozenset(name for name, until in self._approved.items() if until > now)

    # Requests -----------------------------------------------------------------------------------------------

    async def _list(self, path: str, authorization: str, is_wanted: bool) -> _Listing:
        """All rows. A list that may not be read is empty: the scope that it needs was not granted."""
        if not is_wanted:
            return _Listing()
        url = f"{self._api}{path}{'&' if '?' in path else '?'}per_page=100"
        pages = [await self._get(url, authorization, accept=(200, *REFUSED))]
        if pages[0].status != 200:
            return _Listing()
        named = links(pages[0].headers.get("Link", ""), url)
        if others := other_pages(named):
            pages += await together(*(self._get(each, authorization) for each in others))
        else:
            while "next" in named:
                if len(pages) >= MOST_PAGES:
                    raise too_many(url)
                pages.append(await self._get(named["next"], authorization))
                named = links(pages[-1].headers.get("Link", ""), pages[-1].url)
        rows, hidden = [], frozenset[int]()
        for page in pages:
            rows += page.mappings()
            hidden |= hidden_by_sso(page.headers.get("X-GitHub-SSO", ""))
        return _Listing([*rows], hidden)

    async def _get(self, url: str, authorization: str, accept: tuple[int, ...] = (200,)) -> Answer:
        key = hashlib.sha256(authorization.encode()).hexdigest()[:32]
        self._check_pause(key)
        try:
            answer = await self.upstream.get(
                url, headers={**VERSION, "Authorization": authorization}, accept=accept
            )
            _check_limit(answer)
        except RateLimited as error:
            raise self._pause(key, error) from None
        return answer

    # Pauses -------------------------------------------------------------------------------------------------

    def _pause(self, key: str, error: RateLimited) -> RateLimited:
        """GitHub counts by person: only what comes with this token is held back."""
        seconds = DEFAULT_PAUSE_SECONDS if error.retry_after is None else error.retry_after
        self._pauses.pop(key, None)
        self._pauses[key] = self._clock() + seconds
        _forget_oldest(self._pauses)
        return rate_limited(error.where, seconds, error.status)

    def _check_pause(self, key: str) -> None:
        left = self._pauses.get(key, 0.0) - self._clock()
        if left > 0:
            raise rate_limited(self._api, left, None)


def rate_limited(where: str, seconds: float, status: int | None) -> RateLimited:
    """What the person and the log are told about a limit that lasts so many more seconds."""
    error = RateLimited("GitHub asks for a pause", where=where, status=status, retry_after=seconds)
    minutes = max(1, round(seconds / 60))
    error.jupyterhub_message = (
        "GitHub answers no more questions about your account for a while: too many were asked. "
        f"Try again in {minutes} minute{'' if minutes == 1 else 's'}."
    )
    return error


async def together(*asked: Coroutine[Any, Any, Any]) -> list[Any]:
    """All answers. The first failure ends what still runs, and is raised."""
    tasks = [asyncio.create_task(each) for each in asked]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _check_limit(answer: Answer) -> None:
    """A 403 may be a refusal, which the caller understands, or a limit. Raises RateLimited."""
    if answer.status != 403:
        return
    try:
        check_any_status(answer)
    except RateLimited:
        raise
    except UpstreamError:
        # https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api: a secondary limit
        # need not say for how long.
        if b"rate limit" in answer.body[:2000].lower():
            raise RateLimited("It asks for a pause", where=answer.where, status=403) from None


def _forget_oldest(remembered: dict[str, float]) -> None:
    while len(remembered) > MOST_REMEMBERED:
        del remembered[next(iter(remembered))]


def _quoted(part: str) -> str:
    return quote(part, safe="")
