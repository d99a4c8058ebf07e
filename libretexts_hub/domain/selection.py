"""What did the person choose?

`user_options` come from the form, from a query and from the REST API; the latter may send anything at all.
They are parsed once, against that person's own menu, into a frozen `Selection`, or refused in words that
help. What a person may not start is refused with the words for what is not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from libretexts_hub.domain.entries import did_you_mean
from libretexts_hub.domain.images import Image, is_reference
from libretexts_hub.domain.interfaces import Interface
from libretexts_hub.domain.life import Life
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.options import Option
from libretexts_hub.domain.sizes import Size
from libretexts_hub.domain.tag_policy import Version
from libretexts_hub.domain.wording import kind_of, one_of, refusal, shown

KEYS = ("image", "tag", "size", "interface", "reference")
EXTRA = "option-"
# The key under which an adapter keeps options that were no mapping: JupyterHub wants a dict there.
MALFORMED = "_malformed"


@dataclass(frozen=True)
class Selection:
    """One environment, and what goes with it. `reference` is what the person saw, by its tag.

    `extras` maps the slug of an option to the slug of its choice, to "1" for a check box. `notice` is for the
    person: something else starts than they named.
    """

    image: Image
    size: Size | None = None
    version: Version | None = None
    interface: Interface | None = None
    reference: str = ""
    extras: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""

    @classmethod
    def parse(cls, options: object, menu: Menu) -> "Selection":
        """Read untrusted `options`; what is not sent is the default of the menu. Raises SelectionError."""
        if not isinstance(options, Mapping) or MALFORMED in options:
            sent = "" if isinstance(options, Mapping) else f", not {kind_of(options)}"
            raise refusal(f"The choice must be an object with {one_of(KEYS)}{sent}.", "Send it again.")
        sent_options = _sent(options, menu)
        slug, tag = _split(sent_options)
        image, notice = _image(slug, menu)
        if notice:
            tag = None
        version = _version(tag, image)
        return cls(
            image=image,
            size=_size(sent_options.get("size"), image, menu),
            version=version,
            interface=_interface(sent_options.get("interface"), image),
            reference=_reference(sent_options.get("reference"), image, version),
            extras=_extras(sent_options, image, menu),
            notice=notice,
        )

    @property
    def options(self) -> dict[str, str]:
        """The same choice as `user_options`: parsing it again gives the same selection."""
        chosen = {
            "image": self.image.slug,
            "tag": self.version.tag if self.version else "",
            "size": self.size.slug if self.size else "",
            "interface": self.interface.slug if self.interface and len(self.image.interfaces) > 1 else "",
            "reference": self.reference if self.image.free else "",
        }
        chosen |= {f"{EXTRA}{slug}": choice for slug, choice in self.extras.items()}
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
    extras = [f"{EXTRA}{option.slug}" for option in menu.options]
    sent = {}
    for key, value in options.items():
        if not isinstance(key, str) or (key not in KEYS and key not in extras):
            known = (*KEYS, *extras)
            raise refusal(f"{shown(key)} is not an option of this hub.", did_you_mean(str(key), known))
        if value is None or (value == "" and key not in ("image", "size")):
            continue
        if key in extras and isinstance(value, bool):
            value = "1" if value else "0"
        if not isinstance(value, str):
            raise refusal(f"The {key} must be one name, not {kind_of(value)}.", "Send one name.", key=key)
        sent[key] = value
    return sent


def _split(sent: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Slug and tag; a radio of the form sends both in one, `lsst:w_2026_46`. A slug has no colon."""
    if "image" not in sent:
        return None, sent.get("tag")
    slug, colon, tag = sent["image"].partition(":")
    if colon and sent.get("tag", tag) != tag:
        raise refusal("Two tags were sent.", "Send one of them.", key="tag")
    return slug, tag if colon else sent.get("tag")


def _image(slug: str | None, menu: Menu) -> tuple[Image, str]:
    """The image, and what to tell the person when it is the successor of the one that they named."""
    image = menu.default_image if slug is None else menu.image(slug)
    if image is not None:
        return image, ""
    retired = next((image for image in menu.retired if image.slug == slug), None)
    if retired is not None:
        return _successor(retired, menu)
    for closed in menu.closed:
        if closed.slug == slug and menu.now is not None:
            raise refusal(
                f"{closed.name} is offered {closed.available.words(menu.now)}.",
                "Come back then.",
                key="image",
            )
    for unread in menu.unread:
        if slug in (unread.slug, None):
            raise refusal(
                f"The versions of {unread.name} could not be read yet.", "Try again in a minute.", key="image"
            )
    if not menu.startable:
        raise refusal(
            "There is no environment that you may start.",
            "Ask the operators of this hub to give you access.",
            key="image",
        )
    choices = one_of(image.slug for image in menu.images)
    what = (
        "No environment was named." if slug is None else f"{shown(slug)} is not an environment on your menu."
    )
    raise refusal(what, f"Choose {choices}." if choices else "Ask for the link to it.", key="image")


