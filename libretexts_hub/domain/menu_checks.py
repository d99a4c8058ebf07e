"""Does what the operator wrote fit together? Images, sizes and options name each other by slug."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from libretexts_hub.domain.entries import did_you_mean
from libretexts_hub.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from libretexts_hub.domain.databases import Database
    from libretexts_hub.domain.images import Image
    from libretexts_hub.domain.options import Option
    from libretexts_hub.domain.sizes import Size


def one_default(items: Sequence[Image | Size], where: str) -> None:
    """Refuse two defaults."""
    marked = [item.slug for item in items if item.default]
    if len(marked) > 1:
        raise ConfigurationError(
            f"{' and '.join(map(repr, marked))} are both the default",
            where=where,
            fix="Keep default: true in one of them.",
        )


def known_sizes(images: Iterable[Image], sizes: Sequence[str], where: str) -> None:
    """Refuse a size of an image that is not written."""
    for image in images:
        named = [("sizes", slug) for slug in image.sizes or ()]
        named += [("minimum_size", image.minimum_size)] if image.minimum_size else []
        for key, slug in named:
            if slug not in sizes:
                fix = did_you_mean(slug, sizes) if sizes else "Write the sizes first."
                raise ConfigurationError(
                    f"{slug!r:.80} is not a size", where=f"{where}[{image.slug!r}].{key}", fix=fix
                )


def known_images(options: Iterable[Option | Database], images: Sequence[str], where: str) -> None:
    """Refuse an image of an option, or of a database, that is not written."""
    for option in options:
        for slug in option.images or ():
            if slug not in images:
                fix = did_you_mean(slug, images) if images else "Write the images first."
                raise ConfigurationError(
                    f"{slug!r:.80} is not an image", where=f"{where}[{option.slug!r}].images", fix=fix
                )


def no_free_successor(images: Iterable[Image], where: str) -> None:
    """A free image starts nothing by itself, so it can't take the place of another one."""
    free = {image.slug for image in images if image.free is not None}
    for image in images:
        if image.life.successor in free:
            raise ConfigurationError(
                f"{image.life.successor!r} has a pattern: it would have to be asked what to start",
                where=f"{where}[{image.slug!r}].successor",
                fix="Name an entry that has image: or registry:.",
            )


def from_minimum(image: Image, sizes: Sequence[str], where: str) -> Image:
    """`minimum_size` as the list of sizes that it leaves: those from it on, in the order of the sizes."""
    if not image.minimum_size:
        return image
    enough = sizes[sizes.index(image.minimum_size) :]
    left = tuple(slug for slug in enough if image.sizes is None or slug in image.sizes)
    if not left:
        raise ConfigurationError(
            "No size of this image reaches its minimum",
            where=f"{where}[{image.slug!r}].minimum_size",
            fix="Name a smaller minimum, or take it away.",
        )
    return replace(image, sizes=left)
