"""Which courses are there, and who is in which? What `courses.yaml` says, and the groups that follow."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from libretexts_hub.domain.access import ACCESS_KEYS, folded
from libretexts_hub.domain.course_parts import (
    CourseDatabase,
    Mount,
    parse_database,
    parse_mounts,
    parse_pulls,
)
from libretexts_hub.domain.course_roster import ReadText, names_in, parse_roster
from libretexts_hub.domain.entries import Entry, entries
from libretexts_hub.domain.images import parse_images
from libretexts_hub.domain.login_names import normal_name
from libretexts_hub.domain.references import is_reference
from libretexts_hub.domain.start_up import Pull
from libretexts_hub.errors import ConfigurationError, LibreTextsHubError

COURSE_KEYS = (
    *("name", "description", "from", "until", "instructors", "members", "image", "size", "order"),
    *("database", "pull", "mounts", "folder", "grader", "instructors_enter"),
)
MEMBER_KEYS = ("people", "groups", "roster")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
INSTRUCTORS = "-instructors"
# What an own environment of a course has from the course itself.
NOT_IN_IMAGE = (
    *(*ACCESS_KEYS, "available", "default", "hidden", "order"),
    *("sizes", "lend_sizes", "like", "name"),
)


@dataclass(frozen=True, slots=True)
class Members:
    """Names, normalised, and folded groups."""

    people: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    def has(self, name: str, member_of: frozenset[str]) -> bool:
        """Whether this person is among them."""
        return name in self.people or bool(self.groups & member_of)


@dataclass(frozen=True)
class Course:
    """A course, who is in it, and what they get. `begins` and `ends` are its first and last day; None: it has
    none. `image` is a slug of the menu, a reference, or an entry as the menu has them; empty: no entry of its
    own. `where` is where it is written."""

    id: str
    members: Members = Members()
    instructors: Members = Members()
    begins: date | None = None
    ends: date | None = None
    name: str = ""
    description: str = ""
    image: str | Mapping[str, Any] = ""
    size: str = ""
    order: int | None = None
    database: CourseDatabase | None = None
    pulls: tuple[Pull, ...] = ()
    mounts: tuple[Mount, ...] = ()
    has_grader: bool = False
    instructors_enter: bool = False
    where: str = ""

    @property
    def group(self) -> str:
        """The group of everybody in it, and the slug of what it brings."""
        return f"course-{self.id}"

    @property
    def instructor_group(self) -> str:
        """The group of those who teach it."""
        return f"{self.group}{INSTRUCTORS}"

    @property
    def entry(self) -> str:
        """The slug of its entry of the menu; empty where it has none."""
        return self.group if self.image else ""

    @property
    def groups(self) -> tuple[str, ...]:
        """Every group that this course gives: nobody else may."""
        own = (self.group, self.instructor_group)
        return (*own, f"nbgrader-{self.id}", f"formgrade-{self.id}") if self.has_grader else own

    def runs(self, today: date) -> bool:
        """Whether it is given on this day."""
        return (self.begins is None or self.begins <= today) and not self.is_over(today)

    def is_over(self, today: date) -> bool:
        """Whether its last day has passed."""
        return self.ends is not None and self.ends < today

    def keeps_database(self, today: date) -> bool:
        """Whether databases of its people are kept: while it runs, before, and some days after."""
        if self.ends is None or self.database is None:
            return True
        return today <= self.ends + timedelta(days=self.database.keep_days)


def course_groups(courses: Iterable[Course], name: str, groups: Iterable[str], today: date) -> list[str]:
    """The groups that courses give to a person with this normalised name, who is in these groups already.

    An instructor is in the course as well, also before it begins: it has to be prepared. The last two are
    what nbgrader looks for (https://nbgrader.readthedocs.io/en/stable/configuration/jupyterhub_config.html).
    """
    member_of = folded(groups)
    found: list[str] = []
    for course in courses:
        if course.is_over(today):
            continue
        is_instructor = course.instructors.has(name, member_of)
        if is_instructor:
            found += [course.group, course.instructor_group]
        elif course.runs(today) and course.members.has(name, member_of):
            found.append(course.group)
        else:
            continue
        if course.has_grader:
            found += [f"nbgrader-{course.id}", *([f"formgrade-{course.id}"] if is_instructor else ())]
    return found


def reserved_groups(courses: Iterable[Course]) -> frozenset[str]:
    """The folded groups that only the courses themselves give: a provider's group of such a name lets nobody
    in."""
    return folded(group for course in courses for group in course.groups)


def service_names(courses: Iterable[Course]) -> frozenset[str]:
    """Names that no person may have: the exchange of nbgrader tells a formgrader, the service with the id of
    its course, from a person by the name alone, and lets it see all work of the course."""
    return frozenset(course.id for course in courses if course.has_grader)


def parse_courses(raw: object, *, where: str, read_roster: ReadText) -> tuple[Course, ...]:
    """Read the mapping by course id. `read_roster` gives the text of a roster. Raises ConfigurationError."""
    return tuple(_course(entry, read_roster) for entry in entries(raw, where=where))


def _course(entry: Entry, read_roster: ReadText) -> Course:
    entry.only(COURSE_KEYS)
    if entry.slug.endswith(INSTRUCTORS):
        raise ConfigurationError(
            f"{entry.slug!r:.80} would be the group of somebody's instructors",
            where=entry.where,
            fix=f"Choose an id that does not end in {INSTRUCTORS}.",
        )
    course = Course(
        id=entry.slug,
        members=_members(entry.part("members"), read_roster),
        instructors=_instructors(entry, read_roster),
        begins=_day(entry, "from"),
        ends=_day(entry, "until"),
        name=entry.text("name", default=entry.slug),
        description=entry.text("description", default=""),
        image=_image(entry),
        size=entry.text("size", default=""),
        order=entry.integer("order", default=0) if "order" in entry.fields else None,
        database=parse_database(entry),
        pulls=parse_pulls(entry),
        mounts=parse_mounts(entry),
        has_grader=entry.flag("grader"),
        instructors_enter=entry.flag("instructors_enter"),
        where=entry.where,
    )
    if course.begins and course.ends and course.ends < course.begins:
        raise ConfigurationError(
            f"The course ends ({course.ends}) before it begins ({course.begins})",
            where=entry.place("until"),
            fix="Write a later day.",
        )
    if course.size and not course.image:
        raise ConfigurationError(
            "A size goes with an environment", where=entry.place("size"), fix="Write image: too."
        )
    return course


def _instructors(entry: Entry, read_roster: ReadText) -> Members:
    if isinstance(entry.fields.get("instructors"), list | tuple):
        return Members(people=_people(entry, "instructors"))
    return _members(entry.part("instructors"), read_roster)


def _members(part: Entry | None, read_roster: ReadText) -> Members:
    if part is None:
        return Members()
    part.only(MEMBER_KEYS)
    people = _people(part, "people")
    for roster in parse_roster(part):
        people |= names_in(roster, read_roster, where=part.place("roster"))
    return Members(people, folded(part.texts("groups") or ()))


def _people(entry: Entry, key: str) -> frozenset[str]:
    return frozenset(_name(each, entry.place(key)) for each in entry.texts(key) or ())


def _name(raw: str, where: str) -> str:
    try:
        return normal_name(raw)
    except LibreTextsHubError as error:
        raise ConfigurationError(error.what, where=where, fix="Write the name of their login.") from None


def _image(entry: Entry) -> str | Mapping[str, Any]:
    """A slug is told from a reference by its letters: one of these is in every reference worth writing."""
    value = entry.fields.get("image")
    if not isinstance(value, Mapping):
        text = entry.text("image", default="")
        if ("/" in text or ":" in text) and not is_reference(text):
            raise ConfigurationError(
                f"{text!r:.120} is not an image reference",
                where=entry.place("image"),
                fix="Write the slug of an image of the menu, or registry/repository:tag.",
            )
        return text
    part = Entry(entry.slug, value, entry.place("image"))
    for key in NOT_IN_IMAGE:
        if key in value:
            raise ConfigurationError(
                f"{key!r} follows from the course", where=part.where, fix="Leave it out here."
            )
    parse_images({f"course-{entry.slug}": value}, where=part.where)
    return value


def _day(entry: Entry, key: str) -> date | None:
    value = entry.fields.get(key)
    if value is None or (isinstance(value, date) and type(value) is date):
        return value
    if isinstance(value, str) and DAY.fullmatch(value.strip()):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise ConfigurationError(
        f"{key!r} must be a day, not {value!r:.60}", where=entry.place(key), fix=f"Write {key}: 2027-01-10."
    )
