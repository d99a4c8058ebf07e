"""What do courses add to the menu, the databases and the repositories that an operator wrote?

Nothing of a course is decided a second time: its entries become entries of `images`, `databases` and
`provision`, with the groups of the course as those who may have them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from libretexts_hub.domain.availability import parse_availability
from libretexts_hub.domain.courses import NOT_IN_IMAGE, Course
from libretexts_hub.domain.databases import WHO_KEYS
from libretexts_hub.domain.entries import Entry, did_you_mean, entries
from libretexts_hub.errors import ConfigurationError

Fields = Mapping[str, Any]
# The moment at which a day begins, where the hub is.
Midnight = Callable[[date], datetime]


@dataclass(frozen=True)
class Written:
    """Settings of the spawner, as an operator writes them."""

    images: Any = None
    sizes: Any = None
    databases: Any = None
    provision: Any = None


def with_courses(written: Written, courses: Iterable[Course], today: date, midnight: Midnight) -> Written:
    """The settings with what the courses bring that are not over. Raises ConfigurationError for a course
    that names what is not there."""
    current = [course for course in courses if not course.is_over(today)]
    return Written(
        images=_images(written, [course for course in current if course.image], midnight),
        sizes=written.sizes,
        databases=_databases(written.databases, [course for course in current if course.database]),
        provision=_provision(written.provision, [course for course in current if course.pulls]),
    )


def _images(written: Written, courses: list[Course], midnight: Midnight) -> Any:
    if not courses:
        return written.images
    known = _by_slug(written.images)
    sizes = _by_slug(written.sizes)
    _refuse_taken(known, courses, "images")
    return {**known, **{course.entry: _image(course, known, sizes, midnight) for course in courses}}


def _image(course: Course, known: Fields, sizes: Fields, midnight: Midnight) -> dict[str, Any]:
    if not known:
        raise ConfigurationError(
            "A course has an environment, but this hub has no menu",
            where=f"{course.where}.image",
            fix="Write c.LibreTextsSpawner.images first.",
        )
    if course.size and course.size not in sizes:
        raise _unknown(course, "size", course.size, sizes)
    made: dict[str, Any] = {"name": course.name, "groups": [course.group]}
    if isinstance(course.image, str) and course.image in known:
        base = known[course.image]
        made = {**{key: value for key, value in base.items() if key not in NOT_IN_IMAGE}, **made}
        made["like"] = course.image
        # A course lets people in; whom the entry shuts out, and its hours, hold all the same.
        made |= {key: base[key] for key in ("sizes", "not_groups", "available") if key in base}
    elif isinstance(course.image, str):
        if "/" not in course.image and ":" not in course.image:
            raise _unknown(course, "image", course.image, known)
        made["image"] = course.image
    else:
        made = {**course.image, **made}
    if course.size:
        # Its people may have this size with this environment, whoever may have it elsewhere.
        made |= {"sizes": [course.size], "lend_sizes": True}
        made.pop("minimum_size", None)
    if course.description:
        made["description"] = course.description
    if course.order is not None:
        made["order"] = course.order
    if course.ends is not None:
        hours = parse_availability(Entry(course.entry, made, course.where))
        ends = midnight(course.ends + timedelta(days=1))
        closes = ends if hours.closes is None else min(ends, hours.closes)
        made["available"] = {"from": hours.opens, "until": closes}
    return made


def _databases(raw: Any, courses: list[Course]) -> Any:
    """Those of courses before the others: a server gets the first that its owner may have."""
    if not courses:
        return raw
    known = _by_slug(raw)
    _refuse_taken(known, courses, "databases")
    made = {}
    first = min((each.get("order") or 0 for each in known.values()), default=0) - 1
    for course in courses:
        database = course.database
        assert database is not None  # noqa: S101 - only such courses are asked
        if database.use not in known:
            raise _unknown(course, "database.use", database.use, known)
        base = known[database.use]
        left_out = {*WHO_KEYS, "everybody", "root", "images"} - {"not_groups"}
        entry = {key: value for key, value in base.items() if key not in left_out}
        entry |= {"courses": [course.id], "order": first, "suffix": course.group}
        # It is the one beside their own notebook: nobody else's data is in it.
        entry["root"] = {"courses": [course.id]}
        entry["initial"] = [*(base.get("initial") or ()), *database.load]
        if course.entry:
            entry["images"] = [course.entry]
        elif base.get("images") is not None:
            entry["images"] = base["images"]
        made[course.group] = entry
    return {**known, **made}


def _provision(raw: Any, courses: list[Course]) -> Any:
    if not courses:
        return raw
    written = dict(raw or {})
    pulls = dict(_by_slug(written.get("pulls")))
    for course in courses:
        for number, pull in enumerate(course.pulls):
            fields: dict[str, Any] = {"repository": pull.repository, "courses": [course.id]}
            fields |= {key: getattr(pull, key) for key in ("branch", "folder") if getattr(pull, key)}
            if course.entry:
                fields["images"] = [course.entry]
            pulls[f"{course.group}-{number}"] = fields
    return {**written, "pulls": pulls}


def _by_slug(raw: Any) -> dict[str, Fields]:
    """A mapping by slug, also of a list; in the order in which they count."""
    return {entry.slug: entry.fields for entry in entries(raw or {}, where="c.LibreTextsSpawner")}


def _refuse_taken(known: Fields, courses: list[Course], name: str) -> None:
    for course in courses:
        if course.group in known:
            raise ConfigurationError(
                f"{course.group!r:.80} is one of the {name} already",
                where=course.where,
                fix="Rename that entry, or the course.",
            )


def _unknown(course: Course, key: str, value: str, known: Fields) -> ConfigurationError:
    kind = {"size": "sizes", "image": "images", "database.use": "databases"}[key]
    fix = did_you_mean(value, list(known)) if known else f"Write c.LibreTextsSpawner.{kind} first."
    return ConfigurationError(
        f"{value!r:.80} is not one of the {kind} of this hub", where=f"{course.where}.{key}", fix=fix
    )
