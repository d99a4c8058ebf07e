"""Which images on a node have left the menu? What can't be told is not called so."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from libretexts_hub.domain.images import Image
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.references import split_reference
from libretexts_hub.domain.repositories import Repository

# Host of the API and name of the repository there, so that `ubuntu` and `docker.io/library/ubuntu` are one.
Place = tuple[str, str]


@dataclass(frozen=True)
class NodeImage:
    """An entry of a node's `status.images`. `size`: in bytes, None where the node does not say."""

    node: str
    names: tuple[str, ...]
    size: int | None = None


@dataclass(frozen=True)
class Departed:
    """An image that is on a node, but not on the menu any more, and why it is none of the menu's."""

    image: NodeImage
    name: str
    reason: str


@dataclass
class Stock:
    """What the menu has of one repository: tags with the digests that are known, and all of the digests.

    `is_read`: its tags are known; `is_complete`: the digests of all of them are.
    """

    tags: dict[str, str] = field(default_factory=dict)
    digests: set[str] = field(default_factory=set)
    is_read: bool = True
    is_complete: bool = True


def departed(
    menu: Menu,
    images: Iterable[NodeImage],
    now: datetime,
    *,
    digests: Mapping[str, str] | None = None,
    also_used: Iterable[str] = (),
) -> tuple[tuple[Departed, ...], tuple[NodeImage, ...]]:
    """Images of the menu's repositories that are not on it, and those of which nobody can tell.

    `menu` is the operator's, with versions; `digests` are those of its fixed references, by reference;
    `also_used` are references outside of the menu, such as those of databases.
    """
    stocks = _stocks(menu, now, digests or {}, also_used)
    free = [image.free for image in menu.images if image.free is not None]
    gone, unsure = [], []
    for image in images:
        names = [name for name in image.names if _place(name) in stocks]
        if not names or any(pattern.fullmatch(name) for pattern in free for name in names):
            continue
        verdict = _verdict(names, stocks, could_be_free=bool(free))
        if verdict is None:
            unsure.append(image)
        elif verdict:
            gone.append(Departed(image, _best_name(names), verdict))
    return tuple(gone), tuple(unsure)


def _verdict(names: list[str], stocks: Mapping[Place, Stock], *, could_be_free: bool) -> str | None:
    """Why it has left the menu; "" where it is there, None where that is not known."""
    parts = [(stocks[_place(name)], *split_reference(name)[2:]) for name in names]
    if any(digest and digest in stock.digests for stock, _, digest in parts):
        return ""
    has_digest = any(digest for _, _, digest in parts)
    for stock, tag, _ in parts:
        if tag in stock.tags:
            return f"{tag} is another image now" if has_digest and stock.tags[tag] else ""
    is_known = all(stock.is_read for stock, _, _ in parts) and (
        any(tag for _, tag, _ in parts)
        or (not could_be_free and all(stock.is_complete for stock, _, _ in parts))
    )
    return "not on the menu" if is_known else None


def _stocks(
    menu: Menu, now: datetime, digests: Mapping[str, str], also_used: Iterable[str]
) -> dict[Place, Stock]:
    stocks: dict[Place, Stock] = {}
    for image in menu.images:
        if image.free is None:
            known = image.reference if image.registry is None else f"{image.registry.repository}:x"
            _add(stocks.setdefault(_place(known), Stock()), image, now, digests)
    for reference in also_used:
        # Of a repository that only databases are from nothing is listed.
        if (stock := stocks.get(_place(reference))) is not None:
            _add_reference(stock, reference, "")
    return stocks


def _add(stock: Stock, image: Image, now: datetime, digests: Mapping[str, str]) -> None:
    is_past = image.available.closes is not None and now >= image.available.closes
    if is_past or image.life.is_over(now.date()):
        return
    if image.registry is None:
        _add_reference(stock, image.reference, digests.get(image.reference, ""))
        return
    if not image.versions:
        stock.is_read = False
    for version in image.versions:
        _add_reference(stock, image.registry.reference(version.tag), version.digest)


def _add_reference(stock: Stock, reference: str, known: str) -> None:
    _, _, tag, digest = split_reference(reference)
    digest = digest or known
    if tag or not digest:
        stock.tags[tag or "latest"] = digest or stock.tags.get(tag or "latest", "")
    if digest:
        stock.digests.add(digest)
    else:
        stock.is_complete = False


def _place(reference: str) -> Place:
    host, path, _, _ = split_reference(reference)
    repository = Repository(host, path)
    return repository.api, repository.name


def _best_name(names: list[str]) -> str:
    """One with a tag, which says more to a person than a digest."""
    return next((name for name in names if "@" not in name), names[0])
