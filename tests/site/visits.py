"""How do people come to the site? In Chromium, or over HTTP by a visitor that sends what a browser would."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from libretexts_hub.demo.browser import VisitError
from libretexts_hub.demo.visitor import Visitor

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.site.people import Person
    from tests.site.site import Site

# For every module of the story: only our own cluster can be looked into like this.
MARKS = [
    pytest.mark.real_cluster,
    pytest.mark.own_cluster,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="session"),
]

LISTEN = """
new MutationObserver(() => {
  const now = document.querySelector("#lt-now");
  if (now && now.textContent) window.heard(now.textContent.trim());
}).observe(document, {subtree: true, childList: true, characterData: true});
"""


class Guest(Visitor):
    """Somebody over HTTP."""

    async def log_in(self, person: Person) -> None:
        """With their own provider. Raises VisitError with the words of the page."""
        if person.slug == "campus":
            answer = await self.open("campus/login?next=/hub/home")
            form = answer.page.form("username", "password")
            assert form is not None, answer.html
            answer = await self.submit(answer, form, {"username": person.login, "password": person.password})
            if answer.page.form("username", "password"):
                raise answer.refusal()
        else:
            chooser = await self.open(f"{person.slug}/oauth_login?next=/hub/home")
            answer = await self.open(chooser.url.update_query({"as": person.login}))
        self.name = person.name

    async def denied(self, person: Person) -> VisitError:
        """What the page says to somebody who may not get in."""
        try:
            await self.log_in(person)
        except VisitError as error:
            return error
        raise AssertionError(f"{person} was let in")


class Window:
    """A window of Chromium at the site's hub."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page, self.site = page, site

    async def log_in(self, person: Person, button: str) -> None:
        """From the login page, by a click on the provider, to the home page."""
        await self.page.goto(f"{self.site.hub.url}/hub/login?next=%2Fhub%2Fhome")
        await self.page.click(f"text={button}")
        if person.slug == "campus":
            await self.page.fill("input[name=username]", person.login)
            await self.page.fill("input[type=password]", person.password)
            await self.page.click("#login_submit")
        else:
            await self.page.click(f"a:text-is('{person.login}')")
        await self.page.wait_for_url("**/hub/home")

    async def menu(self) -> str:
        """The text of the spawn page."""
        await self.page.goto(f"{self.site.hub.url}/hub/spawn")
        return await self.text("main")

    async def text(self, selector: str) -> str:
        return " ".join((await self.page.inner_text(selector)).split())

    async def choose(self, name: str, value: str) -> None:
        """One radio button of the menu, as a click on its card does it; older versions are folded away."""
        option = f"input[name='{name}'][value='{value}']"
        folded = self.page.locator(f"details:has({option}):not([open]) > summary")
        if await folded.count():
            await folded.click()
        await self.page.check(option, force=True)

    async def start(self, person: Person) -> str:
        """Press Start, and stay until the server has taken over; what the progress page said meanwhile."""
        said: list[str] = []
        await self.page.expose_function("heard", lambda text: said.append(text))
        # From the first moment of every page: what is said, also what is soon replaced.
        await self.page.add_init_script(LISTEN)
        await self.page.click("#spawn_form button[type=submit]")
        await self.page.wait_for_url(f"**/user/{quote(person.name, safe='')}/**", timeout=120_000)
        return " | ".join(dict.fromkeys(said))


async def stop_server(site: Site, person: Person) -> None:
    """Their server, if it runs."""
    async with Guest(site.hub.url) as guest:
        await guest.log_in(person)
        if await guest.servers():
            await guest.stop()
