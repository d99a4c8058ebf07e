"""Which environments, sizes and options may this person start?

`Menu.parse` reads what the operator wrote and refuses all that it doesn't understand; `with_snapshots` adds
what registries hold; `for_person` is the menu of one person at one moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import chain, groupby
from typing import TYPE_CHECKING

from libretexts_hub.domain.access import Access, folded
from libretexts_hub.domain.images import Image, parse_images
from libretexts_hub.domain.life import check_successors
from libretexts_hub.domain.menu_checks import (
    from_minimum,
    known_images,
    known_sizes,
    no_free_successor,
    one_default,
)
from libretexts_hub.domain.options import Option, parse_options
from libretexts_hub.domain.sizes import Size, parse_sizes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from libretexts_hub.domain.availability import Availability
    from libretexts_hub.domain.repositories import Repository, Snapshot
    from libretexts_hub.domain.routes import Route
    from libretexts_hub.domain.tag_policy import Version

    # Versions in the order of the menu, in runs that the same people may have.
    Blocks = tuple[tuple[Access, tuple[Version, ...]], ...]


@dataclass(frozen=True)
class Menu:
    """Images, sizes and options in the order in which a person sees them.

    Of one person, besides: `hidden` images that only a link leads to; what they might start but not `now`,
    `closed` outside its hours, `retired` for good, `unread` while nothing is known of its registry; and the
    `routes` between which they choose, if they may, of all `places` where their servers may run.
    """

    images: tuple[Image, ...] = ()
    sizes: tuple[Size, ...] = ()
    options: tuple[Option, ...] = ()
    hidden: tuple[Image, ...] = ()
    closed: tuple[Image, ...] = ()
    retired: tuple[Image, ...] = ()
    unread: tuple[Image, ...] = ()
    closed_sizes: tuple[Size, ...] = ()
    routes: tuple[Route, ...] = ()
    places: tuple[Route, ...] = ()
    now: datetime | None = None
    _blocks: Mapping[str, Blocks] = field(default_factory=dict, repr=False)
    _read: Mapping[str, Snapshot | None] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def parse(
        cls,
        images: object,
        sizes: object,
        options: object = (),
        *,
        where: str = "c.LibreTextsSpawner",
    ) -> Menu:
        """Read configuration. Raises ConfigurationError for the first thing that is wrong."""
        read_sizes = parse_sizes(sizes, where=f"{where}.sizes")
        read_images = parse_images(images, where=f"{where}.images")
        read_options = parse_options(options, where=f"{where}.options")
        slugs = [size.slug for size in read_sizes]
        known_sizes(read_images, slugs, f"{where}.images")
        known_images(read_options, [image.slug for image in read_images], f"{where}.options")
        one_default(read_images, f"{where}.images")
        one_default(read_sizes, f"{where}.sizes")
        check_successors({image.slug: image.life for image in read_images}, f"{where}.images")
        no_free_successor(read_images, f"{where}.images")
        bound = (from_minimum(image, slugs, f"{where}.images") for image in read_images)
        return cls(tuple(bound), read_sizes, read_options)

    def with_snapshots(
        self, snapshots: Mapping[Repository, Snapshot], today: date, *, before: Menu | None = None
    ) -> Menu:
        """The menu with what was read of each registry; without a snapshot a live image has no version.

        `before` is what this made of the same menu on the same day: what it made of a snapshot that is still
        there is taken from it, since sorting ten thousand tags takes long.
        """
        images, blocks, read = [], {}, {}
        known = {} if before is None else {image.slug: image for image in before.images}
        for image in self.images:
            slug, snapshot = image.slug, snapshots.get(image.registry.repository) if image.registry else None
            if before is not None and slug in known and _is_same(before._read.get(slug), snapshot):
                images.append(known[slug])
                blocks[slug] = before._blocks[slug]
            else:
                images.append(_with_versions(image, snapshots, today))
                blocks[slug] = _blocks(images[-1])
            read[slug] = snapshot
        return replace(self, images=tuple(images), _blocks=blocks, _read=read)

    def for_person(self, groups: Iterable[str], now: datetime) -> Menu:
        """What a member of `groups` may start at `now`; an entry that they may not have is nowhere in it."""
        member_of = folded(groups)
        admitted = [each for image in self.images if (each := self._for(image, member_of)) is not None]
        own = {size.slug for size in self.sizes if size.access.admits(member_of)}
        lent = {slug for image in admitted if image.lends_sizes for slug in image.sizes or ()} - own
        lent -= {size.slug for size in self.sizes if size.access.none_of & member_of}
        entitled_sizes = [size for size in self.sizes if size.slug in own or size.slug in lent]
        person = Menu(
            sizes=tuple(size for size in entitled_sizes if size.available.includes(now)),
            closed_sizes=tuple(size for size in entitled_sizes if not size.available.includes(now)),
            options=tuple(filter(None, (_option_for(option, member_of) for option in self.options))),
            now=now,
        )
        shelves: dict[str, list[Image]] = {}
        for image in admitted:
            mine: Image | None = image if image.lends_sizes or not lent else _without(image, lent, own)
            if mine is not None and self.sizes and not mine.life.is_over(now.date()):
                mine = person._in_a_size(mine)
            if mine is not None:
                shelves.setdefault(_shelf(mine, now), []).append(mine)
        return replace(person, **{shelf: tuple(images) for shelf, images in shelves.items()})  # type: ignore[arg-type]

    def _for(self, image: Image, member_of: frozenset[str]) -> Image | None:
        """The image with the versions that these groups may have; None where that is nothing at all."""
        if not image.access.admits(member_of):
            return None
        blocks = self._blocks.get(image.slug, ())
        kept = [block for access, block in blocks if access.admits(member_of)]
        if len(kept) == len(blocks):
            return image
        return replace(image, versions=tuple(chain.from_iterable(kept))) if kept else None

    def _in_a_size(self, image: Image) -> Image | None:
        """The image; where it must wait for a size, with the hours of that size as its own.

        None where no size of it is for this person.
        """
        if self.sizes_of(image):
            return image
        waits_for = [size.available for size in self.closed_sizes if image.allows(size.slug)]
        if not waits_for or self.now is None:
            return None
        if not image.available.includes(self.now):
            return image
        still = [hours for hours in waits_for if not hours.is_past(self.now)]
        return replace(image, available=min(still, key=_opening) if still else waits_for[-1])

    @property
    def default_image(self) -> Image | None:
        """The one marked `default`, or what came in its place; else the first that needs nothing written."""
        marked = next((image for image in self.images if image.default), None)
        ended = next((image for image in self.retired if image.default), None)
        if ended is not None:
            marked = self.successor_of(ended)
        return marked or next((image for image in self.images if image.free is None), None)

    def successor_of(self, image: Image) -> Image | None:
        """What a person gets in the place of a retired image: the first of its successors that they may
        start now."""
        others = {other.slug: other for other in (*self.retired, *self.startable)}
        for _ in others:
            successor = others.get(image.life.successor)
            if successor is None or self.image(successor.slug) is not None:
                return successor
            image = successor
        return None

    @property
    def startable(self) -> tuple[Image, ...]:
        """What may be started now, whether it is shown or only linked."""
        return self.images + self.hidden

    def image(self, slug: str) -> Image | None:
        """The image with this very slug, also a hidden one."""
        return next((image for image in self.startable if image.slug == slug), None)

    def sizes_of(self, image: Image) -> tuple[Size, ...]:
        """The sizes that this image may be started with."""
        return tuple(size for size in self.sizes if image.allows(size.slug))

    def default_size(self, image: Image) -> Size | None:
        """The size marked `default` where the image allows it, else the image's first."""
        sizes = self.sizes_of(image)
        return next((size for size in sizes if size.default), sizes[0] if sizes else None)

    def options_of(self, image: Image) -> tuple[Option, ...]:
        """The options that this image has."""
        return tuple(option for option in self.options if option.belongs_to(image.slug))


