"""What does the menu look like? One partial of the template pack, by an environment that is built once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template

from libretexts_hub import templates
from libretexts_hub.domain.made import Made
from libretexts_hub.domain.menu import Menu
from libretexts_hub.hub.menu_page import menu_page
from libretexts_hub.hub.notices import Notice
from libretexts_hub.hub.page_words import ENGLISH, Words, sentences

TITLE = "Environment"


def template_folder() -> Path:
    """Where the template pack is, in a wheel as in an editable install."""
    return Path(templates.__file__).parent


# Where style sheet and script of the form are, by name; None: they stand in the form itself.
_assets: list[Callable[[str], str] | None] = [None]


def use_assets(url: Callable[[str], str] | None) -> None:
    """From now on the form names these addresses, so that it works without scripts inside the page."""
    _assets[0] = url


@cache
def _template() -> Template:
    # KubeSpawner builds an environment at every render, which costs 12 ms: a process needs one.
    environment = Environment(
        loader=FileSystemLoader(template_folder()),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("spawn_menu.html")


def render_menu(
    menu: Menu,
    wanted: object,
    *,
    last_valid: object = None,
    refused: object = None,
    title: str = TITLE,
    contact: str = "the operators of this hub",
    ages: Mapping[str, str] | None = None,
    notices: Iterable[Notice] = (),
    facts: Iterable[str] = (),
    details: Sequence[Made] = (),
    words: Words | None = None,
) -> str:
    """The fields of the form for one person.

    What is left of a `refused` choice is marked, else `wanted` if it is on their menu, else `last_valid`,
    else the default. `ages` says, by slug, how old the versions of an image are; `facts` are lines for the
    foot of the form, such as where it will run; `details` say what will be created, to whom may see it;
    `words` is the language, English for None.
    """
    words = words or Words()
    # The same object for one language: what is kept of cards is kept by it.
    tell = str if words.language == ENGLISH else sentences(words.language).say
    page = menu_page(menu, wanted, last_valid=last_valid, refused=refused, ages=ages, tell=tell)
    return _template().render(
        page=page,
        menu=menu,
        title=title,
        contact=contact,
        tell=words.tell,
        t=lambda text, **named: words.say(text, named),
        notices=list(notices),
        facts=list(facts),
        details=details,
        asset=_assets[0],
    )
