"""How does the trait reference get its text? From the help of the traits, so it cannot fall behind.

In a page: `{trait-reference}` as a directive without content.
"""

import inspect
import logging
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from our_traits import Setting, configurable_classes, own_settings
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from traitlets import HasTraits

# Importing JupyterHub makes alembic tell at level INFO which of its plugins it has set up.
logging.getLogger("alembic").setLevel(logging.WARNING)


def describe(cls: type[HasTraits], setting: Setting) -> str:
    """One trait as Markdown: a heading to link to, the type, the default and the help."""
    return "\n".join(
        [
            f"### `c.{setting.id}`",
            "",
            f"Type: {setting.trait.info()}. Default: `{default_of(cls, setting)}`.",
            "",
            setting.help,
            "",
        ]
    )


def default_of(cls: type[HasTraits], setting: Setting) -> str:
    """The default as it would be typed. One that a method makes is asked for on an object not set up."""
    try:
        return repr(getattr(cls.__new__(cls), setting.name))
    except Exception:
        return "depends on other settings"


def describe_class(cls: type[HasTraits]) -> str:
    """A class with its traits; nothing for a class that has none of its own."""
    settings = own_settings(cls)
    if not settings:
        return ""
    parts = [f"## {cls.__name__}", "", inspect.getdoc(cls) or "", ""]
    return "\n".join(parts + [describe(cls, setting) for setting in settings])


class TraitReference(SphinxDirective):
    """Everything that our classes let an operator set."""

    def run(self) -> list[nodes.Node]:
        """Write all classes as Markdown and let the page's own parser read it."""
        text = "\n".join(describe_class(cls) for cls in configurable_classes())
        lines = StringList(text.splitlines(), source="traits")
        place = nodes.Element()
        self.state.nested_parse(lines, self.content_offset, place, match_titles=True)
        return place.children


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("trait-reference", TraitReference)
    return {"parallel_read_safe": True}
