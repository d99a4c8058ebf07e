"""How does the trait reference get its text? From the help of the traits, so it cannot fall behind.

In a page: `{trait-reference}` as a directive without content is the index. Each setting has a page of its
own, and where another page names one as `c.Class.name`, the name becomes a link to it.
"""

import logging
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from trait_pages import index, write_pages

# Importing JupyterHub makes alembic tell at level INFO which of its plugins it has set up.
logging.getLogger("alembic").setLevel(logging.WARNING)

# Beside the page with the index, operators/traits.md.
FOLDER = "operators/settings"
# Which page has a setting, by each name that an operator may type. Filled before a build reads anything.
_pages: dict[str, Path] = {}


class TraitReference(SphinxDirective):
    """Everything that our classes let an operator set, by class."""

    def run(self) -> list[nodes.Node]:
        """Write all classes as Markdown and let the page's own parser read it."""
        lines = StringList(index(Path(FOLDER).name).splitlines(), source="traits")
        place = nodes.Element()
        self.state.nested_parse(lines, self.content_offset, place, match_titles=True)
        return place.children


def make_pages(app: Sphinx) -> None:
    """Before Sphinx looks which documents there are."""
    _pages.update(write_pages(Path(app.srcdir) / FOLDER))


def link_names(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """A setting's name leads to its page; in headings, in links and on that page it stays as it is."""
    for literal in list(doctree.findall(nodes.literal)):
        text = literal.astext()
        page = _pages.get(text.removeprefix("c.")) if text.startswith("c.") else None
        if page is None or _stays(literal):
            continue
        target = f"{FOLDER}/{page.stem}"
        if target != docname:
            uri = app.builder.get_relative_uri(docname, target)
            literal.replace_self(nodes.reference("", "", literal.deepcopy(), internal=True, refuri=uri))


def _stays(literal: nodes.literal) -> bool:
    above = literal.parent
    while above is not None and not isinstance(above, nodes.reference | nodes.title):
        above = above.parent
    return above is not None


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, the pages and the links."""
    app.add_directive("trait-reference", TraitReference)
    app.connect("builder-inited", make_pages)
    app.connect("doctree-resolved", link_names)
    return {"parallel_read_safe": True}
