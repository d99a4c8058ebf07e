"""How do the pages get into a hub? `install(c)` in its configuration; everything else is a setting."""

import sys
from pathlib import Path
from typing import Any

from traitlets import TraitError
from traitlets.config import LazyConfigValue

from libretexts_hub.domain.announcements import Announcement, parse_announcements
from libretexts_hub.domain.branding import Brand, parse_colours, parse_font, parse_links
from libretexts_hub.domain.entries import did_you_mean
from libretexts_hub.errors import ConfigurationError, LibreTextsHubError
from libretexts_hub.hub import page_text
from libretexts_hub.hub.page_assets import PATH, AssetHandler, image, pack_assets
from libretexts_hub.hub.page_limits import server_limits
from libretexts_hub.hub.page_look import Look
from libretexts_hub.hub.page_settings import LibreTextsPages
from libretexts_hub.hub.page_templates import FOLDER, check_templates, folders_of
from libretexts_hub.hub.page_terms import Acceptances, Terms, parse_terms
from libretexts_hub.hub.request_text import guard_requests
from libretexts_hub.hub.watched_file import WatchedFile
from libretexts_hub.yaml_text import read_yaml

SECTION = "c.LibreTextsPages"
LANGUAGES = ["en", "es"]
PAGES = tuple(sorted(path.stem for path in FOLDER.glob("*.html") if path.stem != "spawn_menu"))


class Pages:
    """The pages of one hub, as `settings` want them."""

    def __init__(self, settings: LibreTextsPages) -> None:
        self.settings, self.log = settings, settings.log
        self.look: Look
        self._articles: dict[str, Any] = {}

    def build(self, prefix: str) -> Look:
        """Read everything; `prefix` is where the hub's own pages begin. Raises ConfigurationError."""
        light, dark = parse_colours(self.settings.colours, where=f"{SECTION}.colours")
        brand = Brand(
            name=self.settings.name.strip() or "JupyterHub",
            welcome=self.settings.welcome,
            contact=self.settings.contact,
            footer=self.settings.footer,
            font=parse_font(self.settings.font, where=f"{SECTION}.font"),
            links=parse_links({k: v for k, v in self.settings.links.items() if v}, where=f"{SECTION}.links"),
            light=light,
            dark=dark,
            shows_name=bool(self.settings.name.strip()) and self.settings.name != "JupyterHub",
        )
        self._refuse_unknown("stock_pages", self.settings.stock_pages, PAGES)
        self._refuse_unknown(
            "language", [self.settings.language] if self.settings.language else [], LANGUAGES
        )
        assets = pack_assets(prefix, brand.css)
        for name in ("logo", "logo_dark", "favicon"):
            if written := getattr(self.settings, name):
                path = Path(written)
                assets.add(f"{name}{path.suffix.lower()}", image(path, where=f"{SECTION}.{name}"))
        self.look = Look(
            brand,
            assets,
            languages=LANGUAGES,
            language=self.settings.language,
            has_own_logo=bool(self.settings.logo),
            stock=frozenset(self.settings.stock_pages),
            hints={str(key): str(value) for key, value in self.settings.login_hints.items()},
        )
        self._read_texts()
        return self.look

    def _refuse_unknown(self, name: str, written: list[str], known: Any) -> None:
        for each in written:
            if each not in known:
                raise ConfigurationError(
                    f"{each!r:.60} is not known",
                    where=f"{SECTION}.{name}",
                    fix=did_you_mean(each, list(known)),
                )

    def _read_texts(self) -> None:
        self.look.fixed = parse_announcements(self.settings.announcements, where=f"{SECTION}.announcements")
        self._warn_of_html(self.look.fixed)
        self.look.file = self._watched("announcements_file", self._announcements_of)
        self._articles = {name: self._watched(f"{name}_file", _article_of) for name in ("faq", "about")}
        self.look.limits = server_limits(
            self.settings.server_limits,
            self.settings.config,
            where=f"{SECTION}.server_limits",
            log=self.log,
        )
        self.look.terms = self._watched("terms_file", parse_terms)
        if self.look.terms:
            self.look.accepted = Acceptances(
                Path(self.settings.terms_record), where=f"{SECTION}.terms_record"
            )

    def _watched(self, name: str, parse: Any) -> Any:
        written = getattr(self.settings, name)
        where = f"{SECTION}.{name}"
        return WatchedFile(Path(written), parse, where=where, log=self.log) if written else None

    def _announcements_of(self, text: str, where: str) -> tuple[Announcement, ...]:
        found = parse_announcements(read_yaml(text, where), where=where)
        self._warn_of_html(found)
        return found

    def _warn_of_html(self, announcements: tuple[Announcement, ...]) -> None:
        for each in announcements:
            if page_text.has_html(each.text):
                self.log.warning(
                    "HTML in an announcement is shown as text: %.80s. Write Markdown.", each.text
                )

    def article(self, name: str, language: str) -> Any:
        """The text of /hub/faq, /hub/about or /hub/terms and whether it has a heading; None for none."""
        if name == "terms":
            terms: Terms | None = self.look.terms.value() if self.look.terms else None
            return (terms.html, "<h1" in terms.html) if terms else None
        watched = self._articles[name]
        if watched is not None:
            return watched.value()
        own = FOLDER / "articles" / f"{name}.{language}.md"
        path = own if own.exists() else FOLDER / "articles" / f"{name}.en.md"
        return page_text.article(path.read_text(encoding="utf-8"))

    def add_to(self, app: Any) -> None:
        """Put handlers and template variables into a hub whose own ones are ready."""
        from libretexts_hub.hub import form, page_words
        from libretexts_hub.hub.page_handlers import ArticleHandler, TermsHandler
        from libretexts_hub.hub.page_progress import with_words
        from libretexts_hub.hub.page_why import WhyHandler

        guard_requests()
        prefix = app.hub_prefix
        look = self.build(prefix)
        app.tornado_settings["template_vars"]["lt"] = look
        named = {"pages": self}
        form.use_assets(None if "spawn" in self.settings.stock_pages else look.asset)
        page_words.use_languages(lambda handler: look.view(handler.static_url).language)
        app.handlers[:] = with_words(app.handlers)
        if look.terms:
            from libretexts_hub.hub.page_terms_first import with_terms

            app.handlers[:] = with_terms(app.handlers, self)
        # In front: JupyterHub ends its list with handlers that take every address.
        app.handlers[:0] = [
            (f"{prefix}{PATH}/([A-Za-z0-9_.-]+)", AssetHandler, {"assets": look.assets}),
            (f"{prefix}faq", ArticleHandler, {**named, "name": "faq"}),
            (f"{prefix}about", ArticleHandler, {**named, "name": "about"}),
            (f"{prefix}terms", TermsHandler, {**named, "name": "terms"}),
            (f"{prefix}why", WhyHandler, named),
        ]


