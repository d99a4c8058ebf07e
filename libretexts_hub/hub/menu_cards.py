"""What does one image look like on the spawn page? As markup that is made once for everybody.

A template would make each of 500 cards anew at each page, which takes longer than all the rest of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup, escape

from libretexts_hub.domain.images import Image
from libretexts_hub.domain.options import Option
from libretexts_hub.domain.sizes import Size
from libretexts_hub.domain.tag_policy import Version

# Of a live image: so many versions as cards, the first of each kind; the others are rows to filter.
MOST_CARDS = 3
# A page must stay a page: what comes after these rows is reached by a link or over REST.
MOST_ROWS = 1000
KEPT_CARDS = 2000
KEPT_LISTS = 100
LABEL = Markup(' <span class="lt-tag">{}</span>')
WARNING = Markup(' <span class="lt-tag lt-warn">{}</span>')
# Five hundred of them: what needs no quotes has none, which is 3 kB less.
RADIO = Markup('<input type=radio name=image value="{}"{}{}>')
CARD = Markup("<label class=lt-card{}>{} <strong>{}{}</strong>{}</label>")
# The label is not around the text field: a click into it must not read as the radio's name.
FREE = Markup(
    '<div class="lt-card lt-free"{}><label>{} <strong>{}{}</strong></label>{}'
    '<label class="lt-reference"><small>{}</small>'
    '<input type="text" name="reference" value="{}" autocomplete="off" autocapitalize="off"'
    ' spellcheck="false" maxlength="512"></label></div>'
)
ROW = Markup("<label>{} {}{}</label>")
REFERENCE = "Reference, such as registry.example.org/name:tag"
Tell = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Card:
    """One radio button of the group `image`: `value` is what it sends, `version` how a sentence names it,
    `free` what stands at the field for a reference of one's own, where there is one."""

    value: str
    title: str
    version: str = ""
    facts: tuple[str, ...] = ()
    label: str = ""
    warning: str = ""
    is_marked: bool = False
    free: str = ""


def version_card(
    image: Image, version: Version | None, about: str, is_marked: bool, tell: Tell = str
) -> Card:
    """The card of an image, or of one version of a live one; `about`: more facts, parted by NUL. `tell` says
    our own words in the language of the page."""
    line = tell(" · ".join(filter(None, (_version_words(image, version), _opens(image)))))
    facts = [image.description, line, image.life.deprecated, *map(tell, about.split("\0"))]
    return Card(
        value=f"{image.slug}:{version.tag}" if version else image.slug,
        title=image.name,
        version=version.name if version else _version_words(image, None),
        facts=tuple(filter(None, facts)),
        label=tell("recommended") if image.default and (not version or version is image.versions[0]) else "",
        warning=tell(image.life.last_day_words or ("deprecated" if image.life.deprecated else "")),
        is_marked=is_marked,
        free=tell(REFERENCE) if image.free is not None else "",
    )


def card_html(card: Card, data: Markup = Markup(), reference: str = "") -> Markup:  # noqa: B008
    """A label around a native radio button: keyboard and screen reader work by themselves."""
    version = Markup(' data-version="{}"').format(card.version) if card.version else ""
    marked = Markup(" checked required") if card.is_marked else Markup(" required")
    radio = RADIO.format(card.value, version, marked)
    tags = LABEL.format(card.label) if card.label else Markup()
    tags += WARNING.format(card.warning) if card.warning else ""
    facts = Markup().join(Markup("<small>{}</small>").format(fact) for fact in card.facts)
    if card.free:
        return FREE.format(data, radio, card.title, tags, facts, card.free, reference)
    return CARD.format(data, radio, card.title, tags, facts)


def kept_card(image: Image, data: Markup, about: str, tell: Tell = str) -> Markup:
    """The card of an image that has one, when it is not marked."""
    return _kept_card(_Same(image), data, about, tell)


def shelf_data(image: Image, sizes: Sequence[Size], options: Sequence[Option]) -> Markup:
    """What the page's script reads of an image."""
    interfaces = image.interfaces if len(image.interfaces) > 1 else ()
    return _shelf_data(
        image.slug,
        " ".join(size.slug for size in sizes),
        " ".join(option.slug for option in options),
        " ".join(interface.slug for interface in interfaces),
    )


def featured_versions(versions: Sequence[Version]) -> list[Version]:
    """The first of each kind."""
    firsts = {version.kind: version for version in reversed(versions)}
    return sorted(firsts.values(), key=versions.index)[:MOST_CARDS]


class Rows:
    """The versions of a live image that have no card, one label each."""

    def __init__(self, image: Image, tell: Tell = str) -> None:
        featured = {version.tag for version in featured_versions(image.versions)}
        self.versions = [version for version in image.versions if version.tag not in featured]
        self.cut = max(0, len(self.versions) - MOST_ROWS)
        self._slug, self._tell = image.slug, tell
        self._labels = [self._label(version) for version in self.versions[:MOST_ROWS]]
        self._plain = Markup("\n").join(self._labels)
        self._places = {version.tag: place for place, version in enumerate(self.versions)}

    def marked(self, version: Version | None) -> Markup:
        """All labels, with this one marked; one that was cut off comes after the others."""
        place = self._places.get(version.tag) if version else None
        if version is None or place is None:
            return self._plain
        before, after = self._labels[:place], self._labels[place + 1 :]
        return Markup("\n").join([*before, self._label(version, " checked"), *after])

    def _label(self, version: Version, marked: str = "") -> Markup:
        same = f"same as {version.same_as}" if version.same_as else ""
        same = Markup(" <small>{}</small>").format(self._tell(same)) if same else ""
        return ROW.format(RADIO.format(f"{self._slug}:{version.tag}", marked, ""), version.name, same)


def rows_of(image: Image, tell: Tell = str) -> Rows:
    """The rows of a live image; made once for each of its lists of versions and each language."""
    return _rows_of(_Same(image), tell)


class _Same:
    """An image as the key of a cache: the same object, since comparing all its versions would take long."""

    __slots__ = ("image",)

    def __init__(self, image: Image) -> None:
        self.image = image

    def __hash__(self) -> int:
        return id(self.image)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.image is self.image


@lru_cache(KEPT_LISTS)
def _rows_of(same: _Same, tell: Tell) -> Rows:
    return Rows(same.image, tell)


@lru_cache(KEPT_CARDS)
def _kept_card(same: _Same, data: Markup, about: str, tell: Tell) -> Markup:
    return card_html(version_card(same.image, None, about, False, tell), data)


@lru_cache(KEPT_CARDS)
def _shelf_data(slug: str, sizes: str, options: str, interfaces: str) -> Markup:
    values = {"slug": slug, "sizes": sizes, "options": options, "interfaces": interfaces}
    return Markup().join(
        Markup(' data-{}="{}"').format(name, escape(value)) for name, value in values.items() if value
    )


def _version_words(image: Image, version: Version | None) -> str:
    if version is not None:
        return f"{version.name} · same as {version.same_as}" if version.same_as else version.name
    return image.reference.partition("@")[0].rpartition("/")[2].partition(":")[2]


def _opens(image: Image) -> str:
    names = [interface.name or interface.path for interface in image.interfaces]
    return f"opens {' or '.join(names)}" if names else ""
