"""What can an operator set about the pages? `c.LibreTextsPages`, and nothing of it needs HTML."""

from traitlets import Dict, List, Unicode, Union
from traitlets.config import LoggingConfigurable


class LibreTextsPages(LoggingConfigurable):
    """The pages of the hub: branding, texts, announcements."""

    name = Unicode(
        "JupyterHub",
        help="""
        What this hub is called: in titles, beside the logo, in the words of its pages. The default is the
        name of the program.

        Example: `c.LibreTextsPages.name = "Example University Notebooks"`
        """,
    ).tag(config=True)

    logo = Unicode(
        "",
        help="""
        The file of a logo for light pages, at most 256 KiB: SVG, PNG, JPEG, WebP, GIF or ICO. Empty, the
        default, shows that of `JupyterHub.logo_file`.

        Example: `c.LibreTextsPages.logo = "/srv/branding/logo.svg"`
        """,
    ).tag(config=True)

    logo_dark = Unicode(
        "",
        help="""
        The file of a logo for dark pages. Empty, the default, shows `logo` there too.

        Example: `c.LibreTextsPages.logo_dark = "/srv/branding/logo-dark.svg"`
        """,
    ).tag(config=True)

    favicon = Unicode(
        "",
        help="""
        The file of the small picture in the browser's tab. Empty, the default, is JupyterHub's.

        Example: `c.LibreTextsPages.favicon = "/srv/branding/favicon.ico"`
        """,
    ).tag(config=True)

    colours = Dict(
        help="""
        The colour of buttons and links: `brand` on light pages, `brand_dark` on dark ones, which is made
        of the first where it is missing. A colour that is hard to read stops the hub, which then names the
        nearest one that passes WCAG 2.2 AA. Empty, the default, is a blue.

        Example: `c.LibreTextsPages.colours = {"brand": "#8a1538", "brand_dark": "#ff9db5"}`
        """,
    ).tag(config=True)

    font = Unicode(
        "",
        help="""
        Fonts that people's own computers may have, the first found is used; none is loaded from anywhere.
        Empty, the default, is the one of their system.

        Example: `c.LibreTextsPages.font = '"Source Sans 3", Inter'`
        """,
    ).tag(config=True)

    links = Dict(
        help="""
        Further links in the bar of all pages, by name. A null takes one away again. The default has none.

        Example: `c.LibreTextsPages.links = {"Courses": "https://courses.example.edu"}`
        """,
    ).tag(config=True)

    contact = Unicode(
        "",
        help="""
        Whom to ask: an address, a page, or words. Error pages name it. Empty, the default, says
        `the operators of this hub`.

        Example: `c.LibreTextsPages.contact = "jupyter-help@example.edu"`
        """,
    ).tag(config=True)

    footer = Unicode(
        "",
        help="""
        Words at the foot of all pages, mostly the institution. Empty, the default, shows none.

        Example: `c.LibreTextsPages.footer = "Example University, Computing Services"`
        """,
    ).tag(config=True)

    welcome = Unicode(
        "",
        help="""
        A sentence below the heading of the login page. Empty, the default, is one that fits every hub.

        Example: `c.LibreTextsPages.welcome = "Notebooks for all courses of Example University."`
        """,
    ).tag(config=True)

    login_hints = Dict(
        help="""
        A sentence that helps to sign in, by the name of the login service (`GitHub`) or the class of the
        authenticator; the empty name is for all others. The default has none.

        Example: `c.LibreTextsPages.login_hints = {"LDAPAuthenticator": "Your university account, without @example.edu."}`
        """,  # noqa: E501
    ).tag(config=True)

    announcements = Union(
        [List(), Unicode()],
        help="""
        What is announced on all pages. Keys of an entry: `text` (one line of Markdown; HTML in it is shown
        as text), `level` (`info`, `warning`, `error`), `start`, `end`, `dismissable`, `groups`. The default
        announces nothing.

        Example: `c.LibreTextsPages.announcements = [{"text": "Maintenance on Friday.", "level": "warning", "end": "2026-12-04T20:00:00+01:00"}]`
        """,  # noqa: E501
    ).tag(config=True)

    announcements_file = Unicode(
        "",
        help="""
        A YAML file with a list of announcements, which is read again when it changes. A mistake in it is
        logged, and what it said before holds. Empty, the default, reads none.

        Example: `c.LibreTextsPages.announcements_file = "/srv/pages/announcements.yaml"`
        """,
    ).tag(config=True)

    faq_file = Unicode(
        "",
        help="""
        The Markdown file that `/hub/faq` shows, also to people who are not logged in; read again when it
        changes. Empty, the default, shows questions and answers that fit every hub.

        Example: `c.LibreTextsPages.faq_file = "/srv/pages/faq.md"`
        """,
    ).tag(config=True)

    about_file = Unicode(
        "",
        help="""
        The Markdown file that `/hub/about` shows, as `faq_file`. Administrators see versions below it.

        Example: `c.LibreTextsPages.about_file = "/srv/pages/about.md"`
        """,
    ).tag(config=True)

    terms_file = Unicode(
        "",
        help="""
        The Markdown file of terms of use that everybody accepts before the spawn page opens, and again when
        the file changes. Until then no start is allowed, also not over REST and with a token. Empty, the
        default, asks for nothing.

        Example: `c.LibreTextsPages.terms_file = "/srv/pages/terms.md"`
        """,
    ).tag(config=True)

    terms_record = Unicode(
        "libretexts-terms.jsonl",
        help="""
        The file in which acceptances of the terms are recorded, one line of JSON each: who, which version,
        when. A relative path is below the folder where the hub runs, as that of JupyterHub's own database.

        Example: `c.LibreTextsPages.terms_record = "/srv/jupyterhub/terms.jsonl"`
        """,
    ).tag(config=True)

    server_limits = Union(
        [Dict(), Unicode()],
        help="""
        What stops servers, so that the home page says when: entries as `IdleCuller.servers` has them, or the
        path of the culler's policy file, which is read again when it changes. The default is what
        `c.IdleCuller` says in this same configuration; where that says nothing, so does the page. With
        another culler write its limit here.

        Example: `c.LibreTextsPages.server_limits = {"everyone": {"idle": "1h"}}`
        """,
    ).tag(config=True)

    language = Unicode(
        "",
        help="""
        The language of all pages, `en` or `es`. Empty, the default, follows each person's browser.

        Example: `c.LibreTextsPages.language = "es"`
        """,
    ).tag(config=True)

    stock_pages = List(
        Unicode(),
        help="""
        Pages that are to stay JupyterHub's own, by the names of their templates. With `page` the frame of
        all pages is. The default leaves none.

        Example: `c.LibreTextsPages.stock_pages = ["token", "admin"]`
        """,
    ).tag(config=True)
