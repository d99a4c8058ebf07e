"""What did the person choose?

`user_options` come from the form, from a query and from the REST API; the latter may send anything at all.
They are parsed once, against that person's own menu, into a frozen `Selection`, or refused in words that
help. What a person may not start is refused with the words for what is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from libretexts_hub.domain.entries import did_you_mean
from libretexts_hub.domain.selected_image import (
    chosen_reference,
    chosen_version,
    ended,
    image_on,
    named_image,
    successor_on,
)
from libretexts_hub.domain.selected_options import EXTRA, as_text, chosen_extras
from libretexts_hub.domain.wording import at_another_time, kind_of, one_of, refusal, shown

if TYPE_CHECKING:
    from libretexts_hub.domain.images import Image
    from libretexts_hub.domain.interfaces import Interface
    from libretexts_hub.domain.menu import Menu
    from libretexts_hub.domain.sizes import Size
    from libretexts_hub.domain.tag_policy import Version

KEYS = ("image", "tag", "size", "interface", "reference")
# Only for whom several routes are open.
ROUTE = "route"
# The key under which an adapter keeps options that were no mapping: JupyterHub wants a dict there.
MALFORMED = "_malformed"


@dataclass(frozen=True)
class Selection:
    """One environment, and what goes with it. `reference` is what the person saw, by its tag.

    `extras` maps the slug of an option to the slug of its choice, to "1" for a check box that is ticked;
    `cleared` are check boxes that were ticked at first and are not any more. `route` is where to
    run it, empty where nothing was picked. `retired` is the slug of what was named when its successor starts
    in its place, and `notice` says so to the person.
    """

    image: Image
    size: Size | None = None
    version: Version | None = None
    interface: Interface | None = None
    reference: str = ""
    extras: Mapping[str, str] = field(default_factory=dict)
    cleared: tuple[str, ...] = ()
    route: str = ""
    retired: str = ""
    notice: str = ""

    @classmethod
    def parse(cls, options: object, menu: Menu) -> Selection:
        """Read untrusted `options`; what is not sent is the default of the menu. Raises SelectionError."""
        if not isinstance(options, Mapping) or MALFORMED in options:
            sent = "" if isinstance(options, Mapping) else f", not {kind_of(options)}"
            raise refusal(f"The choice must be an object with {one_of(KEYS)}{sent}.", "Send it again.")
        known = _sent(options, menu)
        slug, tag = named_image(known)
        retired = next((image for image in menu.retired if image.slug == slug), None)
        image = image_on(menu, slug) if retired is None else successor_on(menu, retired)
        if retired is not None:
            known, tag = _as_far_as_it_goes(known, image, menu), None
        version = chosen_version(tag, image)
        extras = chosen_extras(known, image, menu)
        return cls(
            image=image,
            size=_size(known.get("size"), image, menu),
            version=version,
            interface=_interface(known.get("interface"), image),
            reference=chosen_reference(known.get("reference"), image, version),
            extras={slug: choice for slug, choice in extras.items() if choice},
            cleared=tuple(slug for slug, choice in extras.items() if not choice),
            route=_route(known.get(ROUTE, ""), menu),
            retired=retired.slug if retired else "",
            notice=f"{ended(retired)} {image.name} starts in its place." if retired else "",
        )

    @property
    def options(self) -> dict[str, str]:
        """The same choice as `user_options`: parsing it again gives the same selection."""
        chosen = {
            "image": self.retired or self.image.slug,
            "tag": self.version.tag if self.version and not self.retired else "",
            "size": self.size.slug if self.size else "",
            "interface": self.interface.slug if self.interface and len(self.image.interfaces) > 1 else "",
            "reference": self.reference if self.image.free else "",
            ROUTE: self.route,
        }
        chosen |= {f"{EXTRA}{slug}": choice for slug, choice in self.extras.items()}
        chosen |= {f"{EXTRA}{slug}": "0" for slug in self.cleared}
        return {key: value for key, value in chosen.items() if value}

    @property
    def summary(self) -> str:
        """In a person's words: `LSST stack Weekly 2026_46, Small`."""
        what = self.version.name if self.version else self.reference if self.image.free else ""
        named = f"{self.image.name} {what}".strip()
        return f"{named}, {self.size.name}" if self.size else named


def _sent(options: Mapping[object, object], menu: Menu) -> dict[str, str]:
    """What was sent under a known key, as text.

    An empty field of a form was not sent; image and size are radio buttons, which are never empty.
    """
    chosen_too = (ROUTE,) if menu.routes else ()
    known = (*KEYS, *chosen_too, *(f"{EXTRA}{option.slug}" for option in menu.options))
    sent = {}
    for key, value in options.items():
        if not isinstance(key, str) or key not in known:
            word = key if isinstance(key, str) else ""
            raise refusal(f"{shown(key)} is not an option of this hub.", did_you_mean(word, known))
        if key.startswith(EXTRA):
            value = as_text(value)
        if value is None or (value == "" and key not in ("image", "size")):
            continue
        if not isinstance(value, str):
            raise refusal(f"The {key} must be one name, not {kind_of(value)}.", "Send one name.", key=key)
        sent[key] = value
    return sent


def _as_far_as_it_goes(sent: Mapping[str, str], image: Image, menu: Menu) -> dict[str, str]:
    """What was sent for a retired image, without what its successor does not have."""
    known = {f"{EXTRA}{option.slug}" for option in menu.options_of(image)}
    known |= {"size" for size in menu.sizes_of(image) if size.slug == sent.get("size")}
    known |= {"interface" for each in image.interfaces if each.slug == sent.get("interface")}
    return {key: value for key, value in sent.items() if key in known}


def _size(slug: str | None, image: Image, menu: Menu) -> Size | None:
    allowed = menu.sizes_of(image)
    if slug is None:
        return menu.default_size(image)
    chosen = next((size for size in allowed if size.slug == slug), None)
    if chosen is not None:
        return chosen
    for closed in menu.closed_sizes:
        if closed.slug == slug and image.allows(slug):
            raise at_another_time(closed.name, closed.available, menu.now, key="size", noun="size")
    fix = f"Choose {one_of(size.slug for size in allowed)}." if allowed else "Leave the size out."
    raise refusal(f"{shown(slug)} is not a size of {image.name}.", fix, key="size")


def _route(slug: str, menu: Menu) -> str:
    """The route that was picked, empty for none. Whether it takes this image and size is decided later."""
    if slug and slug not in [route.slug for route in menu.routes]:
        known = one_of(route.slug for route in menu.routes)
        raise refusal(
            f"{shown(slug)} is not a place where you may run a server.", f"Choose {known}.", key=ROUTE
        )
    return slug


def _interface(slug: str | None, image: Image) -> Interface | None:
    if slug is None:
        return image.interfaces[0] if image.interfaces else None
    chosen = next((each for each in image.interfaces if each.slug == slug), None)
    if chosen is None:
        known = one_of(each.slug for each in image.interfaces)
        fix = f"Choose {known}." if known else "Leave the interface out."
        raise refusal(f"{image.name} does not open in {shown(slug)}.", fix, key="interface")
    return chosen
