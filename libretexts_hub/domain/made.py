"""What will a start create? For an instructor, who answers for what a class gets: a line for each object."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from libretexts_hub.domain.databases import Database, database_for, has_root
from libretexts_hub.domain.images import Image
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.quantities import format_cores, format_memory
from libretexts_hub.domain.routes import Route
from libretexts_hub.domain.sizes import Limits, Size

CONTAINER, RESOURCES, HOME, DATABASE, PLACE = "Container", "Resources", "Files", "Database", "Place"
INSTRUCTORS = re.compile(r"course-.+-instructors")
# Of a menu with hundreds of images: nobody reads more lines, and a phone has to load them.
MOST_IMAGES = 100
# Each part is told in the language of the page by itself.
PARTS = " · "


@dataclass(frozen=True, slots=True)
class Made:
    """`words` about the object `what`, with these choices only (empty: with all). `choice` names them."""

    what: str
    words: str
    choice: str = ""
    images: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    route: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """What this person's objects are called, as the spawner has it; empty for what is not made."""

    home: str = ""
    capacity: str = ""
    storage_class: str = ""
    namespace: str = ""
    database: str = ""


def may_see_details(groups: Iterable[str], *, is_admin: bool, others: Iterable[str] = ()) -> bool:
    """Administrators, instructors of courses, and members of `others`."""
    member_of = {group.casefold() for group in groups}
    wanted = {group.casefold() for group in others}
    return is_admin or bool(wanted & member_of) or any(map(INSTRUCTORS.fullmatch, member_of))


def made_by_start(
    menu: Menu, names: Names, databases: Sequence[Database] = (), member_of: frozenset[str] = frozenset()
) -> tuple[Made, ...]:
    """The lines for everything on this menu; `databases` are the operator's, `member_of` folded groups."""
    images = menu.startable[:MOST_IMAGES]
    return (
        *(_container(image) for image in images),
        *(_resources(size) for size in menu.sizes),
        *([_home(names)] if names.home else ()),
        *_databases(images, names, databases, member_of),
        *(_place(route, names) for route in menu.places),
    )


def _container(image: Image) -> Made:
    if image.free is not None:
        words = "the image that is written"
    elif image.registry is not None:
        repository = image.registry.repository
        words = f"{repository.host}/{repository.path}, by the tag that is chosen"
    else:
        words = image.reference
    return Made(CONTAINER, words, image.name, images=(image.slug,))


def _resources(size: Size) -> Made:
    amounts = (size.cpu, format_cores), (size.memory, format_memory), (size.ephemeral_storage, _disk)
    parts = [f"guaranteed {words}" for words in [_amounts(amounts, "guarantee")] if words]
    parts += [f"at most {words}" for words in [_amounts(amounts, "limit")] if words]
    parts += [f"{size.gpu.count} of {size.gpu.resource}"] if size.gpu else []
    return Made(
        RESOURCES, PARTS.join(parts) or "as the hub's own settings say", size.name, sizes=(size.slug,)
    )


def _amounts(amounts: Iterable[tuple[Limits, object]], which: str) -> str:
    found = ((getattr(limits, which), words) for limits, words in amounts)
    return ", ".join(words(value) for value, words in found if value is not None)  # type: ignore[operator]


def _disk(size: int) -> str:
    return f"{format_memory(size)} temporary"


def _home(names: Names) -> Made:
    known = [f"claim {names.home}", names.capacity]
    known += [f"class {names.storage_class}"] if names.storage_class else []
    return Made(HOME, PARTS.join(filter(None, known)))


def _databases(
    images: Sequence[Image], names: Names, databases: Sequence[Database], member_of: frozenset[str]
) -> Iterable[Made]:
    got: dict[str, tuple[Database, list[Image]]] = {}
    for image in images:
        if (database := database_for(databases, member_of, image.slug)) is not None:
            got.setdefault(database.slug, (database, []))[1].append(image)
    for database, with_images in got.values():
        with_all = len(with_images) == len(images)
        yield Made(
            DATABASE,
            _database_words(database, names, member_of),
            "" if with_all else ", ".join(image.name for image in with_images),
            images=() if with_all else tuple(image.slug for image in with_images),
        )


def _database_words(database: Database, names: Names, member_of: frozenset[str]) -> str:
    disk = "nothing is kept"
    if database.storage is not None:
        disk = f"claim {names.database} of {format_memory(database.storage)}"
    elif database.scratch is not None:
        disk = f"{format_memory(database.scratch)} that go with the server"
    account = "with its root account" if has_root(database, member_of) else ""
    at = f"127.0.0.1:{database.port}"
    return PARTS.join(filter(None, (f"{database.engine} of {database.image} at {at}", disk, account)))


def _place(route: Route, names: Names) -> Made:
    place = route.place
    parts = [f"namespace {place.namespace or names.namespace}"]
    parts += [f"nodes {_pairs(place.node_selector)}"] if place.node_selector else []
    parts += [f"queue {place.kueue_queue}"] if place.kueue_queue else []
    parts += [f"priority {place.priority_class}"] if place.priority_class else []
    return Made(PLACE, PARTS.join(parts), route.name, route=route.slug)


def _pairs(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(labels.items()))
