"""Of which groups is somebody a member, says Google Workspace?"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode

from libretexts_hub.clients.asking import Ask, Reply
from libretexts_hub.clients.google_token import ServiceTokens
from libretexts_hub.clients.upstream import RateLimited, UpstreamError
from libretexts_hub.domain.google_groups import (
    GroupPage,
    directory_page,
    transitive_page,
    transitive_query,
)

DIRECTORY_SCOPE = "https://www.googleapis.com/auth/admin.directory.group.readonly"
IDENTITY_SCOPE = "https://www.googleapis.com/auth/cloud-identity.groups.readonly"
# Of 200 and of 1000 groups each; more is a fault, not a person.
MOST_PAGES = 50
MOST_AT_ONCE = 10
LIMITED = ("rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RESOURCE_EXHAUSTED")
Source = Literal["directory", "cloud_identity"]


@dataclass(frozen=True)
class Addresses:
    """Where the two APIs are."""

    directory: str = "https://admin.googleapis.com"
    identity: str = "https://cloudidentity.googleapis.com"


class GoogleDirectory:
    """The groups of one Workspace. Every method raises UpstreamError."""

    def __init__(
        self, ask: Ask, tokens: ServiceTokens, *, source: Source = "directory", at: Addresses | None = None
    ) -> None:
        self._ask = ask
        self._tokens = tokens
        self._source = source
        self._at = at or Addresses()

    async def groups_of(self, address: str, *, nested: frozenset[str] = frozenset()) -> dict[str, str]:
        """Addresses of the person's groups, with Google's ids.

        Cloud Identity knows nested groups itself; the Directory lists direct ones, and is asked about each of
        `nested` at the same time, whether the person is in it through others.
        """
        if self._source == "cloud_identity":
            return await self._pages(self._transitive_url(address), transitive_page)
        seats = asyncio.Semaphore(MOST_AT_ONCE)
        asked = sorted(nested)
        try:
            async with asyncio.TaskGroup() as group:
                listing = group.create_task(self._pages(self._direct_url(address), directory_page))
                asking = [group.create_task(self._has_member(each, address, seats)) for each in asked]
        except ExceptionGroup as several:
            raise several.exceptions[0] from None  # the others are about the same Google
        within = {each: "" for each, task in zip(asked, asking, strict=True) if task.result()}
        return within | listing.result()

    def _direct_url(self, address: str) -> str:
        query = urlencode({"userKey": address, "maxResults": "200"}, quote_via=quote)
        return f"{self._at.directory}/admin/directory/v1/groups?{query}"

    def _transitive_url(self, address: str) -> str:
        query = urlencode({"query": transitive_query(address), "pageSize": "1000"}, quote_via=quote)
        return f"{self._at.identity}/v1/groups/-/memberships:searchTransitiveGroups?{query}"

    async def _pages(self, url: str, read: Callable[[object], GroupPage | None]) -> dict[str, str]:
        found: dict[str, str] = {}
        seen = {""}
        token = ""
        for _ in range(MOST_PAGES):
            reply = await self._get(url + (f"&pageToken={quote(token, safe='')}" if token else ""))
            if reply.status == 404:  # Google knows no such person here: a guest of another Workspace
                return found
            page = read(reply.body) if reply.status == 200 else None
            if page is None:
                raise _unexpected(reply, url)
            found |= dict(page.groups)
            token = page.next_token
            if token in seen:
                break
            seen.add(token)
        if token:
            raise UpstreamError(
                "The list of groups does not end", where=_place(url), fix="Ask Google's support; try again."
            )
        return found

    async def _has_member(self, group: str, address: str, seats: asyncio.Semaphore) -> bool:
        """Is the person in this group, directly or through others? A group that is not there has nobody.

        400 is Google's answer for a member of another Workspace; the list has the direct ones.
        """
        path = f"groups/{quote(group, safe='')}/hasMember/{quote(address, safe='')}"
        url = f"{self._at.directory}/admin/directory/v1/{path}"
        async with seats:
            reply = await self._get(url)
        if reply.status in (400, 404):
            return False
        answer = reply.body.get("isMember") if isinstance(reply.body, dict) else None
        if reply.status != 200 or not isinstance(answer, bool):
            raise _unexpected(reply, url)
        return answer

    async def _get(self, url: str) -> Reply:
        """With a token; a token that Google refuses is renewed once."""
        for _ in range(2):
            token = await self._tokens.token()
            reply = await self._ask("GET", url, headers={"Authorization": f"Bearer {token}"})
            if reply.status != 401:
                break
            self._tokens.forget(token)
        if reply.status == 429 or (reply.status == 403 and reply.error() in LIMITED):
            raise RateLimited(
                "Google asks the hub to wait",
                where=_place(url),
                fix="It goes on by itself.",
                status=reply.status,
            )
        return reply


def _place(url: str) -> str:
    """Without the query: it names a person."""
    return url.partition("?")[0].partition("/groups/")[0]


def _unexpected(reply: Reply, url: str) -> UpstreamError:
    word = f" {reply.error()}" if reply.error() else ""
    what = "an answer of another shape" if reply.status == 200 else f"HTTP {reply.status}{word}"
    return UpstreamError(
        f"Google does not tell the groups: {what}",
        where=_place(url),
        fix="Let the service account act as an administrator who may read groups, with the API enabled.",
        status=reply.status,
    )