def _without(image: Image, lent: set[str], own: set[str]) -> Image:
    """The image without the sizes that a person has only with another one."""
    allowed = own if image.sizes is None else set(image.sizes) - lent
    return replace(image, sizes=tuple(sorted(allowed)))


def _shelf(image: Image, now: datetime) -> str:
    """The part of a person's menu where an image that they may have belongs."""
    if image.life.is_over(now.date()):
        return "retired"
    if not image.available.includes(now):
        return "closed"
    if image.registry is not None and not image.versions:
        return "unread"
    return "hidden" if image.life.hidden else "images"


def _is_same(known: Snapshot | None, snapshot: Snapshot | None) -> bool:
    """By identity: a reader that finds nothing new keeps the objects, and only tells a later time."""
    if known is None or snapshot is None:
        return known is snapshot
    return known.tags is snapshot.tags and known.digests is snapshot.digests


def _opening(hours: Availability) -> datetime:
    """When it opens; of hours that are not past, and not now, all have a beginning."""
    return hours.opens or datetime.max.replace(tzinfo=UTC)


def _with_versions(image: Image, snapshots: Mapping[Repository, Snapshot], today: date) -> Image:
    if image.registry is None:
        return image
    snapshot = snapshots.get(image.registry.repository)
    if snapshot is None:
        return replace(image, versions=())
    from libretexts_hub.domain.tag_policy import versions

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
