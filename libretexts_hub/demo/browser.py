"""How does a browser talk to a JupyterHub: pages, forms, cookies, redirects, REST calls of its buttons?"""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import aiohttp
from yarl import URL

from libretexts_hub.demo.form_filling import ChoiceNotOfferedError, fill_in
from libretexts_hub.demo.web_page import Form, Page, find_page_value, find_script_value, read_page
from libretexts_hub.errors import LibreTextsHubError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from types import TracebackType

MAX_REDIRECTS = 20  # a first visit to a server goes through its OAuth login: about seven

# What a browser adds for a page and for a script's call; jupyterhub/_xsrf_utils.py decides by it.
NAVIGATE = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
FETCH = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}


class VisitError(LibreTextsHubError):
    """A page refused, failed, or did not answer in time; `what` is what it said, `status` its HTTP status."""

    def __init__(self, what: str, *, where: str, fix: str = "", status: int | None = None) -> None:
        super().__init__(what, where=where, fix=fix or "The log of the hub says more.")
        self.status = status


@dataclass(frozen=True)
class Answer:
    """A page as it came back, after redirects."""

    url: URL
    status: int
    html: str
    page: Page

    def refusal(self, what: str = "") -> VisitError:
        """The error to raise about this page; without `what`, its own words."""
        return VisitError(what or self.page.said, where=f"{self.status} {self.url.path}", status=self.status)


class Browser:
    """One browser at the hub at `url`. `deadline_seconds` bounds each single request.

    Every method raises VisitError: for a page or a call answered with 4xx or 5xx, and when nothing answers.
    """

    def __init__(self, url: str, *, deadline_seconds: float = 30.0) -> None:
        self.hub = URL(url.rstrip("/") + "/hub/")
        self.deadline_seconds = deadline_seconds
        self._hub_token = ""  # the XSRF token that the last page of the hub gave to its scripts
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),  # "unsafe": keep the cookies of a bare IP address
            timeout=aiohttp.ClientTimeout(total=self.deadline_seconds),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._session.close()

    async def open(self, place: str | URL) -> Answer:
        """Open a page by its path below /hub/ (escaped already), or by its whole address."""
        url = place if isinstance(place, URL) else URL(f"{self.hub}{place}", encoded=True)
        return await self._navigate("GET", url)

    async def submit(self, answer: Answer, form: Form, choices: Mapping[str, str]) -> Answer:
        """Send a form of a page with these choices; also refused where a browser would not let it go."""
        try:
            pairs = fill_in(form, choices)
        except ChoiceNotOfferedError as error:
            raise answer.refusal(str(error)) from error
        return await self.post_form(answer, form, pairs)

    async def post_form(self, answer: Answer, form: Form, pairs: list[tuple[str, str]]) -> Answer:
        """Send these pairs to where a form goes, whether the page offers them or not."""
        data = aiohttp.FormData()
        for name, value in pairs:
            data.add_field(name, value, content_type="text/plain; charset=utf-8" if form.multipart else None)
        target = answer.url.join(URL(form.action)) if form.action else answer.url
        headers = {"Origin": str(answer.url.origin()), "Referer": str(answer.url)}
        return await self._navigate("POST", target, headers=headers, data=data)

    async def hub_api(self, method: str, path: str, body: Any = None) -> Any:
        """Call the hub's REST API with the cookies and the XSRF token of its pages, as their buttons do."""
        if not self._hub_token:
            await self.open("home")
        url = URL(f"{self.hub}api/{path}", encoded=True).update_query(_xsrf=self._hub_token)
        # Without the content type, also of an empty body, JupyterHub does not look at the cookies of a POST.
        headers = {"Referer": str(self.hub / "home"), "Content-Type": "application/json"}
        return await self.call(method, url, headers, body)

    async def call(self, method: str, url: URL, headers: Mapping[str, str], body: Any = None) -> Any:
        """A script's call: JSON out, JSON (or None) back."""
        async with self.request(method, url, headers={**FETCH, **headers}, json=body) as response:
            text = await response.text()
        if response.status >= 400:
            raise VisitError(_message_of(text), where=f"{method} {url.path}", status=response.status)
        return json.loads(text) if text.strip() else None

    def cookie(self, url: URL, name: str) -> str:
        """The cookie of this name that a script on the page at `url` sees; empty when there is none."""
        found = self._session.cookie_jar.filter_cookies(url).get(name)
        return found.value if found is not None else ""

    @asynccontextmanager
    async def request(self, method: str, url: URL, **options: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        """One request, whatever its status; only no answer at all is an error."""
        try:
            async with self._session.request(method, url, max_redirects=MAX_REDIRECTS, **options) as response:
                yield response
        except TimeoutError as error:
            raise VisitError(f"no answer within {self.deadline_seconds:.0f} s", where=url.path) from error
        except aiohttp.ClientError as error:
            what = f"no answer: {error or type(error).__name__}"
            raise VisitError(
                what, where=str(url.with_query(None)), fix="Is the hub running there?"
            ) from error

    @asynccontextmanager
    async def websocket(self, url: URL) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """A websocket, opened with the cookies of its page."""
        try:
            headers = {"Origin": str(url.with_scheme(self.hub.scheme).origin())}
            async with self._session.ws_connect(url, headers=headers) as socket:
                yield socket
        except aiohttp.ClientError as error:
            raise VisitError(f"the websocket failed: {error}", where=url.path) from error

    async def _navigate(
        self,
        method: str,
        url: URL,
        *,
        headers: Mapping[str, str] | None = None,
        data: aiohttp.FormData | None = None,
    ) -> Answer:
        async with self.request(method, url, headers={**NAVIGATE, **(headers or {})}, data=data) as response:
            html = await response.text()
        answer = Answer(response.url, response.status, html, read_page(html))
        if answer.url.path.startswith(self.hub.path):
            self._hub_token = (
                find_page_value(html, "xsrf") or find_script_value(html, "xsrf_token") or self._hub_token
            )
        if answer.status >= 400:
            raise answer.refusal()
        return answer


def _message_of(text: str) -> str:
    """The words of an API error: JupyterHub and Jupyter Server both answer `{"message": ...}`."""
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return read_page(text).said if text.lstrip().startswith("<") else text[:300]
