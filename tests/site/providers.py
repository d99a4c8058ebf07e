"""How does somebody say at a fake provider who they are? On a page with everybody's names, by a click."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from aiohttp import web

from tests.servers.fake_github import FakeGitHub
from tests.servers.fake_google import FakeGoogle
from tests.servers.oidc import FakeOpenIDProvider
from tests.site.people import PEOPLE, Person

if TYPE_CHECKING:
    from collections.abc import Iterable


def chooser(request: web.Request, title: str, people: Iterable[Person]) -> web.Response:
    """The page; a link goes on with `&as=login`."""
    links = "".join(
        f'<li><a href="{html.escape(str(request.rel_url.update_query({"as": each.login})))}">'
        f"{html.escape(each.login)}</a>: {html.escape(each.about)}</li>"
        for each in people
    )
    text = f"<title>{title}</title><h1>{title}</h1><p>A fake. Who are you?</p><ul>{links}</ul>"
    return web.Response(text=text, content_type="text/html")


def of(slug: str) -> list[Person]:
    """Who has an account there."""
    return [each for each in PEOPLE if each.slug == slug]


class SiteGitHub(FakeGitHub):
    async def _authorize(self, request: web.Request) -> web.Response:
        if "as" not in request.query:
            return chooser(request, "GitHub", of("github"))
        self.signed_in = request.query["as"]
        return await super()._authorize(request)


class Choosing(FakeOpenIDProvider):
    """Stands before a fake provider of OpenID Connect."""

    slug, title = "", ""

    async def _authorize(self, request: web.Request) -> web.Response:
        people = of(self.slug)
        if "as" not in request.query:
            return chooser(request, self.title, people)
        self.person = next(each.claims for each in people if each.login == request.query["as"])
        return await super()._authorize(request)


class SiteGoogle(Choosing, FakeGoogle):
    slug, title = "google", "Google"


class SiteCILogon(Choosing):
    slug, title = "cilogon", "CILogon"
