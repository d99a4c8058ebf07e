"""How is a menu printed: as a table for a person, as JSON for a program?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from libretexts_hub.domain.access import Access
from libretexts_hub.domain.entries import UNPRINTABLE
from libretexts_hub.domain.images import Image
from libretexts_hub.domain.menu import Menu

HEADINGS = ("IMAGE", "KIND", "TAG", "NAME", "DIGEST", "WHO", "NOTE")
WIDEST = 60


@dataclass(frozen=True)
class Row:
    """One thing that may be started. `who`: the groups in words; `note`: what is special about it."""

    image: str
    kind: str
    tag: str
    name: str
    digest: str = ""
    who: str = "everybody"
    note: str = ""
    reference: str = ""


def rows(menu: Menu, now: datetime) -> Iterator[Row]:
    """Everything on the menu, in its order; of a person's menu what that person may start."""
    shelves = (
        *((image, "") for image in menu.images),
        *((image, "hidden") for image in menu.hidden),
        *((image, "closed now") for image in menu.closed),
        *((image, "retired") for image in menu.retired),
        *((image, "not read yet") for image in menu.unread),
    )
    for image, shelf in shelves:
        yield from _of_image(image, shelf or _state(image, now))


def _of_image(image: Image, note: str) -> Iterator[Row]:
    who = access_words(image.access)
    if image.registry is None:
        what = "pattern" if image.free is not None else "static"
        shown = image.free.pattern if image.free is not None else image.reference
        yield Row(image.slug, what, shown, image.name, "", who, note, image.reference)
        return
    if not image.versions:
        words = ", ".join(dict.fromkeys(filter(None, (note, "no tag is known"))))
        yield Row(image.slug, "live", str(image.registry.repository), image.name, "", who, words)
    for version in image.versions:
        both = [words for words in (who, access_words(version.access)) if words != "everybody"]
        same = f"same as {version.same_as}" if version.same_as else ""
        yield Row(
            image.slug,
            version.kind,
            version.tag,
            version.name,
            version.digest,
            " and ".join(both) or "everybody",
            ", ".join(filter(None, (same, note))),
            image.registry.reference(version.tag),
        )


def _state(image: Image, now: datetime) -> str:
    """What the operator's whole menu says of an image that is not simply there."""
    life = image.life
    over = life.is_over(now.date())
    said = (
        "hidden" if life.hidden else "",
        "default" if image.default else "",
        "" if image.available.includes(now) else "closed now",
        "retired" if over else life.last_day_words,
        f"successor {life.successor}" if life.successor else "",
        "deprecated" if life.deprecated and not over else "",
    )
    return ", ".join(filter(None, said))


def access_words(access: Access) -> str:
    """`everybody`, `nobody`, `lsst or staff`, with `all of …` and `not …`."""
    if access.any_of is not None and not access.any_of:
        return "nobody"
    said = [" or ".join(sorted(access.any_of))] if access.any_of else []
    said += [f"all of {', '.join(sorted(access.all_of))}"] if access.all_of else []
    said += [f"not {', '.join(sorted(access.none_of))}"] if access.none_of else []
    return "; ".join(said) or "everybody"


def table(listed: Iterable[Row]) -> str:
    """Columns as wide as they need; what an operator may have written is on one printable line each."""
    lines = [HEADINGS]
    for row in listed:
        digest = row.digest.removeprefix("sha256:")[:12]
        lines.append((row.image, row.kind, row.tag, row.name, digest, row.who, row.note))
    return columns(lines)


def columns(lines: Sequence[Sequence[str]]) -> str:
    """Aligned text, two spaces between columns; cells that are too long are cut, but for the last ones."""
    cells = [[UNPRINTABLE.sub("?", cell) for cell in line] for line in lines]
    widths = [min(WIDEST, max(len(line[index]) for line in cells)) for index in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def as_json(listed: Iterable[Row]) -> list[dict[str, str]]:
    """The same for a program."""
    return [asdict(row) for row in listed]
