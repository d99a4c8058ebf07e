"""What stands on the spawn page? The menu of one person as cards and rows, with one of them marked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from libretexts_hub.domain.images import Image
from libretexts_hub.domain.interfaces import Interface
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.selection import Selection
from libretexts_hub.domain.tag_policy import Version
from libretexts_hub.domain.wording import shown
from libretexts_hub.errors import SelectionError

# Of a live image: so many versions as cards, the first of each kind; the others are rows to filter.
MOST_CARDS = 3
# A page must stay a page: what comes after these rows is reached by a link or over REST.
MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Card:
    """One radio button of the group `image`: `value` is what it sends, `version` how a sentence names it."""

    value: str
    title: str
    version: str = ""
    facts: tuple[str, ...] = ()
    label: str = ""
    warning: str = ""
    is_marked: bool = False


@dataclass(frozen=True)
class Shelf:
    """All radio buttons of one image, and what else depends on it. `sizes` and `interfaces` are slugs."""

    image: Image
    cards: tuple[Card, ...]
    rows: tuple[Card, ...] = ()
    cut: int = 0
    age: str = ""
    sizes: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    @property
    def has_marked_row(self) -> bool:
        """Whether the list below the cards must be open."""
        return any(row.is_marked for row in self.rows)


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
    menu: Menu, wanted: object, *, last_valid: object = None, ages: Mapping[str, str] | None = None
) -> MenuPage:
    """The page for a person who `wanted` this last; what is not offered any more gives way to the default."""
    marked, gone = _marked(menu, wanted, last_valid)
    ages = ages or {}
    choices = [image.interfaces for image in menu.startable if len(image.interfaces) > 1]
    return MenuPage(
        menu=menu,
        shelves=tuple(_shelf(menu, image, marked, ages) for image in menu.images),
        hidden=tuple(_shelf(menu, image, marked, ages) for image in menu.hidden),
        marked=marked,
        interfaces=tuple(dict.fromkeys(each for several in choices for each in several)),
        last=_value(marked) if marked and last_valid and not gone else "",
        gone=gone,
        extras=marked.extras if marked else {},
    )


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


def _shelf(menu: Menu, image: Image, marked: Selection | None, ages: Mapping[str, str]) -> Shelf:
    mine = marked if marked is not None and marked.image.slug == image.slug else None
    if image.registry is None:
        cards, rows = [_card(menu, image, None, mine)], []
    else:
        featured = _featured(image.versions)
        cards = [_card(menu, image, version, mine) for version in featured]
        rest = [version for version in image.versions if version not in featured]
        rows = [_row(image, version, mine) for version in rest]
    bound = image.sizes is not None
    return Shelf(
        image=image,
        cards=tuple(cards),
        rows=tuple(_with_marked(rows)),
        cut=max(0, len(rows) - MOST_ROWS),
        age=ages.get(image.slug, ""),
        sizes=tuple(size.slug for size in menu.sizes_of(image)) if bound else (),
        options=tuple(option.slug for option in menu.options_of(image)),
    )


def _with_marked(rows: Sequence[Card]) -> Iterable[Card]:
    """The first rows, and the marked one wherever it is."""
    yield from rows[:MOST_ROWS]
    yield from (row for row in rows[MOST_ROWS:] if row.is_marked)


def _featured(versions: Sequence[Version]) -> list[Version]:
    firsts = {version.kind: version for version in reversed(versions)}
    return [version for version in versions if firsts[version.kind] is version][:MOST_CARDS]


def _card(menu: Menu, image: Image, version: Version | None, mine: Selection | None) -> Card:
    line = " · ".join(filter(None, (_version_words(image, version), _opens(image))))
    facts = [image.description, line, image.life.deprecated, _successor_words(menu, image)]
    if menu.now is not None and image.available.closes is not None:
        facts.append(f"Open {image.available.words(menu.now)}")
    return Card(
        value=f"{image.slug}:{version.tag}" if version else image.slug,
        title=image.name,
        version=version.name if version else _version_words(image, None),
        facts=tuple(filter(None, facts)),
        label="recommended" if image.default and (not version or version is image.versions[0]) else "",
        warning=image.life.last_day_words or ("deprecated" if image.life.deprecated else ""),
        is_marked=mine is not None and mine.version == version,
    )


def _row(image: Image, version: Version, mine: Selection | None) -> Card:
    facts = (f"same as {version.same_as}",) if version.same_as else ()
    return Card(
        f"{image.slug}:{version.tag}",
        version.name,
        facts,
        is_marked=mine is not None and mine.version == version,
    )


def _version_words(image: Image, version: Version | None) -> str:
    if version is not None:
        return f"{version.name} · same as {version.same_as}" if version.same_as else version.name
    return image.reference.partition("@")[0].rpartition("/")[2].partition(":")[2]


def _successor_words(menu: Menu, image: Image) -> str:
    successor = menu.image(image.life.successor) if image.life.successor else None
    return f"Replaced by {successor.name}" if successor else ""


def _opens(image: Image) -> str:
    names = [interface.name or interface.path for interface in image.interfaces]
    return f"opens {' or '.join(names)}" if names else ""


def _value(selection: Selection) -> str:
    """As the radio button of this selection sends it, with the size: the page compares it."""
    tag = f":{selection.version.tag}" if selection.version else ""
    return f"{selection.image.slug}{tag}|{selection.size.slug if selection.size else ''}"
