"""What answers /hub/faq, /hub/about and /hub/terms?"""

import platform
from typing import TYPE_CHECKING

from jupyterhub import __version__ as hub_version
from jupyterhub.handlers.base import BaseHandler
from tornado import web

from libretexts_hub import __version__

if TYPE_CHECKING:
    from libretexts_hub.hub.pages import Pages

HEADINGS = {"faq": "Questions and answers", "about": "About this hub", "terms": "Terms of use"}
VERSION_LENGTH = 64


class ArticleHandler(BaseHandler):
    """A text of the operator's, for everybody: who can't log in needs it most."""

    def initialize(self, pages: "Pages", name: str) -> None:
        """Which text."""
        self.pages, self.name = pages, name

    async def get(self) -> None:
        """The page."""
        view = self.pages.look.view(self.static_url)
        found = self.pages.article(self.name, view.language)
        if found is None:
            raise web.HTTPError(404)
        html, has_heading = found
        is_admin = view.is_admin(self.current_user)
        self.finish(
            await self.render_template(
                "libretexts/article.html",
                article=html,
                has_heading=has_heading,
                heading=view.say(HEADINGS[self.name], {}),
                versions=self._versions() if is_admin and self.name == "about" else (),
            )
        )

    def _versions(self) -> list[tuple[str, str]]:
        """For administrators only: whoever looks for a hub with a known hole learns nothing."""
        spawner = self.settings["spawner_class"].__name__
        return [
            ("JupyterHub", hub_version),
            ("libretexts_hub", __version__),
            ("Python", platform.python_version()),
            ("Spawner", spawner),
            ("Authenticator", type(self.authenticator).__name__),
        ]


class TermsHandler(ArticleHandler):
    """The terms of use, and who accepts them."""

    @web.authenticated
    def post(self) -> None:
        """Write the acceptance down, then go on to where the person came from."""
        terms = self.pages.look.terms.value() if self.pages.look.terms else None
        accepted = self.pages.look.accepted
        if terms is None or accepted is None:
            raise web.HTTPError(404)
        version = self.get_body_argument("version", "")[:VERSION_LENGTH]
        if self.get_body_argument("accept", "") != "yes" or version != terms.version:
            # They changed while somebody read them: then they are shown again.
            self.redirect(f"{self.hub.base_url}spawn")
            return
        user = self.current_user
        if not accepted.has(user.name, version):
            accepted.add(user.name, version)
            self.log.info("%s accepted the terms of use, version %s", user.name, version)
        # JupyterHub's own check: a path of this hub, never another host.
        self.redirect(self.get_next_url(user, default=f"{self.hub.base_url}spawn"))
