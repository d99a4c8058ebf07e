"""What does a person with a browser see and get at this hub, from login to a cell that ran?

A client that goes through the real pages: it fills in their forms, listens to the progress stream, opens
JupyterLab with its OAuth login and runs cells over the kernel's websocket. `libretexts-hub demo --check`, the
end-to-end tests and the spawn benchmark use it.
"""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from libretexts_hub.demo.browser import FETCH, Answer, Browser, VisitError
from libretexts_hub.demo.kernel import CellError, run_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from libretexts_hub.demo.web_page import Form

__all__ = ["Answer", "ProgressMessage", "VisitError", "Visitor"]

POLL_SECONDS = 0.1


@dataclass(frozen=True)
class ProgressMessage:
    """One message of the progress page, `seconds` after the page was opened."""

    seconds: float
    percent: float | None
    text: str


class Visitor(Browser):
    """A person at the hub at `url`. Where a method takes `user`, an admin acts on that person's server.

    Every method raises VisitError with what the page said when it refuses or fails, and at its deadline.
    """

    def __init__(self, url: str, *, deadline_seconds: float = 30.0) -> None:
        super().__init__(url, deadline_seconds=deadline_seconds)
        self.name = ""
        self.messages: list[ProgressMessage] = []
        self._kernels: dict[URL, str] = {}

    async def login(self, name: str, password: str) -> None:
        """Log in with the form of the login page."""
        answer = await self.open("login")
        form = answer.page.form("username", "password")
        if form is None:
            raise answer.refusal("the login page has no form with username and password")
        answer = await self.submit(answer, form, {"username": name, "password": password})
        if answer.page.form("username", "password") is not None:
            raise answer.refusal()
        self.name = name

    async def spawn_form(self, *, server_name: str = "", user: str = "") -> tuple[Answer, Form]:
        """The spawn page and its form. There is none when the server runs already."""
        answer = await self.open(f"spawn/{'/'.join(self._escaped(user, server_name))}")
        form = next((form for form in answer.page.forms if "/spawn" in form.action), None)
        if form is None:
            raise answer.refusal(f"the page has no form to start a server: {answer.page.said}")
        return answer, form

    async def spawn(
        self, choices: Mapping[str, str] | None = None, *, server_name: str = "", user: str = ""
    ) -> Answer:
        """Make these choices on the spawn page and click on Start; all else stays as the page has it."""
        answer, form = await self.spawn_form(server_name=server_name, user=user)
        return await self.submit(answer, form, choices or {})

    async def wait_until_ready(
        self, *, server_name: str = "", user: str = "", timeout_seconds: float = 120.0
    ) -> list[ProgressMessage]:
        """Stay on the progress page until the server is ready; the messages seen are returned, and kept."""
        self.messages = []
        path = f"spawn-pending/{'/'.join(self._escaped(user, server_name))}"
        async with self._deadline(timeout_seconds, path, self._last_message):
            answer = await self.open(path)
            if "/spawn-pending/" in answer.url.path:  # else the hub sent us on to a ready server
                await self._follow_progress(user, server_name)
        return self.messages

    async def _follow_progress(self, user: str, server_name: str) -> None:
        url = self.hub.join(URL(f"api/{self._api_path(user, server_name)}/progress", encoded=True))
        unlimited = aiohttp.ClientTimeout(total=None, connect=self.deadline_seconds)
        headers = {"Accept": "text/event-stream", **FETCH}
        started = time.monotonic()
        url = url.update_query(_xsrf=self._hub_token)
        async with self.request("GET", url, headers=headers, timeout=unlimited) as stream:
            if stream.status >= 400:
                raise VisitError((await stream.text())[:300], where=url.path, status=stream.status)
            async for line in stream.content:
                if line.startswith(b"data:") and self._note(json.loads(line[5:]), started):
                    return
        raise VisitError("the progress stream ended before the server was ready", where=url.path)

    def _note(self, event: dict[str, Any], started: float) -> bool:
        """Keep one event of the stream; is the server ready now?"""
        text = str(event.get("message", ""))
        self.messages.append(ProgressMessage(time.monotonic() - started, event.get("progress"), text))
        if event.get("failed"):
            raise VisitError(text, where="the progress page")
        return bool(event.get("ready"))

    def _last_message(self) -> str:
        return f"the server is not ready; the last message was {self.messages[-1:]}"

    async def open_lab(self, *, server_name: str = "", user: str = "") -> Answer:
        """Open JupyterLab, with the OAuth login that the first visit needs."""
        server = self.server_url(server_name=server_name, user=user)
        answer = await self.open(server / "lab")
        if answer.url.path.endswith("/api/oauth2/authorize"):
            answer = await self._authorize(answer)
        if not answer.url.path.startswith(server.path):
            raise answer.refusal()
        return answer

    async def _authorize(self, answer: Answer) -> Answer:
        """Somebody else's server: the hub asks before it tells that server who is coming."""
        form = answer.page.form("scopes")
        if form is None:
            raise answer.refusal()
        return await self.submit(answer, form, {})

    async def run_cell(
        self, code: str, *, server_name: str = "", user: str = "", timeout_seconds: float = 60.0
    ) -> str:
        """Run `code` in this visitor's kernel on the server; one is started at the first cell, and kept."""
        server = self.server_url(server_name=server_name, user=user)
        async with self._deadline(timeout_seconds, server.path, lambda: f"no answer yet to {code!r}"):
            kernel = await self._kernel(server, server_name, user)
            try:
                async with self.websocket(server / "api/kernels" / kernel / "channels") as channels:
                    return await run_in(channels, code)
            except CellError as error:
                raise VisitError(str(error), where=server.path) from error

    async def _kernel(self, server: URL, server_name: str, user: str) -> str:
        if server not in self._kernels or not await self._has_kernel(server):
            await self.open_lab(server_name=server_name, user=user)
            kernel = await self._server_api("POST", server, {"name": "python3"})
            self._kernels[server] = str(kernel["id"])
        return self._kernels[server]

    async def _has_kernel(self, server: URL) -> bool:
        try:
            running = await self._server_api("GET", server)
        except VisitError as error:
            if error.status == 403:  # another server than the one we logged in to, with another token
                return False
            raise
        return any(kernel["id"] == self._kernels[server] for kernel in running)

    async def _server_api(self, method: str, server: URL, body: Any = None) -> Any:
        headers = {"X-XSRFToken": self.cookie(server / "lab", "_xsrf")}
        return await self.call(method, server / "api/kernels", headers, body)

    async def servers(self, *, user: str = "") -> dict[str, Any]:
        """The servers of a person that run, start or stop, by name; the default server's name is empty."""
        model = await self.hub_api("GET", f"users/{quote(user or self.name, safe='')}")
        servers: dict[str, Any] = model.get("servers") or {}
        return {name: server for name, server in servers.items() if server["ready"] or server["pending"]}

    async def stop(self, *, server_name: str = "", user: str = "", timeout_seconds: float = 60.0) -> None:
        """Stop the server as the button on the home page does, and wait until the hub has it no more."""
        path = self._api_path(user, server_name)
        async with self._deadline(timeout_seconds, path, lambda: "the server is still stopping"):
            await self.hub_api("DELETE", path)
            while server_name in await self.servers(user=user):  # noqa: ASYNC110 (the hub has no event for it)
                await asyncio.sleep(POLL_SECONDS)

    def server_url(self, *, server_name: str = "", user: str = "") -> URL:
        """The address of a server through the proxy."""
        path = "/".join(["user", *self._escaped(user, server_name)])
        return self.hub.parent.parent.join(URL(path, encoded=True))

    def _escaped(self, user: str, server_name: str) -> list[str]:
        return [quote(part, safe="") for part in (user or self.name, server_name) if part]

    def _api_path(self, user: str, server_name: str) -> str:
        name, *server = self._escaped(user, server_name)
        return f"users/{name}/servers/{server[0]}" if server else f"users/{name}/server"

    @asynccontextmanager
    async def _deadline(self, seconds: float, where: str, what: Any) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError:
            raise VisitError(f"after {seconds:.0f} s: {what()}", where=where) from None