def _successor(retired: Image, menu: Menu) -> tuple[Image, str]:
    """What takes the place of a retired image; the first of its chain that is alive."""
    others = {image.slug: image for image in (*menu.retired, *menu.startable)}
    image = retired
    for _ in range(len(others)):
        if image.life.successor not in others:
            break
        image = others[image.life.successor]
        if menu.image(image.slug) is not None:
            return (
                image,
                f"{retired.name} has ended{_day_words(retired.life)}. {image.name} starts in its place.",
            )
    raise refusal(
        f"{retired.name} has ended{_day_words(retired.life)}.",
        retired.life.deprecated or "Choose another environment.",
        key="image",
    )


def _day_words(life: Life) -> str:
    return f" ({life.last_day_words})" if life.retires else ""


def _version(tag: str | None, image: Image) -> Version | None:
    if image.registry is None:
        if tag is not None:
            raise refusal(f"{image.name} has no tags to choose from.", "Leave the tag out.", key="tag")
        return None
    version = image.versions[0] if tag is None else image.version(tag)
    if version is None:
        first = image.versions[0]
        raise refusal(
            f"{shown(tag)} is not on the menu of {image.name}.",
            f"Choose {first.tag} ({first.name}), or another one of the menu.",
            key="tag",
        )
    return version


def _reference(sent: str | None, image: Image, version: Version | None) -> str:
    if image.free is None:
        if sent is not None:
            raise refusal(
                f"{image.name} takes no image reference.",
                "Leave it empty, or choose the entry that asks for one.",
                key="reference",
            )
        return image.registry.reference(version.tag) if image.registry and version else image.reference
    if sent is None:
        raise refusal(
            f"{image.name} needs an image reference.", "Write registry/repository:tag.", key="reference"
        )
    text = sent.strip()
    if not is_reference(text) or not image.free.fullmatch(text):
        raise refusal(
            f"{shown(text)} is not an image that this hub allows.",
            "Write registry/repository:tag of one that it does.",
            key="reference",
        )
    return text


def _size(slug: str | None, image: Image, menu: Menu) -> Size | None:
    allowed = menu.sizes_of(image)
    if slug is None:
        return menu.default_size(image)
    chosen = next((size for size in allowed if size.slug == slug), None)
    if chosen is not None:
        return chosen
    for closed in menu.closed_sizes:
        if closed.slug == slug and menu.now is not None:
            raise refusal(
                f"{closed.name} is offered {closed.available.words(menu.now)}.",
                "Choose another size.",
                key="size",
            )
    fix = f"Choose {one_of(size.slug for size in allowed)}." if allowed else "Leave the size out."
    raise refusal(f"{shown(slug)} is not a size of {image.name}.", fix, key="size")


def _interface(slug: str | None, image: Image) -> Interface | None:
    if slug is None:
        return image.interfaces[0] if image.interfaces else None
    chosen = next((each for each in image.interfaces if each.slug == slug), None)
    if chosen is None:
        known = one_of(each.slug for each in image.interfaces)
        fix = f"Choose {known}." if known else "Leave the interface out."
        raise refusal(f"{image.name} does not open in {shown(slug)}.", fix, key="interface")
    return chosen


def _extras(sent: Mapping[str, str], image: Image, menu: Menu) -> dict[str, str]:
    extras = {}
    for option in menu.options:
        value = sent.get(f"{EXTRA}{option.slug}", option.default if option.choices else "")
        if option.belongs_to(image.slug):
            extras[option.slug] = _extra(option, value)
        elif value not in ("", "0", option.default):
            # A form without scripts sends every field; only what was changed is worth a refusal.
            raise refusal(f"{image.name} has no option {option.name}.", "Leave it as it was.", key="options")
    return {slug: value for slug, value in extras.items() if value}


def _extra(option: Option, value: str) -> str:
    if not option.choices:
        if value not in ("", "0", "1", "on"):
            raise refusal(f"{option.name} is either on or off.", 'Send "1", or leave it out.', key="options")
        return "1" if value in ("1", "on") else ""
    if option.choice(value) is None:
        raise refusal(
            f"{shown(value)} is not a choice of {option.name}.",
            f"Choose {one_of(choice.slug for choice in option.choices)}.",
            key="options",
        )
    return value
