"""What stands on the spawn page? The menu of one person as cards and rows, with one of them marked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from libretexts_hub.domain.images import Image
from libretexts_hub.domain.interfaces import Interface
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.selection import Selection
from libretexts_hub.domain.wording import shown
from libretexts_hub.errors import SelectionError
from libretexts_hub.hub.menu_cards import (
    Tell,
    card_html,
    featured_versions,
    kept_card,
    rows_of,
    shelf_data,
    version_card,
)


@dataclass(frozen=True)
class Shelf:
    """All radio buttons of one image: `cards` and `rows` as markup, the latter open when one is marked."""

    image: Image
    cards: Markup
    rows: Markup
    data: Markup
    count: int = 0
    cut: int = 0
    age: str = ""
    is_open: bool = False


@dataclass(frozen=True)
class MenuPage:
    """Everything that the template shows."""

    menu: Menu
    shelves: tuple[Shelf, ...]
    hidden: tuple[Shelf, ...]
    marked: Selection | None
    interfaces: tuple[Interface, ...]
    last: str = ""
    gone: str = ""
    extras: Mapping[str, str] = field(default_factory=dict)


def menu_page(
    menu: Menu,
    wanted: object,
    *,
    last_valid: object = None,
    refused: object = None,
    ages: Mapping[str, str] | None = None,
    tell: Tell = str,
) -> MenuPage:
    """The page for a person who `wanted` this last; what is not offered any more gives way to the default.

    `tell` says our own words in the language of the page.
    """
    kept = _kept(menu, refused)
    marked, gone = (kept, "") if kept else _marked(menu, wanted, last_valid)
    ages = {slug: tell(words) for slug, words in (ages or {}).items()}
    choices = [image.interfaces for image in menu.startable if len(image.interfaces) > 1]
    return MenuPage(
        menu=menu,
        shelves=tuple(_shelf(menu, image, marked, ages, tell) for image in menu.images),
        hidden=tuple(_shelf(menu, image, marked, ages, tell) for image in menu.hidden),
        marked=marked,
        interfaces=tuple(dict.fromkeys(each for several in choices for each in several)),
        last=_value(marked) if marked and last_valid and not gone else "",
        gone=tell(gone),
        extras=marked.extras if marked else {},
    )


def _kept(menu: Menu, refused: object) -> Selection | None:
    """What a person just sent, without the part that was refused: the page must not forget the rest."""
    left = dict(refused) if isinstance(refused, Mapping) else {}
    while left:
        try:
            return Selection.parse(left, menu)
        except SelectionError as error:
            if error.where not in left:
                return None
            del left[error.where]
    return None


def _marked(menu: Menu, wanted: object, last_valid: object) -> tuple[Selection | None, str]:
    """What is marked, and what to say when it is not what was chosen last."""
    for options in (wanted, last_valid):
        if options:
            try:
                return Selection.parse(options, menu), ""
            except SelectionError:
                continue
    default = _default(menu)
    if not isinstance(last_valid, Mapping) or not last_valid or default is None:
        return default, ""
    name = last_valid.get("reference") or ":".join(filter(None, map(last_valid.get, ("image", "tag"))))
    return (
        default,
        f"Your last choice, {shown(str(name))}, is not offered any more; {default.summary} is marked.",
    )


def _default(menu: Menu) -> Selection | None:
    try:
        return Selection.parse({}, menu) if menu.default_image else None
    except SelectionError:
        return None


def _shelf(menu: Menu, image: Image, marked: Selection | None, ages: Mapping[str, str], tell: Tell) -> Shelf:
    mine = marked if marked is not None and marked.image.slug == image.slug else None
    data = shelf_data(image, menu.sizes_of(image) if image.sizes is not None else (), menu.options_of(image))
    about = "".join((_successor_words(menu, image), "\0", _open_words(menu, image)))
    age = ages.get(image.slug, "")
    if image.registry is None:
        return Shelf(image, _static_card(image, mine, data, about, tell), Markup(), data, age=age)
    version = mine.version if mine else None
    featured = featured_versions(image.versions)
    cards = Markup("\n").join(
        card_html(version_card(image, each, about, each == version, tell)) for each in featured
    )
    rows = rows_of(image, tell)
    return Shelf(
        image,
        cards,
        rows.marked(version),
        data,
        count=len(rows.versions),
        cut=rows.cut,
        age=age,
        is_open=version is not None and version not in featured,
    )


def _static_card(image: Image, mine: Selection | None, data: Markup, about: str, tell: Tell) -> Markup:
    """Where most menus have a hundred of them, all but the marked one are the same for everybody."""
    if mine is not None:
        card = version_card(image, None, about, True, tell)
        return card_html(card, data, mine.reference if image.free else "")
    return kept_card(image, data, about, tell)


def _successor_words(menu: Menu, image: Image) -> str:
    successor = menu.image(image.life.successor) if image.life.successor else None
    return f"Replaced by {successor.name}" if successor else ""


def _open_words(menu: Menu, image: Image) -> str:
    if menu.now is None or image.available.closes is None:
        return ""
    return f"Open {image.available.words(menu.now)}"


def _value(selection: Selection) -> str:
    """As the radio button of this selection sends it, with the size: the page compares it."""
    tag = f":{selection.version.tag}" if selection.version else ""
    return f"{selection.image.slug}{tag}|{selection.size.slug if selection.size else ''}"
