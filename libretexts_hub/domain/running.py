"""Is there a newer one of what runs?"""

from dataclasses import dataclass

from libretexts_hub.domain.images import Image
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.tags import ALIAS


@dataclass(frozen=True, slots=True)
class Running:
    """What a server was started with: the slug of its image, its tag, the reference that the person saw, and
    the digest, "" where none was known."""

    image: str
    tag: str
    reference: str
    digest: str


def newer(running: Running, menu: Menu) -> str:
    """The name of what its owner would get now in its place, "" while that is the same or not known."""
    image = menu.image(running.image)
    if image is None:
        ended = next((image for image in menu.retired if image.slug == running.image), None)
        successor = menu.successor_of(ended) if ended is not None else None
        return successor.name if successor is not None else ""
    if image.free is not None:
        return ""
    if image.registry is None:
        return image.name if running.reference != image.reference else ""
    return _newer_version(running, image)


def _newer_version(running: Running, image: Image) -> str:
    now = image.version(running.tag)
    if now is not None and now.digest and running.digest and now.digest != running.digest:
        return f"{image.name} {now.same_as or now.name}"  # an alias moved, or a tag was built anew
    if image.registry is None or running.tag in image.registry.policy.aliases:
        return ""
    ran = image.registry.policy.scheme.read(running.tag)
    for version in image.versions:
        if version.kind == ran.kind and version.kind != ALIAS:
            first = image.registry.policy.scheme.read(version.tag)
            return f"{image.name} {version.name}" if first.order > ran.order else ""
    return ""
