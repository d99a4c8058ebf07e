"""In which words does a page speak? Those of the catalogue of its language, English where that has none."""

import gettext
import html
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from libretexts_hub import templates
from libretexts_hub.domain.sentences import Sentences

LOCALES = Path(templates.__file__).parent / "locale"
ENGLISH = "en"
TAG = re.compile(r"(<[^>]*>)")


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The words of this language; English where there are none."""
    return gettext.translation("libretexts_hub", LOCALES, [language], fallback=True)


@cache
def sentences(language: str) -> Sentences:
    """The same catalogue, for sentences that are made elsewhere."""
    # gettext has no public way to all of its messages; the mapping is as old as the module.
    told: Mapping[Any, str] = getattr(catalogue(language), "_catalog", {})
    return Sentences({text: words for text, words in told.items() if isinstance(text, str) and text})


class Words:
    """One language. `Words()` is English, as everything is written."""

    def __init__(self, language: str = ENGLISH) -> None:
        self.language = language

    def say(self, text: str, named: Mapping[str, Any]) -> str:
        """`text` of a template in this language, `named` put in."""
        told = catalogue(self.language).gettext(text)
        if not named:
            return told
        try:
            return told % named
        except (KeyError, ValueError, TypeError):  # a translation with another placeholder
            return text % named

    def tell(self, text: Any) -> str:
        """A sentence that something of the hub made, as far as its pattern is known."""
        written = str(text)
        return written if self.language == ENGLISH else sentences(self.language).say(written)

    def tell_html(self, markup: Any) -> str:
        """Markup of JupyterHub or of an error: the texts between its tags, each by itself."""
        written = str(markup)
        if self.language == ENGLISH:
            return written
        return "".join(
            each if place % 2 else self._text(each) for place, each in enumerate(TAG.split(written))
        )

    def _text(self, written: str) -> str:
        text = html.unescape(written)
        told = self.tell(core) if (core := text.strip()) else ""
        return html.escape(text.replace(core, told)) if told and told != core else written


# How the language of whoever asks for a form is found; None: pages are not installed, all is English.
_language_of: list[Callable[[Any], str] | None] = [None]


def use_languages(language_of: Callable[[Any], str] | None) -> None:
    """From now on forms are in the language that `language_of` finds for a handler."""
    _language_of[0] = language_of


def words_for(handler: Any) -> Words:
    """The words for whoever asks through this handler of JupyterHub; None: nobody is known."""
    find = _language_of[0]
    return Words(find(handler)) if find is not None and handler is not None else Words()
