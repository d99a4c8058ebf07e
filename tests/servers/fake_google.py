"""A fake Google over HTTP: its login, userinfo, tokens for service accounts, Admin SDK and Cloud Identity.

The last three by what Google documents: the signature of the request for a token is checked, lists come in
pages, and a quota that is used up answers 403 with a reason.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

import jwt
from aiohttp import web

from libretexts_hub.domain.service_account import JWT_BEARER
from tests.servers.oidc import FakeOpenIDProvider
from tests.servers.signing import private_pem, rsa_key

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT, ADMINISTRATOR, KEY_ID = "hub@project.iam.gserviceaccount.example", "root@a.example", "key-1"


class FakeGoogle(FakeOpenIDProvider):
    """`members` maps a group to its direct members, which may be groups. `page_size` is of every list."""

    def __init__(self, members: dict[str, list[str]] | None = None) -> None:
        super().__init__()
        self.members = members or {}
        self.page_size = 2
        self.service_tokens: set[str] = set()
        self.minted = 0

    def routes(self) -> dict:
        return {
            "/o/oauth2/v2/auth": self._authorize,
            "/oauth2/v4/token": self._token,
            "/oauth2/v1/userinfo": self._userinfo_v1,
            "/oauth2/v3/certs": self._certs,
            "/token": self._service_token,
            "/admin/directory/v1/groups": self._groups,
            "/admin/directory/v1/groups/{group}/hasMember/{member}": self._has_member,
            "/v1/groups/-/memberships:searchTransitiveGroups": self._transitive,
        }

    def key_file(self, folder: Path, **changes: object) -> Path:
        """The file of a service account, as Google's console makes it."""
        content = {
            "type": "service_account",
            "project_id": "project",
            "private_key_id": KEY_ID,
            "private_key": private_pem(rsa_key(5)),
            "client_email": ACCOUNT,
            "token_uri": f"{self.url}/token",
        }
        path = folder / "service-account.json"
        path.write_text(json.dumps(content | changes))
        return path

    async def _userinfo_v1(self, request: web.Request) -> web.Response:
        """Version 1 calls two claims by other names."""
        answer = await self._userinfo(request)
        if answer.status != 200:
            return answer
        claims = json.loads(answer.body)
        renamed = {"sub": "id", "email_verified": "verified_email"}
        return web.json_response({renamed.get(name, name): value for name, value in claims.items()})

    async def _service_token(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.minted += 1
        try:
            assert form["grant_type"] == JWT_BEARER, form["grant_type"]
            assert jwt.get_unverified_header(form["assertion"])["kid"] == KEY_ID
            claims = jwt.decode(
                form["assertion"], rsa_key(5).public_key(), ["RS256"], audience=f"{self.url}/token"
            )
            assert claims["iss"] == ACCOUNT, claims
            assert claims["exp"] - claims["iat"] <= 3600, claims
            assert claims["sub"] == ADMINISTRATOR, claims
        except (jwt.PyJWTError, AssertionError, KeyError) as error:
            return web.json_response({"error": "invalid_grant", "error_description": str(error)}, status=400)
        token = f"service-{secrets.token_urlsafe(12)}"
        self.service_tokens.add(token)
        return web.json_response(
            {"access_token": token, "expires_in": self.does.lifetime, "token_type": "Bearer"}
        )

    def _refused(self, request: web.Request) -> web.Response | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return None if token in self.service_tokens else _error(401, "authError")

    async def _groups(self, request: web.Request) -> web.Response:
        if refused := self._refused(request):
            return refused
        direct = sorted(
            group for group, members in self.members.items() if request.query["userKey"] in members
        )
        page, token = self._page(direct, request)
        listed = [{"id": f"id-{group}", "email": group, "name": group} for group in page]
        return web.json_response(({"groups": listed} if listed else {}) | token)

    async def _has_member(self, request: web.Request) -> web.Response:
        if refused := self._refused(request):
            return refused
        group = request.match_info["group"]
        if group not in self.members:
            return _error(404, "notFound")
        return web.json_response({"isMember": request.match_info["member"] in self.everybody_in(group)})

    async def _transitive(self, request: web.Request) -> web.Response:
        if refused := self._refused(request):
            return refused
        address = request.query["query"].split("'")[1]
        groups = sorted(group for group in self.members if address in self.everybody_in(group))
        page, token = self._page(groups, request)
        listed = [
            {
                "group": f"groups/id-{group}",
                "groupKey": {"id": group},
                "relationType": "DIRECT" if address in self.members[group] else "INDIRECT",
            }
            for group in page
        ]
        return web.json_response({"memberships": listed} | token)

    def _page(self, everything: list[str], request: web.Request) -> tuple[list[str], dict]:
        start = int(request.query.get("pageToken", "0/").rstrip("/"))  # a token that has to be escaped
        end = start + self.page_size
        more = {"nextPageToken": f"{end}/"} if end < len(everything) else {}
        return everything[start:end], more

    def everybody_in(self, group: str) -> set[str]:
        """Members, also of groups within; two groups may be within each other."""
        found: set[str] = set()
        waiting = [group]
        while waiting:
            for member in self.members.get(waiting.pop(), ()):
                if member not in found:
                    found.add(member)
                    waiting.append(member)
        return found

    def secrets(self) -> list[str]:
        return [*super().secrets(), *self.service_tokens, "PRIVATE KEY"]


def _error(status: int, reason: str) -> web.Response:
    """As Google writes an error."""
    inner = {"code": status, "message": f"{reason}, in a sentence", "errors": [{"reason": reason}]}
    return web.json_response({"error": inner}, status=status)


def quota_error() -> dict:
    """The body of a 403 when there were too many requests."""
    return {"error": {"code": 403, "errors": [{"domain": "usageLimits", "reason": "rateLimitExceeded"}]}}
