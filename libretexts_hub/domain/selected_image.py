"""Which environment was named, and what of it is started?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from libretexts_hub.domain.references import is_reference
from libretexts_hub.domain.wording import at_another_time, one_of, refusal, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from libretexts_hub.domain.images import Image
    from libretexts_hub.domain.menu import Menu
    from libretexts_hub.domain.tag_policy import Version
    from libretexts_hub.errors import SelectionError


def named_image(sent: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Slug and tag; a radio of the form sends both in one, `lsst:w_2026_46`. A slug has no colon."""
    if "image" not in sent:
        return None, sent.get("tag")
    slug, colon, tag = sent["image"].partition(":")
    if colon and sent.get("tag", tag) != tag:
        raise refusal("Two tags were sent.", "Send one of them.", key="tag")
    return slug, tag if colon else sent.get("tag")


def image_on(menu: Menu, slug: str | None) -> Image:
    """The image with this slug, the default for None. Raises SelectionError, in the same words for what is
    not there and for what this person may not have."""
    image = menu.default_image if slug is None else menu.image(slug)
    if image is not None:
        return image
    for closed in menu.closed:
        if slug in (closed.slug, None):
            raise at_another_time(closed.name, closed.available, menu.now, key="image", noun="environment")
    for unread in menu.unread:
        if slug in (unread.slug, None):
            raise _unread(unread)
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


def successor_on(menu: Menu, retired: Image) -> Image:
    """What starts in the place of a retired image. Raises SelectionError."""
    successor = menu.successor_of(retired)
    if successor is None:
        raise refusal(ended(retired), retired.life.deprecated or "Choose another environment.", key="image")
    return successor


def ended(retired: Image) -> str:
    """That an image is not started any more, and since when."""
    when = f" It was offered {retired.life.last_day_words}." if retired.life.retires else ""
    return f"{retired.name} has ended.{when}"


def chosen_version(tag: str | None, image: Image) -> Version | None:
    """The version with this tag, the first for None. Raises SelectionError."""
    if image.registry is None:
        if tag is not None:
            raise refusal(f"{image.name} has no tags to choose from.", "Leave the tag out.", key="tag")
        return None
    if not image.versions:
        raise _unread(image)
    version = image.versions[0] if tag is None else image.version(tag)
    if version is None:
        first = image.versions[0]
        raise refusal(
            f"{shown(tag)} is not on the menu of {image.name}.",
            f"Choose {first.tag} ({first.name}), or another one of the menu.",
            key="tag",
        )
    return version


def chosen_reference(sent: str | None, image: Image, version: Version | None) -> str:
    """What the person saw, or wrote themselves where the image is free. Raises SelectionError."""
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


def _unread(image: Image) -> SelectionError:
    return refusal(
        f"No version of {image.name} is known now.",
        "Its registry has not told of one: try again in a minute.",
        key="image",
    )
