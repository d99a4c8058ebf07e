"""What do templates ask of the pages? The variable `lt` of every page: brand, files, facts about servers."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from libretexts_hub import __version__
from libretexts_hub.domain.announcements import Announcement
from libretexts_hub.domain.branding import Brand, Link
from libretexts_hub.domain.selection import Selection
from libretexts_hub.errors import SelectionError
from libretexts_hub.hub import page_text
from libretexts_hub.hub.page_assets import Assets
from libretexts_hub.hub.page_terms import Acceptances, Terms
from libretexts_hub.hub.page_view import View, view_of

if TYPE_CHECKING:
    from libretexts_hub.hub.page_limits import ServerLimits
    from libretexts_hub.hub.watched_file import WatchedFile


class ServerFacts(NamedTuple):
    """What a person recognises a server by."""

    image: str = ""
    size: str = ""
    started: Any = None
    ends: datetime | None = None
    ends_in_use: bool = False


class Service(NamedTuple):
    """One way to sign in; `name` is empty for one with a password."""

    name: str
    url: str
    hint: str


class Look:
    """The same for all requests of a hub."""

    def __init__(
        self,
        brand: Brand,
        assets: Assets,
        *,
        languages: list[str],
        language: str = "",
        stock: frozenset[str] = frozenset(),
        hints: dict[str, str] | None = None,
        has_pages: bool = True,
        has_own_logo: bool = False,
    ) -> None:
        self.brand, self.assets = brand, assets
        self.languages, self.language = languages, language
        self._stock, self._hints, self._has_pages = stock, hints or {}, has_pages
        self._has_own_logo = has_own_logo
        self.fixed: tuple[Announcement, ...] = ()
        self.file: WatchedFile[tuple[Announcement, ...]] | None = None
        self.terms: WatchedFile[Terms] | None = None
        self.accepted: Acceptances | None = None
        self.limits: ServerLimits | None = None
        self.gallery_view = View(self, language="en")

    def view(self, static_url: Any) -> View:
        """What belongs to this request."""
        return view_of(self, static_url)

    def asset(self, name: str) -> str:
        """The address of a file of the pages."""
        return self.assets.url(name)

    def is_stock(self, page: str) -> bool:
        """Whether the operator wants JupyterHub's own page of this name."""
        return page in self._stock

    def has_page(self, _name: str) -> bool:
        """Whether /hub/faq and /hub/about are there."""
        return self._has_pages

    @property
    def favicon(self) -> str:
        """The operator's; empty for JupyterHub's."""
        return self.asset_by_stem("favicon")

    @property
    def logo(self) -> str:
        """The operator's; empty for JupyterHub's."""
        return self.asset_by_stem("logo")

    @property
    def has_own_logo(self) -> bool:
        """Whether the operator named one; JupyterHub's is changed for dark pages."""
        return self._has_own_logo

    @property
    def logo_dark(self) -> str:
        """The operator's for dark pages; empty for none."""
        return self.asset_by_stem("logo_dark")

    def asset_by_stem(self, stem: str) -> str:
        """An address, whatever kind of picture it is."""
        return next(filter(None, map(self.assets.url, self.assets.names(stem))), "")

    def links(self, base_url: str) -> list[Link]:
        """For the bar: the operator's, then ours."""
        return [*self.brand.links, *([Link("FAQ", f"{base_url}faq")] if self._has_pages else ())]

    def foot_links(self, base_url: str) -> list[Link]:
        """For the foot."""
        return [Link("About", f"{base_url}about")] if self._has_pages else []

    def hint_of(self, authenticator: Any, service: str) -> str:
        """What helps to sign in with this provider."""
        names = (service, *(cls.__name__ for cls in type(authenticator).__mro__), "")
        return next((self._hints[name] for name in names if name in self._hints), "")

    def login_services(self, authenticator: Any, base_url: str, query: str) -> list[Service]:
        """The ways to sign in where there are several (jupyterhub-multiauthenticator); else none.

        `query` goes along: it says where a person wanted to go.
        """
        found = []
        for each in getattr(authenticator, "_authenticators", ()):
            name = getattr(each, "service_name", "") or each.login_service
            url = f"{each.login_url(base_url)}{'?' if query else ''}{query}"
            found.append(Service(name, url, self.hint_of(each, name)))
        return found

    def announcements(self) -> tuple[Announcement, ...]:
        """All of them, whoever they are for."""
        return (*self.fixed, *(self.file.value() if self.file else ()))

    def line(self, text: str) -> Markup:
        """One line of Markdown."""
        return page_text.line(text)

    def facts(self, spawner: Any) -> ServerFacts:
        """Of a spawner with a menu; others, and those that never ran, have fewer."""
        known = getattr(spawner, "page_facts", None)
        if isinstance(known, ServerFacts):  # a page of the gallery
            return known
        facts = self._times_of(spawner)
        options = getattr(spawner, "user_options", None)
        if not options or not getattr(spawner, "images", None):
            return facts
        try:
            chosen = Selection.parse(options, spawner.menu)
        except SelectionError:
            return facts
        version = chosen.version.name if chosen.version else ""
        size = chosen.size.name if chosen.size else ""
        return facts._replace(image=f"{chosen.image.name} {version}".strip(), size=size)

    def _times_of(self, spawner: Any) -> ServerFacts:
        started = getattr(getattr(spawner, "orm_spawner", None), "started", None)
        end = self.limits.end_of(spawner) if self.limits else None
        if end is None:
            return ServerFacts(started=started)
        # As JupyterHub's own times: UTC without a zone.
        at = datetime.fromtimestamp(end.at, UTC).replace(tzinfo=None)
        return ServerFacts(started=started, ends=at, ends_in_use=end.is_certain)

    def terms_for(self, user: Any) -> Terms | None:
        """Those that this person has not accepted yet."""
        if self.terms is None or self.accepted is None or user is None:
            return None
        terms = self.terms.value()
        return None if self.accepted.has(user.name, terms.version) else terms

    def health_words(self) -> str:
        """For administrators."""
        from jupyterhub import __version__ as hub_version

        return f"JupyterHub {hub_version} · libretexts_hub {__version__}"
