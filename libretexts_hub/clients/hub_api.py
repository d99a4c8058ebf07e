"""What does JupyterHub know of its people, and what is it asked to do? Its REST API, with a service's token.

https://jupyterhub.readthedocs.io/en/stable/reference/rest-api.html
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from libretexts_hub.clients.hub_answers import parse_page, parse_user
from libretexts_hub.clients.polite_requests import AGAIN, Answer, PoliteClient
from libretexts_hub.domain.culling import HubUser, UserPage
from libretexts_hub.domain.culling_errors import (
    ForbiddenError,
    GoneError,
    PartialListError,
    RefusedError,
    UnavailableError,
)

PAGINATION = "application/jupyterhub-pagination+json"
# What the culler needs, and no more: `libretexts-hub roles --for culler` prints it too.
READING = ("list:users", "read:users", "read:servers", "admin:server_state")
CHANGING = ("delete:servers", "delete:users")
# Of a culler that looks after servers alone.
SERVERS_ONLY = ("list:users", "read:users", "read:servers", "delete:servers")
# The hub answers a page on its only thread. After one that took longer than this, in seconds, it gets a rest.
SLOW_PAGE_SECONDS = 0.5
LONGEST_REST_SECONDS = 5.0


class HubApi:
    """The hub at `client.base`, which ends in `/hub/api`; no run begins without the scopes `needed`."""

    def __init__(self, client: PoliteClient, *, needed: Sequence[str] = READING + CHANGING) -> None:
        self._client = client
        self._needed = tuple(needed)
        self._are_scopes_known = False
        self._looking = asyncio.Lock()

    async def users(
        self,
        *,
        offset: int,
        limit: int,
        by_id: bool = False,
        with_stopped: bool = False,
        only_active: bool = False,
    ) -> UserPage:
        """One page of users: those first that have not been seen for longest, never seen before them.

        Without the `state` filter, which makes the hub join its servers for each page, unless `only_active`.
        Raises PartialListError, ForbiddenError, UnavailableError.
        """
        if offset == 0:
            self._are_scopes_known = False
        await self._know_scopes()
        query: dict[str, str | int] = {"sort": "id" if by_id else "last_activity"}
        query |= {"offset": offset, "limit": limit}
        query |= {"include_stopped_servers": 1} if with_stopped else {}
        query |= {"state": "active"} if only_active else {}
        answer = await self._client.ask("GET", "/users", query=query, headers={"Accept": PAGINATION})
        if answer.status != 200:
            raise refused(answer, "list users", self._client.base)
        page = parse_page(answer, asked_offset=offset, where=f"{self._client.base}/users")
        if answer.seconds > SLOW_PAGE_SECONDS:
            await asyncio.sleep(min(answer.seconds, LONGEST_REST_SECONDS))
        return page

    async def user(self, name: str) -> HubUser | None:
        """One person with stopped servers and state. None: the hub itself says that there is none.

        Raises ForbiddenError, UnavailableError, PartialListError for an answer about somebody else.
        """
        await self._know_scopes()
        path = f"/users/{quoted(name)}"
        answer = await self._client.ask("GET", path, query={"include_stopped_servers": 1})
        if answer.status == 404 and is_hubs_own(answer):
            return None
        if answer.status != 200:
            raise refused(answer, f"read the user {name!r:.100}", self._client.base)
        user = parse_user(answer.document())
        if user is None or user.name != name:
            raise PartialListError(
                f"The hub was asked for {name!r:.100} and answered something else",
                where=f"{self._client.base}/users",
                fix=AGAIN,
            )
        return user

    async def delete_user(self, name: str) -> None:
        """Delete a person's record. Raises GoneError, RefusedError, ForbiddenError, UnavailableError.

        RefusedError stands for 500 too: an active named server ends in one, after a part was done. So look
        again at what is there.
        """
        answer = await self._client.ask("DELETE", f"/users/{quoted(name)}")
        if answer.status != 204:
            raise refused(answer, f"delete the user {name!r:.100}", self._client.base)

    async def stop_server(self, user: str, server: str, *, remove: bool = False) -> bool:
        """Whether it is stopped (204), or is about to be (202). `remove` forgets a named server.

        Raises GoneError, RefusedError, ForbiddenError, UnavailableError.
        """
        where = f"servers/{quoted(server)}" if server else "server"
        answer = await self._client.ask(
            "DELETE",
            f"/users/{quoted(user)}/{where}",
            document={"remove": True} if remove and server else None,
        )
        if answer.status not in (202, 204):
            raise refused(answer, f"stop the server {server!r:.60} of {user!r:.100}", self._client.base)
        return answer.status == 204

    async def tell(self, user: str, document: Mapping[str, object]) -> None:
        """Show a notice on the pages of a person, which hubs with this package's spawner do.

        Raises GoneError where the hub can't, ForbiddenError, UnavailableError, RefusedError.
        """
        path = f"/libretexts/cull-notices/{quoted(user)}"
        answer = await self._client.ask("POST", path, document=dict(document))
        if answer.status != 204:
            raise refused(answer, f"show a notice to {user!r:.100}", self._client.base)

    async def _know_scopes(self) -> None:
        """Ask once what the token may. A scope with a filter hides people, who would look like gone ones."""
        async with self._looking:
            if self._are_scopes_known:
                return
            answer = await self._client.ask("GET", "/user")
            if answer.status != 200:
                raise refused(answer, "read its own scopes", self._client.base)
            document = answer.document()
            scopes = document.get("scopes") if isinstance(document, dict) else None
            missing = [scope for scope in self._needed if scope not in (scopes or ())]
            if missing:
                raise ForbiddenError(
                    f"The culler's token lacks, for all users: {', '.join(missing)}",
                    where=self._client.base,
                    fix="Give its role these scopes without a filter (libretexts-hub roles --for culler).",
                )
            self._are_scopes_known = True


def quoted(name: str) -> str:
    """A name as one part of a path, whatever is in it.

    Raises RefusedError for `.` and `..`: a proxy swallows them, encoded or not, and asks for something else.
    """
    if name in (".", ".."):
        raise RefusedError(
            f"Nobody of the name {name} can be asked for: it means something else in a URL",
            where="the hub's list of users",
            fix="Rename this user on the hub's admin page.",
        )
    return quote(name, safe="", errors="surrogatepass")


def is_hubs_own(answer: Answer) -> bool:
    """Whether the hub said it, and not a proxy that doesn't know the hub."""
    document: Any = answer.document()
    return isinstance(document, dict) and document.get("status") == answer.status


def refused(answer: Answer, what: str, where: str) -> Exception:
    """The error for an answer that is not what was asked for."""
    document = answer.document()
    said = str(document.get("message", ""))[:200] if isinstance(document, dict) else ""
    words = f"The hub would not {what}: {answer.status} {said}".strip()
    if 300 <= answer.status < 400:
        to = answer.headers.get("Location", "")
        fix = f"Set the address of the API to where it leads: {to:.200}"
        return UnavailableError(words, where=where, fix=fix, is_sure=True)
    if answer.status in (401, 403):
        fix = "Compare its token and role with what `libretexts-hub roles --for culler` prints."
        return ForbiddenError(words, where=where, fix=fix)
    if answer.status == 404 and is_hubs_own(answer):
        return GoneError(words, where=where, fix="Nothing is left to do.")
    if answer.status == 429 or (answer.status >= 500 and not is_hubs_own(answer)) or answer.status == 404:
        return UnavailableError(words, where=where, fix=AGAIN, is_sure=answer.status in (404, 429))
    return RefusedError(words, where=where, fix="The hub's log has the reason. Look at what is left.")