def _article_of(text: str, where: str) -> Any:
    if not text.strip():
        raise ConfigurationError("The page is empty", where=where, fix="Write it, or name no file.")
    return page_text.article(text)


def check_pages(config: Any) -> Pages:
    """Everything that these settings name is read once. Raises ConfigurationError for the first wrong one."""
    section = config.get("LibreTextsPages", {})
    known = LibreTextsPages.class_trait_names(config=True)
    for name, value in section.items():
        if name not in known:
            raise ConfigurationError(
                f"{name!r} is not a setting of the pages",
                where=f"{SECTION}.{name}",
                fix=did_you_mean(name, known),
            )
        if not isinstance(value, LazyConfigValue):
            _check_kind(name, value)
    pages = Pages(LibreTextsPages(config=config))
    pages.build("/hub/")
    check_templates(folders_of(config))
    return pages


def _check_kind(name: str, value: Any) -> None:
    try:
        LibreTextsPages.class_traits()[name]._validate(LibreTextsPages(), value)
    except TraitError:
        kind = LibreTextsPages.class_traits()[name].info()
        raise ConfigurationError(
            f"{name!r} must be {kind}, not of type {type(value).__name__}",
            where=f"{SECTION}.{name}",
            fix="Correct the value.",
        ) from None


def install(config: Any) -> None:
    """The pages, as `c.LibreTextsPages` sets them; a wrong setting is one sentence on stderr and exit code 2.

    Folders that an operator has in `template_paths` come first, and win. Handlers are added when the hub has
    made its own list of them: `JupyterHub.extra_handlers` is deprecated, `Authenticator.get_handlers` needs
    an authenticator of ours.
    """
    try:
        check_pages(config)
    except LibreTextsHubError as error:
        # The log is not set up while configuration is read.
        print(error, file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None
    paths = folders_of(config)
    if str(FOLDER) not in paths:
        config.JupyterHub.template_paths = [*paths, str(FOLDER)]
    # A hub that starts has imported it; a command that only reads the configuration need not.
    hub = sys.modules.get("jupyterhub.app")
    if hub is not None and hub.JupyterHub.initialized():
        hub.JupyterHub.instance().observe(_when_handlers_are_made, "handlers")


def _when_handlers_are_made(change: Any) -> None:
    app = change.owner
    app.unobserve(_when_handlers_are_made, "handlers")
    Pages(LibreTextsPages(parent=app)).add_to(app)
