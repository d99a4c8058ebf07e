"""How is ngshare told who is in a course? By its REST API, as an admin of ngshare.

https://ngshare.readthedocs.io/en/latest/api/index.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import aiohttp

from libretexts_hub.errors import LibreTextsHubError

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 30.0


class ExchangeError(LibreTextsHubError):
    """ngshare refused, or did not answer."""


class Ngshare:
    """ngshare at `url`, such as https://hub.example.edu/services/ngshare, with the token of an admin.

    Every method raises ExchangeError.
    """

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"token {token}"}
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout, headers=self._headers)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def courses(self) -> list[str]:
        """The ids of all its courses."""
        return [str(each) for each in (await self._ask("GET", "courses")).get("courses") or ()]

    async def add_course(self, course: str) -> None:
        """A course without people."""
        await self._ask("POST", f"course/{quote(course, safe='')}")

    async def people(self, course: str, kind: str) -> list[str]:
        """The names of its `instructors` or `students`."""
        listed = (await self._ask("GET", f"{kind}/{quote(course, safe='')}")).get(kind) or ()
        return [str(each.get("username", "")) for each in listed if isinstance(each, dict)]

    async def add_instructor(self, course: str, name: str) -> None:
        """One who teaches it; ngshare wants a name and an address, and takes empty ones."""
        path = f"instructor/{quote(course, safe='')}/{quote(name, safe='')}"
        await self._ask("POST", path, {"first_name": "", "last_name": "", "email": ""})

    async def add_students(self, course: str, names: Sequence[str]) -> dict[str, str]:
        """All at once; the names that ngshare did not take, each with its words."""
        listed = [{"username": name, "first_name": "", "last_name": "", "email": ""} for name in names]
        form = {"students": json.dumps(listed)}
        answer = await self._ask("POST", f"students/{quote(course, safe='')}", form)
        return {
            str(each.get("username")): str(each.get("message", ""))
            for each in answer.get("status") or ()
            if not each.get("success")
        }

    async def _ask(self, method: str, path: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        where = f"{self._url}/{path}"
        try:
            # A redirect leads to a login page: the token was not taken, and goes nowhere else.
            async with self._session.request(method, where, data=form, allow_redirects=False) as answer:
                text = await answer.text()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ExchangeError(
                f"ngshare does not answer: {type(error).__name__}", where=where, fix="Look at its pod."
            ) from None
        try:
            said = json.loads(text)
        except ValueError:
            said = {}
        if not 200 <= status < 300 or not isinstance(said, dict) or not said.get("success"):
            words = str(said.get("message", "")) if isinstance(said, dict) else ""
            raise ExchangeError(
                f"ngshare answered {status}{f': {words:.200}' if words else ''}",
                where=where,
                fix=_fix(status),
            )
        return said


def _fix(status: int) -> str:
    if status in (301, 302, 303, 401, 403):
        return "Use the token of an admin of ngshare (its setting admins) who may use the service."
    return "Look whether this is the address of ngshare."
