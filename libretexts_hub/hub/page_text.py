"""How does an operator's Markdown become part of a page? As a few safe elements; HTML in it stays text."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup

from libretexts_hub.domain.branding import is_link

# Something that looks like an element: worth a warning, since it is shown as it is written.
LOOKS_LIKE_HTML = re.compile(r"</?[a-zA-Z][^<>]*>")
NOT_IN_ANCHOR = re.compile(r"[^\w]+")


@cache
def _parser() -> MarkdownIt:
    # With html off the renderer writes only elements of its own, and every text and attribute is escaped:
    # https://markdown-it-py.readthedocs.io/en/latest/security.html
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
    parser.validateLink = _is_safe  # type: ignore[method-assign]
    parser.add_render_rule("image", _image)
    return parser


def _is_safe(url: str) -> bool:
    return url.startswith("#") or is_link(url)


def _image(renderer: Any, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
    """Only of this host: a page of the hub asks no other one for anything. Else its words."""
    token = tokens[index]
    words = renderer.renderInlineAsText(token.children, options, env)
    source = str(token.attrGet("src") or "")
    if not source.startswith("/") or source.startswith("//"):
        return str(Markup.escape(words))
    token.attrSet("alt", words)
    return str(renderer.renderToken(tokens, index, options, env))


def article(text: str) -> tuple[Markup, bool]:
    """A whole text, and whether it begins with a heading: that one is then the page's only h1."""
    tokens = _parser().parse(text)
    starts = bool(tokens) and tokens[0].type == "heading_open" and tokens[0].tag == "h1"
    seen: set[str] = set()
    for index, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            if token.tag == "h1" and not (starts and index < 3):
                token.tag = "h2"
            if token.type == "heading_open":
                _name(token, tokens[index + 1].content, seen)
    html = _parser().renderer.render(tokens, _parser().options, {})
    return Markup(html), starts  # noqa: S704 (what the renderer wrote is escaped)


def _name(token: Any, words: str, seen: set[str]) -> None:
    """An anchor, so that a question can be linked to."""
    name = NOT_IN_ANCHOR.sub("-", words.lower()).strip("-")[:60]
    # "main" and others are names of the page's own parts.
    name = f"about-{name}"
    if name not in seen:
        seen.add(name)
        token.attrSet("id", name)


def line(text: str) -> Markup:
    """One line: links and emphasis, no paragraphs."""
    return Markup(_parser().renderInline(text))  # noqa: S704 (as above)


def has_html(text: str) -> bool:
    """Whether somebody may have expected an element where a page will show angle brackets."""
    return LOOKS_LIKE_HTML.search(text) is not None
