"""Who gets which database beside the notebook, and how is it made?"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from libretexts_hub.domain.access import ACCESS_KEYS, Access, parse_access
from libretexts_hub.domain.course_access import COURSE, everybody_in, instructors, parse_courses, with_groups
from libretexts_hub.domain.database_settings import parse_settings
from libretexts_hub.domain.database_sources import OBJECT_NAME, Source, parse_sources
from libretexts_hub.domain.durations import parse_duration
from libretexts_hub.domain.entries import Entry, did_you_mean, entries
from libretexts_hub.domain.name_templates import fields_of
from libretexts_hub.domain.quantities import parse_memory
from libretexts_hub.domain.references import is_reference
from libretexts_hub.domain.sizes import Limits, parse_limits
from libretexts_hub.errors import ConfigurationError

# Each engine with the port that its clients expect.
ENGINES = {"mariadb": 3306, "mysql": 3306, "postgresql": 5432}
WHO_KEYS = (*ACCESS_KEYS, "courses")
DATABASE_KEYS = (
    *(
        "engine",
        "image",
        "storage",
        "scratch",
        "storage_class",
        "cpu",
        "memory",
        "initial",
        "settings",
        "root",
    ),
    *("images", "everybody", "user", "grace", "folder", "driver", "order", "suffix"),
    *WHO_KEYS,
)
# Of the official images of all three engines; PostgreSQL's on Alpine has 70.
DEFAULT_UID = 999
DEFAULT_GRACE_SECONDS = 60
DEFAULT_STORAGE = 2**30
DEFAULT_CPU = Limits(0.05, 1.0)
DEFAULT_MEMORY = Limits(256 * 2**20, 2**30)
# An empty MariaDB or PostgreSQL takes about 50 MiB.
LEAST_STORAGE = 64 * 2**20
DEFAULT_FOLDER = "/home/jovyan/about-your-database"
FOLDER = re.compile(r"(?:/[A-Za-z0-9._{}-]+){1,20}")
DRIVER = re.compile(r"[a-z0-9_]{1,40}")
DRIVERS = {"mariadb": "pymysql", "mysql": "pymysql", "postgresql": ""}


@dataclass(frozen=True)
class Database:
    """One entry of `databases`. `storage` None: what is stored ends with the pod. `images` None: with every
    image. `access` and `root` None: nobody. `suffix`: its claim and Secret are its own, named with this at
    the end; empty: they are those of the server."""

    slug: str
    engine: str
    image: str
    storage: int | None = DEFAULT_STORAGE
    scratch: int | None = None
    storage_class: str = ""
    cpu: Limits = DEFAULT_CPU
    memory: Limits = DEFAULT_MEMORY
    access: Access | None = None
    root: Access | None = None
    images: tuple[str, ...] | None = None
    sources: tuple[Source, ...] = ()
    settings: tuple[str, ...] = ()
    uid: int = DEFAULT_UID
    grace: int = DEFAULT_GRACE_SECONDS
    folder: str = DEFAULT_FOLDER
    driver: str = ""
    suffix: str = ""

    @property
    def port(self) -> int:
        """Where it listens, at 127.0.0.1."""
        return ENGINES[self.engine]

    @property
    def log_bytes(self) -> int:
        """How much of the disk its redo log may take: a sixteenth, from 8 MiB to 256 MiB."""
        size = self.storage or self.scratch or DEFAULT_STORAGE
        return min(max(size // 16 // 2**20, 8), 256) * 2**20


def parse_databases(raw: object, *, where: str) -> tuple[Database, ...]:
    """Read the trait `databases`. Raises ConfigurationError for the first thing that is wrong."""
    return tuple(_database(entry) for entry in entries(raw, where=where))


def database_for(
    databases: Iterable[Database], member_of: frozenset[str], *images: str | None
) -> Database | None:
    """The first that a member of these folded groups gets with an image of the menu that has any of these
    slugs; None for none."""
    for database in databases:
        if database.access is None or not database.access.admits(member_of):
            continue
        if database.images is None or set(images) & set(database.images):
            return database
    return None


def has_root(database: Database, member_of: frozenset[str]) -> bool:
    """Whether a member of these folded groups gets the root account too."""
    return database.root is not None and database.root.admits(member_of)


def _database(entry: Entry) -> Database:
    entry.only(DATABASE_KEYS)
    engine = _engine(entry)
    storage, scratch = _space(entry)
    written = {
        key: parse_limits(entry, key) for key in ("cpu", "memory") if entry.fields.get(key) is not None
    }
    return Database(
        slug=entry.slug,
        engine=engine,
        image=_image(entry),
        storage=storage,
        scratch=scratch,
        storage_class=_storage_class(entry),
        access=_who(entry),
        root=_root(entry),
        images=entry.texts("images"),
        sources=parse_sources(entry),
        settings=parse_settings(entry, engine),
        uid=_uid(entry),
        grace=_grace(entry),
        folder=_folder(entry),
        driver=_matching(entry, "driver", DRIVER, DRIVERS[engine], "pymysql"),
        suffix=_matching(entry, "suffix", COURSE, "", "course-db101"),
        **written,
    )


def _engine(entry: Entry) -> str:
    engine = entry.text("engine")
    if engine not in ENGINES:
        raise ConfigurationError(
            f"{engine!r:.80} is not an engine",
            where=entry.place("engine"),
            fix=did_you_mean(engine, tuple(ENGINES)),
        )
    return engine


def _image(entry: Entry) -> str:
    image = entry.text("image")
    if not is_reference(image):
        raise ConfigurationError(
            f"{image!r:.120} is not an image reference",
            where=entry.place("image"),
            fix="Write it as in mariadb:11.4.",
        )
    return image


def _space(entry: Entry) -> tuple[int | None, int | None]:
    """Size of the claim and size of the scratch volume, one of them None."""
    if "storage" in entry.fields and "scratch" in entry.fields:
        raise ConfigurationError(
            "A database has storage or scratch, not both",
            where=entry.where,
            fix="Keep storage: for what has to last.",
        )
    key = "scratch" if "scratch" in entry.fields else "storage"
    size = parse_memory(entry.fields.get(key, DEFAULT_STORAGE), where=entry.place(key))
    if size < LEAST_STORAGE:
        raise ConfigurationError(
            "An empty database alone takes about 50Mi", where=entry.place(key), fix=f"Write {key}: 1Gi."
        )
    return (size, None) if key == "storage" else (None, size)


def _storage_class(entry: Entry) -> str:
    name = entry.text("storage_class", default="")
    if name and ("scratch" in entry.fields or not OBJECT_NAME.fullmatch(name)):
        raise ConfigurationError(
            f"{name!r:.80} is not a storage class for this database",
            where=entry.place("storage_class"),
            fix="Write the name of one, beside storage: only.",
        )
    return name


def _who(entry: Entry) -> Access | None:
    """Nobody, unless groups, courses or everybody are written: `not_groups` alone lets nobody in."""
    everybody = entry.flag("everybody")
    courses = parse_courses(entry)
    access = parse_access(entry)
    named = access.any_of is not None or courses is not None
    if everybody and named:
        raise ConfigurationError(
            "everybody: true beside groups or courses",
            where=entry.place("everybody"),
            fix="Write one of them.",
        )
    if not everybody and not named and not access.all_of:
        return None
    if not named:
        return access
    return with_groups(access, everybody_in(courses or ()))


def _root(entry: Entry) -> Access | None:
    """Groups, and the instructors of courses."""
    part = entry.part("root")
    if part is None:
        return None
    part.only(WHO_KEYS)
    courses = parse_courses(part)
    access = parse_access(part)
    if access.any_of is None and courses is None and not access.all_of:
        return None
    if access.any_of is None and courses is None:
        return access
    return with_groups(access, instructors(courses or ()))


def _uid(entry: Entry) -> int:
    uid = entry.integer("user", default=DEFAULT_UID)
    if not 1 <= uid <= 2**31 - 1:
        raise ConfigurationError(
            "A database does not run as root",
            where=entry.place("user"),
            fix=f"Write the number of the image's own user, mostly {DEFAULT_UID}.",
        )
    return uid


def _grace(entry: Entry) -> int:
    if "grace" not in entry.fields:
        return DEFAULT_GRACE_SECONDS
    seconds = int(parse_duration(entry.fields["grace"], where=entry.place("grace")))
    if not 5 <= seconds <= 600:
        raise ConfigurationError(
            "A database needs a few seconds to shut down, and a person doesn't wait longer than some minutes",
            where=entry.place("grace"),
            fix="Write 5s to 10m; 60s is usual.",
        )
    return seconds


def _folder(entry: Entry) -> str:
    folder = _matching(entry, "folder", FOLDER, DEFAULT_FOLDER, DEFAULT_FOLDER)
    fields_of(folder, where=entry.place("folder"))
    return folder


def _matching(entry: Entry, key: str, pattern: re.Pattern[str], default: str, example: str) -> str:
    text = entry.text(key, default=default)
    if text != default and (not pattern.fullmatch(text) or "/../" in f"{text}/"):
        raise ConfigurationError(
            f"{text!r:.80} is not a {key}", where=entry.place(key), fix=f"Write it like {example}."
        )
    return text
