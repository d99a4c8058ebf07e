"""What does this request's page say? In its person's language, with the request's own number."""

import re
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from libretexts_hub.domain.announcements import shown_to
from libretexts_hub.domain.languages import best_language
from libretexts_hub.hub.page_words import Words

if TYPE_CHECKING:
    from libretexts_hub.hub.page_look import Look

# An ingress may have given the request a number; anything else in the header is not repeated.
REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{3,63}")
KEPT_AS = "_libretexts_view"


class Said(NamedTuple):
    """An announcement as a page shows it."""

    html: Markup
    level: str
    key: str
    is_dismissable: bool


class View:
    """One request. Without a handler it is a page of the gallery."""

    def __init__(self, look: "Look", handler: Any = None, language: str = "") -> None:
        self._look, self._handler = look, handler
        headers = handler.request.headers if handler is not None else {}
        self.language = (
            look.language or language or best_language(headers.get("Accept-Language", ""), look.languages)
        )
        given = headers.get("X-Request-Id", "")
        random = secrets.token_hex(4)
        self.request_id = given if REQUEST_ID.fullmatch(given) else f"{random[:4]}-{random[4:]}"
        self._is_logged = False

    def say(self, text: str, named: Mapping[str, Any]) -> str:
        """`text` in the language of this page, `named` put in."""
        return Words(self.language).say(text, named)

    def tell(self, text: Any) -> str:
        """What something of the hub said in English, in the language of this page, where that is known."""
        return Words(self.language).tell(text)

    def tell_html(self, markup: Any) -> Markup:
        """The same of markup that JupyterHub or an error made: its tags stay, its texts are told."""
        return Markup(Words(self.language).tell_html(markup))  # noqa: S704 (as safe as it was)

    @property
    def visitor(self) -> str:
        """Who looks: on some pages `user` is the owner of the server that is looked at."""
        person = getattr(self._handler, "current_user", None) if self._handler is not None else None
        return getattr(person, "name", "")

    def announcements(self, user: Any) -> list[Said]:
        """Those for this person now."""
        groups = [group.name for group in getattr(user, "groups", ()) or ()]
        shown = shown_to(self._look.announcements(), groups, datetime.now(UTC))
        return [Said(self._look.line(each.text), each.level, each.key, each.is_dismissable) for each in shown]

    def is_admin(self, user: Any) -> bool:
        """Whether this person runs the hub."""
        return bool(getattr(user, "admin", False))

    def error_id(self, status: int) -> str:
        """The request's number, for a page that asks people to name it: then the log has it too."""
        if self._handler is not None and not self._is_logged:
            self._is_logged = True
            request = self._handler.request
            self._handler.log.warning(
                "Request %s: status %s for %s %s by %s",
                *(self.request_id, status, request.method, request.path, self.visitor or "nobody"),
            )
        return self.request_id

    def seconds_since_start(self, spawner: Any) -> int:
        """For how long this server has been starting."""
        began = getattr(getattr(spawner, "orm_spawner", None), "started", None)
        return max(0, int(time.time() - began.replace(tzinfo=UTC).timestamp())) if began else 0


def view_of(look: "Look", static_url: Any) -> View:
    """JupyterHub gives a page no request, but `static_url`, a method of the handler that has it."""
    handler = getattr(static_url, "__self__", None)
    if handler is None or not hasattr(handler, "request"):
        return look.gallery_view
    kept = getattr(handler, KEPT_AS, None)
    if kept is None:
        kept = View(look, handler)
        setattr(handler, KEPT_AS, kept)
    return kept
