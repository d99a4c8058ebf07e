"""How does GitHub behave towards a login? A fake over HTTP on loopback, as its documentation describes it.

It serves the pages at `/login/oauth/` and the API at `/api/v3`, as GitHub Enterprise Server does:
https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps and
https://docs.github.com/en/rest.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import web

from .github_people import Organization, Person, Team, is_in_team, team_model

if TYPE_CHECKING:
    from collections.abc import Callable

CLIENT_ID = "Iv1.fake"
CLIENT_SECRET = "a secret of the application, only for tests"
API = "/api/v3"


@dataclass
class Fault:
    """What is answered instead: a `status` with headers and a body, or nothing at all (`hangs`)."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    hangs: bool = False


def rate_limited(status: int = 403, **headers: str) -> Fault:
    """The documented answer to too many requests."""
    sent = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "0"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return Fault(status, sent, b'{"message": "API rate limit exceeded"}')


class FakeGitHub:
    """`signed_in` is the person in every browser. `withheld` scopes are not granted. `faults` by path."""

    def __init__(self, *, latency_seconds: float = 0.0, page_size: int = 100) -> None:
        self.latency_seconds, self.page_size, self.says_last = latency_seconds, page_size, True
        self.people: dict[str, Person] = {}
        self.organizations: dict[str, Organization] = {}
        self.teams: list[Team] = []
        self.signed_in, self.withheld, self.asked_scopes = "", set[str](), ""
        self.faults: dict[str, Fault] = {}
        self.requests: list[str] = []
        self.tokens: dict[str, tuple[str, set[str]]] = {}
        self._codes: dict[str, dict[str, str]] = {}
        self.host = ""
        self.most_at_once = self._now = 0
        self.first_at = self.last_at = 0.0

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    @property
    def api(self) -> str:
        return f"{self.url}{API}"

    # Who and what is there ----------------------------------------------------------------------------------

    def organization(self, login: str, number: int, **settings: Any) -> Organization:
        self.organizations[login.lower()] = made = Organization(login, number, **settings)
        return made

    def team(self, organization: str, slug: str, number: int, parent: Team | None = None) -> Team:
        made = Team(slug, number, self.organizations[organization.lower()], parent)
        self.teams.append(made)
        return made

    def person(self, login: str, number: int, *organizations: str, **settings: Any) -> Person:
        memberships = dict.fromkeys(organizations, "active")
        self.people[login] = made = Person(login, number, memberships=memberships, **settings)
        made.emails = made.emails or [
            {"email": f"{login}@old.example.org", "primary": False, "verified": True},
            {"email": f"{login}@example.org", "primary": True, "verified": True},
        ]
        return made

    def token_for(self, login: str, *scopes: str) -> str:
        """A token that was granted before."""
        token = f"gho_{secrets.token_hex(8)}"
        self.tokens[token] = (login, set(scopes or ("read:org", "user:email")))
        return token

    def forget(self) -> None:
        """Undo what a test did to the answers."""
        self.faults.clear()
        self.requests.clear()
        self.withheld.clear()
        self.page_size, self.says_last = 100, True

    # Running ------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> FakeGitHub:
        app = web.Application(middlewares=[self._middleware()])
        app.router.add_get("/login/oauth/authorize", self._authorize)
        app.router.add_post("/login/oauth/access_token", self._access_token)
        for path, handler in {
            "/user": self._user,
            "/user/emails": self._emails,
            "/user/memberships/orgs": self._memberships,
            "/user/teams": self._teams,
            "/orgs/{org}": self._organization,
            "/orgs/{org}/members/{login}": self._member,
            "/orgs/{org}/public_members/{login}": self._public_member,
            "/orgs/{org}/teams/{team}/memberships/{login}": self._team_membership,
            "/orgs/{org}/teams/{team}/members/{login}": self._team_member,
        }.items():
            app.router.add_get(API + path, handler)
        # What hangs is not waited for.
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.host = f"{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def _middleware(self) -> Any:
        @web.middleware
        async def answered(request: web.Request, handler: Callable[..., Any]) -> web.StreamResponse:
            if not self.requests:
                self.first_at = time.perf_counter()
            self.requests.append(f"{request.method} {request.path_qs.removeprefix(API)}")
            fault = self.faults.get(request.path.removeprefix(API))
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            if self.latency_seconds:
                await asyncio.sleep(self.latency_seconds)
            self._now -= 1
            self.last_at = time.perf_counter()
            if fault is None:
                return await handler(request)  # type: ignore[no-any-return]
            if fault.hangs:
                await asyncio.sleep(3600)
            headers = {"Content-Type": "application/json"} | fault.headers
            return web.Response(status=fault.status, headers=headers, body=fault.body)

        return answered

    # The pages ----------------------------------------------------------------------------------------------

    async def _authorize(self, request: web.Request) -> web.Response:
        asked = request.query
        if asked.get("client_id") != CLIENT_ID or not asked.get("redirect_uri") or not asked.get("state"):
            return web.Response(status=404, text="no such application")
        answer = {"state": asked["state"]}
        if not self.signed_in:
            answer |= {"error": "access_denied", "error_description": "The user has denied your application"}
        else:
            self.asked_scopes = asked.get("scope", "")
            answer["code"] = code = secrets.token_hex(10)
            self._codes[code] = {"login": self.signed_in, **asked}
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode(answer)}")

    async def _access_token(self, request: web.Request) -> web.Response:
        sent = await request.post()
        if (sent.get("client_id"), sent.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return _error("incorrect_client_credentials", "The client_id and/or client_secret are incorrect.")
        code = self._codes.pop(str(sent.get("code")), None)
        if code is None or not _proves(code, str(sent.get("code_verifier", ""))):
            return _error("bad_verification_code", "The code passed is incorrect or expired.")
        granted = set(code.get("scope", "").split()) - self.withheld
        token = self.token_for(code["login"])
        self.tokens[token] = (code["login"], granted)
        return web.json_response(
            {"access_token": token, "token_type": "bearer", "scope": ",".join(sorted(granted))}
        )

    # The API ------------------------------------------------------------------------------------------------

    def _who(self, request: web.Request) -> tuple[Person, set[str]]:
        token = request.headers.get("Authorization", "").partition(" ")[2]
        if token not in self.tokens:
            raise web.HTTPUnauthorized(text='{"message": "Bad credentials"}', content_type="application/json")
        login, scopes = self.tokens[token]
        return self.people[login], scopes

    async def _user(self, request: web.Request) -> web.Response:
        person, scopes = self._who(request)
        return web.json_response(person.account(), headers={"X-OAuth-Scopes": ", ".join(sorted(scopes))})

    async def _emails(self, request: web.Request) -> web.Response:
        person, scopes = self._who(request)
        if not scopes & {"user:email", "user"}:
            raise _refused(404, "Not Found")
        return self._page(request, person.emails)

    async def _memberships(self, request: web.Request) -> web.Response:
        person, scopes = self._who(request)
        if not scopes & {"read:org", "write:org", "admin:org", "user"}:
            raise _refused(403, "You need at least read:org scope.")
        wanted = request.query.get("state")
        rows, hidden = [], []
        for login, state in person.memberships.items():
            organization = self.organizations[login.lower()]
            if not organization.is_approved or (wanted and state != wanted):
                continue
            if organization.wants_sign_in:
                hidden.append(str(organization.id))
                continue
            model = {"login": organization.login, "id": organization.id}
            rows.append({"state": state, "role": "member", "organization": model})
        return self._page(request, rows, hidden)

    async def _teams(self, request: web.Request) -> web.Response:
        person, scopes = self._who(request)
        if not scopes & {"read:org", "write:org", "admin:org", "user", "repo"}:
            raise _refused(403, "You need at least read:org scope.")
        seen = [each for each in person.teams if each.organization.is_approved]
        hidden = [str(each.organization.id) for each in seen if each.organization.wants_sign_in]
        rows = [team_model(each) for each in seen if not each.organization.wants_sign_in]
        return self._page(request, rows, hidden)

    async def _organization(self, request: web.Request) -> web.Response:
        organization = self.organizations.get(request.match_info["org"].lower())
        if organization is None:
            raise _refused(404, "Not Found")
        return web.json_response({"login": organization.login, "id": organization.id})

    async def _member(self, request: web.Request) -> web.Response:
        """204 to a member. Who does not belong is sent to the list of public members; 404 without the right
        to see private memberships."""
        (person, scopes), organization = self._who(request), self._asked_organization(request)
        if "active" not in _states(person, organization):
            there = f"{API}/orgs/{organization.login}/public_members/{request.match_info['login']}"
            raise web.HTTPFound(there)
        if not scopes & {"read:org", "write:org", "admin:org"}:
            raise _refused(404, "Not Found")
        return web.Response(status=204)

    async def _public_member(self, request: web.Request) -> web.Response:
        raise _refused(404, "Not Found")

    async def _team_membership(self, request: web.Request) -> web.Response:
        self._in_team(request)
        return web.json_response({"state": "active", "role": "member"})

    async def _team_member(self, request: web.Request) -> web.Response:
        self._in_team(request)
        return web.Response(status=204)

    def _in_team(self, request: web.Request) -> None:
        (person, scopes), organization = self._who(request), self._asked_organization(request)
        readable = scopes & {"read:org", "write:org", "admin:org"} and "active" in _states(
            person, organization
        )
        if not readable or not is_in_team(person, organization.login, request.match_info["team"]):
            raise _refused(404, "Not Found")

    def _asked_organization(self, request: web.Request) -> Organization:
        organization = self.organizations.get(request.match_info["org"].lower())
        if organization is None:
            raise _refused(404, "Not Found")
        if organization.wants_sign_in:
            url = f"{self.url}/orgs/{organization.login}/sso?authorization_request=fake"
            raise _refused(
                403, "Resource protected by organization SAML enforcement.", f"required; url={url}"
            )
        return organization

    def _page(self, request: web.Request, rows: list[Any], hidden: list[str] | None = None) -> web.Response:
        """One page; the Link header of RFC 8288 names the next and the last one."""
        size = min(int(request.query.get("per_page", 30)), self.page_size)
        page, last = int(request.query.get("page", 1)), max(1, -(-len(rows) // size))
        headers = {}
        if page < last:
            links = {"next": page + 1} | ({"last": last} if self.says_last else {})
            headers["Link"] = ", ".join(
                f'<{self.url}{request.path}?{urlencode({**request.query, "page": number})}>; rel="{relation}"'
                for relation, number in links.items()
            )
        if hidden:
            headers["X-GitHub-SSO"] = f"partial-results; organizations={','.join(hidden)}"
        return web.json_response(rows[(page - 1) * size : page * size], headers=headers)


def _states(person: Person, organization: Organization) -> list[str]:
    return [
        state for login, state in person.memberships.items() if login.lower() == organization.login.lower()
    ]


def _proves(code: dict[str, str], verifier: str) -> bool:
    """RFC 7636, S256; a code without a challenge needs no proof."""
    if "code_challenge" not in code:
        return True
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=") == code["code_challenge"]


def _error(name: str, description: str) -> web.Response:
    """GitHub answers 200 to a code that it does not take."""
    return web.json_response({"error": name, "error_description": description})


def _refused(status: int, message: str, sign_in: str = "") -> web.HTTPException:
    kinds = {403: web.HTTPForbidden, 404: web.HTTPNotFound}
    headers = {"X-GitHub-SSO": sign_in} if sign_in else None
    body = json.dumps({"message": message, "status": str(status)})
    return kinds[status](text=body, content_type="application/json", headers=headers)
