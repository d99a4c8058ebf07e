"""Which environments, sizes and options may this person start?

`Menu.parse` reads what the operator wrote and refuses all that it doesn't understand; `with_snapshots` adds
what registries hold; `for_person` is the menu of one person at one moment.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby

from libretexts_hub.domain.access import Access, folded
from libretexts_hub.domain.entries import did_you_mean
from libretexts_hub.domain.images import Image, parse_images
from libretexts_hub.domain.life import check_successors
from libretexts_hub.domain.options import Option, parse_options
from libretexts_hub.domain.repositories import Repository, Snapshot
from libretexts_hub.domain.sizes import Size, parse_sizes
from libretexts_hub.domain.tag_policy import Version, versions
from libretexts_hub.errors import ConfigurationError

# Versions in the order of the menu, in runs that the same people may have.
Blocks = tuple[tuple[Access, tuple[Version, ...]], ...]


@dataclass(frozen=True)
class Menu:
    """Images, sizes and options in the order in which a person sees them.

    Of one person, besides: `hidden` images that only a link leads to; what they might start but not `now`,
    `closed` outside its hours, `retired` for good, `unread` as long as its registry has not answered.
    """

    images: tuple[Image, ...] = ()
    sizes: tuple[Size, ...] = ()
    options: tuple[Option, ...] = ()
    hidden: tuple[Image, ...] = ()
    closed: tuple[Image, ...] = ()
    retired: tuple[Image, ...] = ()
    unread: tuple[Image, ...] = ()
    closed_sizes: tuple[Size, ...] = ()
    now: datetime | None = None
    _blocks: Mapping[str, Blocks] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(
        cls,
        images: object,
        sizes: object,
        options: object = (),
        *,
        where: str = "c.LibreTextsSpawner",
    ) -> "Menu":
        """Read configuration. Raises ConfigurationError for the first thing that is wrong."""
        read_sizes = parse_sizes(sizes, where=f"{where}.sizes")
        read_images = parse_images(images, where=f"{where}.images")
        read_options = parse_options(options, where=f"{where}.options")
        slugs = [size.slug for size in read_sizes]
        _known_sizes(read_images, slugs, f"{where}.images")
        _known_images(read_options, [image.slug for image in read_images], f"{where}.options")
        _one_default(read_images, f"{where}.images")
        _one_default(read_sizes, f"{where}.sizes")
        check_successors({image.slug: image.life for image in read_images}, f"{where}.images")
        bound = (_from_minimum(image, slugs, f"{where}.images") for image in read_images)
        return cls(tuple(bound), read_sizes, read_options)

    def with_snapshots(self, snapshots: Mapping[Repository, Snapshot], today: date) -> "Menu":
        """The menu with what was read of each registry; without a snapshot a live image has no version."""
        images = tuple(_with_versions(image, snapshots, today) for image in self.images)
        return replace(self, images=images, _blocks={image.slug: _blocks(image) for image in images})

    def for_person(self, groups: Iterable[str], now: datetime) -> "Menu":
        """What a member of `groups` may start at `now`; an entry that they may not have is nowhere in it."""
        member_of = folded(groups)
        entitled_sizes = [size for size in self.sizes if size.access.admits(member_of)]
        person = Menu(
            sizes=tuple(size for size in entitled_sizes if size.available.includes(now)),
            closed_sizes=tuple(size for size in entitled_sizes if not size.available.includes(now)),
            options=tuple(filter(None, (_option_for(option, member_of) for option in self.options))),
            now=now,
        )
        found: dict[str, list[Image]] = {}
        for image in self.images:
            if not image.access.admits(member_of) or (self.sizes and not person.sizes_of(image)):
                continue
            image = self._with_versions_for(image, member_of)
            found.setdefault(_shelf(image, now), []).append(image)
        return replace(person, **{shelf: tuple(images) for shelf, images in found.items()})  # type: ignore[arg-type]

    def _with_versions_for(self, image: Image, member_of: frozenset[str]) -> Image:
        blocks = self._blocks.get(image.slug, ())
        kept = [block for access, block in blocks if access.admits(member_of)]
        if len(kept) == len(blocks):
            return image
        return replace(image, versions=tuple(version for block in kept for version in block))

    @property
    def default_image(self) -> Image | None:
        """The one marked `default`, else the first that needs nothing written."""
        ready = [image for image in self.images if image.free is None]
        return next((image for image in ready if image.default), ready[0] if ready else None)

    @property
    def startable(self) -> tuple[Image, ...]:
        """What may be started now, whether it is shown or only linked."""
        return self.images + self.hidden

    def image(self, slug: str) -> Image | None:
        """The image with this very slug, also a hidden one."""
        return next((image for image in self.startable if image.slug == slug), None)

    def sizes_of(self, image: Image) -> tuple[Size, ...]:
        """The sizes that this image may be started with."""
        return tuple(size for size in self.sizes if image.sizes is None or size.slug in image.sizes)

    def default_size(self, image: Image) -> Size | None:
        """The size marked `default` where the image allows it, else the image's first."""
        sizes = self.sizes_of(image)
        return next((size for size in sizes if size.default), sizes[0] if sizes else None)

    def options_of(self, image: Image) -> tuple[Option, ...]:
        """The options that this image has."""
        return tuple(option for option in self.options if option.belongs_to(image.slug))


def _shelf(image: Image, now: datetime) -> str:
    """The part of a person's menu where an image that they may have belongs."""
    if not image.available.includes(now):
        return "closed"
    if image.life.is_over(now.date()):
        return "retired"
    if image.registry is not None and not image.versions:
        return "unread"
    return "hidden" if image.life.hidden else "images"


def _with_versions(image: Image, snapshots: Mapping[Repository, Snapshot], today: date) -> Image:
    if image.registry is None:
        return image
    snapshot = snapshots.get(image.registry.repository)
    if snapshot is None:
        return replace(image, versions=())
    shown = versions(snapshot.tags, image.registry.policy, snapshot.digests, today)
    return replace(image, versions=shown)


def _blocks(image: Image) -> Blocks:
    # By identity: versions of one kind share their access, and comparing sets ten thousand times takes long.
    runs = (tuple(run) for _, run in groupby(image.versions, key=lambda version: id(version.access)))
    return tuple((run[0].access, run) for run in runs)


def _option_for(option: Option, member_of: frozenset[str]) -> Option | None:
    """The option with the choices that are left; None where it is not for this person."""
    if not option.access.admits(member_of):
        return None
    if not option.choices:
        return option
    choices = tuple(choice for choice in option.choices if choice.access.admits(member_of))
    if not choices:
        return None
    default = option.default if option.default in [choice.slug for choice in choices] else choices[0].slug
    return replace(option, choices=choices, default=default)


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
        named = [("sizes", slug) for slug in image.sizes or ()]
        named += [("minimum_size", image.minimum_size)] if image.minimum_size else []
        for key, slug in named:
            if slug not in sizes:
                fix = did_you_mean(slug, sizes) if sizes else "Write the sizes first."
                raise ConfigurationError(
                    f"{slug!r:.80} is not a size", where=f"{where}[{image.slug!r}].{key}", fix=fix
                )


def _known_images(options: Iterable[Option], images: Sequence[str], where: str) -> None:
    for option in options:
        for slug in option.images or ():
            if slug not in images:
                fix = did_you_mean(slug, images) if images else "Write the images first."
                raise ConfigurationError(
                    f"{slug!r:.80} is not an image", where=f"{where}[{option.slug!r}].images", fix=fix
                )


def _from_minimum(image: Image, sizes: Sequence[str], where: str) -> Image:
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
