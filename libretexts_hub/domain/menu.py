"""Which environments and sizes may this person start?

`Menu.parse` reads what the operator wrote and refuses all that it doesn't understand; `Menu.for_groups` is
the menu of one person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from libretexts_hub.domain.entries import did_you_mean
from libretexts_hub.domain.images import Image, parse_images
from libretexts_hub.domain.sizes import Size, parse_sizes
from libretexts_hub.errors import ConfigurationError


@dataclass(frozen=True)
class Menu:
    """Images and sizes in the order in which a person sees them."""

    images: tuple[Image, ...] = ()
    sizes: tuple[Size, ...] = ()

    @classmethod
    def parse(cls, images: object, sizes: object, *, where: str = "c.LibreTextsSpawner") -> "Menu":
        """Read configuration. Raises ConfigurationError for the first thing that is wrong."""
        read_sizes = parse_sizes(sizes, where=f"{where}.sizes")
        read_images = parse_images(images, where=f"{where}.images")
        _known_sizes(read_images, [size.slug for size in read_sizes], f"{where}.images")
        _one_default(read_images, f"{where}.images")
        _one_default(read_sizes, f"{where}.sizes")
        return cls(read_images, read_sizes)

    def for_groups(self, groups: Iterable[str]) -> "Menu":
        """What is left for a member of `groups` (case-folded): an entry with groups needs one of them.

        An image none of whose own sizes is left is not shown either.
        """
        member_of = frozenset(group.casefold() for group in groups)
        sizes = tuple(size for size in self.sizes if _open_to(size.groups, member_of))
        menu = Menu((), sizes)
        images = tuple(
            image
            for image in self.images
            if _open_to(image.groups, member_of) and (not self.sizes or menu.sizes_of(image))
        )
        return replace(menu, images=images)

    @property
    def default_image(self) -> Image | None:
        """The one marked `default`, else the first."""
        return next(
            (image for image in self.images if image.default), self.images[0] if self.images else None
        )

    def image(self, slug: str) -> Image | None:
        """The image with this very slug."""
        return next((image for image in self.images if image.slug == slug), None)

    def sizes_of(self, image: Image) -> tuple[Size, ...]:
        """The sizes that this image may be started with."""
        return tuple(size for size in self.sizes if image.sizes is None or size.slug in image.sizes)

    def default_size(self, image: Image) -> Size | None:
        """The size marked `default` where the image allows it, else the image's first."""
        sizes = self.sizes_of(image)
        return next((size for size in sizes if size.default), sizes[0] if sizes else None)


def _open_to(needed: frozenset[str] | None, member_of: frozenset[str]) -> bool:
    return needed is None or bool(needed & member_of)


def _one_default(items: Sequence[Image | Size], where: str) -> None:
    marked = [item.slug for item in items if item.default]
    if len(marked) > 1:
        raise ConfigurationError(
            f"{' and '.join(map(repr, marked))} are both the default",
            where=where,
            fix="Keep default: true in one of them.",
        )


def _known_sizes(images: Iterable[Image], sizes: Sequence[str], where: str) -> None:
    for image in images:
        for slug in image.sizes or ():
            if slug not in sizes:
                fix = did_you_mean(slug, sizes) if sizes else "Write the sizes first."
                raise ConfigurationError(
                    f"{slug!r:.80} is not a size", where=f"{where}[{image.slug!r}].sizes", fix=fix
                )
