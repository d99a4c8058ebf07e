"""What makes the pages an institution's own? Name, colours, links, fonts; unreadable ones are refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from libretexts_hub.domain.contrast import (
    BLACK,
    TEXT,
    WHITE,
    Colour,
    as_hex,
    least_contrast,
    mix,
    nearest_passing,
    parse_colour,
    readable_on,
)
from libretexts_hub.domain.entries import Entry, did_you_mean
from libretexts_hub.errors import ConfigurationError

LIGHT, DARK = "brand", "brand_dark"
# Of assets/pack.css: what text in the brand's colour stands on.
SURFACES: dict[str, tuple[Colour, ...]] = {
    LIGHT: ((255, 255, 255), (246, 247, 249)),
    DARK: ((28, 33, 40), (20, 23, 28)),
}
SOFT = {LIGHT: 0.91, DARK: 0.87}
FONT = re.compile(r"[A-Za-z0-9 _,'\"-]{1,300}")
EMAIL = re.compile(r"[^\s@/:]+@[^\s@/:]+")
SCHEMES = ("http", "https", "mailto")


class Link(NamedTuple):
    """A link in the bar or the foot of all pages."""

    name: str
    url: str


@dataclass(frozen=True)
class Brand:
    """What the pages say and look like; texts are plain, pages escape them."""

    name: str = "JupyterHub"
    welcome: str = ""
    contact: str = ""
    footer: str = ""
    font: str = ""
    links: tuple[Link, ...] = ()
    light: Colour | None = None
    dark: Colour | None = None
    shows_name: bool = False

    @property
    def contact_link(self) -> str:
        """Where the contact is reached: `mailto:` for an address, the page for a page, else empty."""
        if EMAIL.fullmatch(self.contact):
            return f"mailto:{self.contact}"
        return self.contact if is_link(self.contact) and ":" in self.contact else ""

    @property
    def css(self) -> str:
        """The rules that come after the pack's own."""
        rules = _colour_rules(self.light, self.dark) if self.light and self.dark else []
        if self.font:
            rules.append(f"--lt-font: {self.font}, system-ui, sans-serif;")
        return f":root {{ {' '.join(rules)} }}\n" if rules else ""


def is_link(written: str) -> bool:
    """Whether this may be the target of a link: a page, an address, or a path of this host.

    What stands before an @ in the address of a page looks like its host, and is none (RFC 3986, 7.6).
    """
    if any(char.isspace() or not char.isprintable() for char in written) or "\\" in written:
        return False
    try:
        parts = urlsplit(written)
    except ValueError:
        return False
    if not parts.scheme:
        return written.startswith("/") and not written.startswith("//")
    if parts.scheme not in SCHEMES or "@" in parts.netloc:
        return False
    return bool(parts.netloc or parts.scheme == "mailto")


def parse_colours(written: Mapping[str, object], *, where: str) -> tuple[Colour | None, Colour | None]:
    """The brand's colour on light and on dark pages. Raises ConfigurationError below AA.

    A missing dark one is made of the light one.
    """
    for key in written:
        if key not in SURFACES:
            raise ConfigurationError(
                f"{key!r} is not a known key", where=where, fix=did_you_mean(str(key), list(SURFACES))
            )
    if not written:
        return None, None
    light = _colour(written.get(LIGHT, "#0b62ba"), LIGHT, where)
    if DARK in written:
        return light, _colour(written[DARK], DARK, where)
    return light, nearest_passing(light, _backgrounds(mix(light, WHITE, 0.3), DARK))


def _colour(written: object, key: str, where: str) -> Colour:
    place = f"{where}[{key!r}]"
    colour = parse_colour(written)
    if colour is None:
        raise ConfigurationError(
            f"{written!r:.60} is not a colour", where=place, fix='Write it like "#0b62ba".'
        )
    backgrounds = _backgrounds(colour, key)
    reached = least_contrast(colour, backgrounds)
    if reached < TEXT:
        nearest = as_hex(_nearest(colour, key))
        kind = "dark" if key == DARK else "light"
        raise ConfigurationError(
            f"{as_hex(colour)} has a contrast of {reached:.2f} on {kind} pages; WCAG 2.2 AA asks for {TEXT}",
            where=place,
            fix=f'The nearest colour that passes is "{nearest}".',
        )
    return colour


def _nearest(colour: Colour, key: str) -> Colour:
    """Towards black on light pages, towards white on dark ones; its own soft background moves with it."""
    end = WHITE if key == DARK else BLACK
    tried = (mix(colour, end, step / 200) for step in range(201))
    return next(each for each in tried if least_contrast(each, _backgrounds(each, key)) >= TEXT)


def _backgrounds(colour: Colour, key: str) -> tuple[Colour, ...]:
    return (*SURFACES[key], mix(colour, SURFACES[key][0], SOFT[key]))


def _colour_rules(light: Colour, dark: Colour) -> list[str]:
    pairs = {
        "brand": (light, dark),
        "brand-strong": (mix(light, BLACK, 0.2), mix(dark, WHITE, 0.3)),
        "on-brand": (readable_on(light), readable_on(dark)),
        "brand-soft": (_backgrounds(light, LIGHT)[-1], _backgrounds(dark, DARK)[-1]),
    }
    return [f"--lt-{name}: light-dark({as_hex(one)}, {as_hex(two)});" for name, (one, two) in pairs.items()]


def parse_font(written: str, *, where: str) -> str:
    """Names of fonts that people's own computers have. Raises ConfigurationError."""
    if written and not FONT.fullmatch(written):
        raise ConfigurationError(
            f"{written!r:.80} is not a list of fonts",
            where=where,
            fix="Write it like 'Inter, \"Noto Sans\"'.",
        )
    if written.count("'") % 2 or written.count('"') % 2:
        raise ConfigurationError("A quotation mark is missing", where=where, fix="Close it.")
    return written


def parse_links(written: Mapping[str, object], *, where: str) -> tuple[Link, ...]:
    """Links by name. Raises ConfigurationError for what is no link of the web."""
    links = []
    for name, url in written.items():
        entry = Entry(str(name), {"name": name, "url": url}, f"{where}[{name!r}]")
        if not is_link(entry.text("url")):
            raise ConfigurationError(
                f"{url!r:.80} is not a link",
                where=entry.where,
                fix='Write it like "https://example.edu/help" or "/help".',
            )
        links.append(Link(entry.text("name"), entry.text("url")))
    return tuple(links)
