"""Does a text in Markdown bring anything live into a page: an announcement, an article, the terms?"""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st
from traitlets.config import Config

from libretexts_hub.cli.page_gallery import common
from libretexts_hub.cli.page_states import State, person
from libretexts_hub.domain.announcements import parse_announcements
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub import page_text
from libretexts_hub.hub.page_templates import environment
from libretexts_hub.hub.page_terms import parse_terms
from libretexts_hub.hub.pages import FOLDER, LibreTextsPages, Pages
from tests.security.live import Page, harmless
from tests.security.strategies import MARK, examples, in_words, nasty

PAGES = Pages(LibreTextsPages(config=Config()))
PAGES.build("/hub/")
TEMPLATES = environment([str(FOLDER)])
AROUND = (
    "{}",
    "# {}",
    "[{}](https://example.org)",
    "[x]({})",
    '[x](<{}> "{}")',
    "![{}]({})",
    "<{}>",
    "`{}`",
    "```{}\n{}\n```",
    "| {} | b |\n|---|---|\n| {} | d |",
    "[x]: {}\n\n[x] {}",
    "> {}\n- {}",
    "*{}* **{}**",
    "&{};",
    "\\{}",
    "http://{}",
    "    {}",
    "<div>\n{}\n</div>",
)
SECONDS = 5


def written() -> st.SearchStrategy[str]:
    """Nasty texts where Markdown gives a text a meaning."""
    return st.builds(
        lambda around, text: around.replace("{}", text), st.sampled_from(AROUND), nasty(encodable=True)
    )


def shown(template: str, **names: object) -> Page:
    """A whole page of ours, as JupyterHub renders it."""

    def static_url(path: str, include_version: bool = True) -> str:
        return f"/static/{path}"

    given = {**common(PAGES, State("x", template, "")), "user": person(), **names, "static_url": static_url}
    return Page(TEMPLATES.get_template(template).render(**given))


def article(text: str) -> Page:
    html, has_heading = page_text.article(text)
    return shown("libretexts/article.html", article=html, has_heading=has_heading, heading="FAQ", versions=())


PLAIN = article("words")


@examples(30)
@given(text=st.lists(written(), min_size=1, max_size=3).map("\n\n".join))
def test_an_article(text):
    began = time.monotonic()
    harmless(article(text), PLAIN, MARK)
    assert time.monotonic() - began < SECONDS


@examples(15)
@given(text=written())
def test_an_announcement(text):
    try:
        found = parse_announcements([{"text": text}], where="announcements")
    except ConfigurationError as error:
        in_words(error)
        return
    PAGES.look.fixed = ()
    plain = article("words")
    PAGES.look.fixed = found
    try:
        harmless(article("words"), plain, MARK)
    finally:
        PAGES.look.fixed = ()


@examples(10)
@given(text=written())
def test_terms_of_use(text):
    try:
        terms = parse_terms(text, "terms")
    except ConfigurationError:
        assert not text.strip()
        return
    harmless(Page(str(terms.html)), Page("<p>words</p>"), MARK)
    assert terms.version.isalnum()


def test_nesting_without_end():
    for text in ("> " * 4000, "- " * 4000, "[" * 4000, "*" * 8000, "![" * 4000, "<" * 8000, "`" * 8001):
        began = time.monotonic()
        harmless(article(text), PLAIN, MARK)
        assert time.monotonic() - began < SECONDS, text[:10]
