"""Who is refused a start until the terms are accepted? Everybody: on the page, over REST, with a token."""

from typing import Any

from jupyterhub import orm
from jupyterhub.apihandlers.users import UserServerAPIHandler
from jupyterhub.handlers.pages import SpawnHandler
from jupyterhub.utils import maybe_future
from tornado import web

WORDS = "%s has not accepted the terms of use of this hub. They are on the page %sspawn; accept them there."


class TermsFirst:
    """Before a handler of JupyterHub that starts servers. Whoever asks must have accepted.

    A service has accepted nothing, so for it the owner of the server must have.
    """

    pages: Any = None  # of the subclass that `with_terms` makes

    def missing_terms(self, owner: Any = None) -> Any:
        """The terms that are still to be accepted, and by whom; None for none."""
        person = self.current_user
        if isinstance(person, orm.Service):
            person = owner
        terms = self.pages.look.terms_for(person)
        return (terms, person) if terms else None

    async def spawn_single_user(self, user: Any, *args: Any, **named: Any) -> Any:
        """The one way to a start, of pages and REST alike. Raises HTTPError 403."""
        if missing := self.missing_terms(user):
            raise web.HTTPError(403, WORDS, missing[1].name, self.hub.base_url)
        return await super().spawn_single_user(user, *args, **named)


class TermsFirstPage(TermsFirst):
    """The spawn page: it asks, also where there is nothing to choose and where its template is another's."""

    @web.authenticated
    async def get(self, *args: Any, **named: Any) -> None:
        """The terms, or the page."""
        if not await self._asked(200):
            await maybe_future(super().get(*args, **named))

    @web.authenticated
    async def post(self, *args: Any, **named: Any) -> None:
        """The terms, or the start."""
        if not await self._asked(403):
            await maybe_future(super().post(*args, **named))

    async def _asked(self, status: int) -> bool:
        if not self.missing_terms():
            return False
        self.set_status(status)
        page = await self.render_template("libretexts/spawn.html", url=self.request.path)
        self.finish(page)
        return True


def with_terms(rules: list[Any], pages: Any) -> list[Any]:
    """The handlers of a hub, those that start servers asking first."""
    return [_with_terms(rule, pages) for rule in rules]


def _with_terms(rule: Any, pages: Any) -> Any:
    pattern, stock, *rest = rule
    for known, ours in ((SpawnHandler, TermsFirstPage), (UserServerAPIHandler, TermsFirst)):
        if isinstance(stock, type) and issubclass(stock, known) and not issubclass(stock, TermsFirst):
            return (pattern, type(stock.__name__, (ours, stock), {"pages": pages}), *rest)
    return rule
