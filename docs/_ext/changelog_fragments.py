"""How do the changelog fragments get onto the changelog page?

In a page: `{changelog-fragments}` as a directive without content.
"""

from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from fragments import FRAGMENTS, read_fragments
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class ChangelogFragments(SphinxDirective):
    """The unreleased changes, kind by kind."""

    def run(self) -> list[nodes.Node]:
        """Each kind is a paragraph in bold with a list under it; a kind without fragments is left out."""
        lines: list[str] = []
        for kind, sentences in read_fragments(FRAGMENTS).items():
            if sentences:
                lines += [f"**{kind}**", "", *(f"- {sentence}" for sentence in sentences), ""]
        for path in FRAGMENTS.glob("*.md"):
            self.env.note_dependency(str(path))
        place = nodes.Element()
        self.state.nested_parse(StringList(lines, source="changelog.d"), self.content_offset, place)
        return place.children


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("changelog-fragments", ChangelogFragments)
    return {"parallel_read_safe": True}
