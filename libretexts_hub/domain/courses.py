"""Who is in which course? What `courses.yaml` says of people, groups, rosters becomes groups."""

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from libretexts_hub.domain.access import folded
from libretexts_hub.domain.entries import Entry, entries
from libretexts_hub.domain.login_names import normal_name
from libretexts_hub.errors import ConfigurationError, LibreTextsHubError

MEMBER_KEYS = ("people", "groups", "roster")
# How the column with login names is called in exports of Canvas, Moodle and of an office program.
LOGIN_COLUMNS = ("sis login id", "login id", "username", "user name", "login", "user", "name")
# Rows of an export that are nobody: Canvas writes the points a task can have into one of them.
NOBODY = ("points possible",)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

ReadRoster = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Members:
    """Names, normalised, and folded groups."""

    people: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    def has(self, name: str, member_of: frozenset[str]) -> bool:
        """Whether this person is among them."""
        return name in self.people or bool(self.groups & member_of)


@dataclass(frozen=True, slots=True)
class Course:
    """A course and who is in it. `begins` and `ends` are its first and last day; None: it has none."""

    id: str
    members: Members
    instructors: Members
    begins: date | None = None
    ends: date | None = None

    @property
    def group(self) -> str:
        """The group of everybody in it."""
        return f"course-{self.id}"

    def runs(self, today: date) -> bool:
        """Whether it is given on this day."""
        return (self.begins is None or self.begins <= today) and (self.ends is None or today <= self.ends)


def course_groups(courses: Iterable[Course], name: str, groups: Iterable[str], today: date) -> list[str]:
    """The groups that courses give to a person with this normalised name, who is in these groups already.

    An instructor is in the course as well, also before it begins: it has to be prepared.
    """
    member_of = folded(groups)
    found: list[str] = []
    for course in courses:
        if course.instructors.has(name, member_of):
            if course.ends is None or today <= course.ends:
                found += [course.group, f"{course.group}-instructors"]
        elif course.members.has(name, member_of) and course.runs(today):
            found.append(course.group)
    return found


def parse_courses(raw: object, *, where: str, read_roster: ReadRoster) -> tuple[Course, ...]:
    """Read the mapping by course id. `read_roster` gives the text of a roster. Raises ConfigurationError.

    Keys that have nothing to do with membership are not looked at.
    """
    return tuple(_course(entry, read_roster) for entry in entries(raw, where=where))


def _course(entry: Entry, read_roster: ReadRoster) -> Course:
    instructors = entry.fields.get("instructors")
    is_list = isinstance(instructors, list | tuple)
    members = entry.part("members")
    course = Course(
        id=entry.slug,
        members=_members(members, read_roster) if members else Members(),
        instructors=(
            Members(people=_people(entry, "instructors"))
            if is_list
            else _members(part, read_roster)
            if (part := entry.part("instructors"))
            else Members()
        ),
        begins=_day(entry, "from"),
        ends=_day(entry, "until"),
    )
    if course.begins and course.ends and course.ends < course.begins:
        raise ConfigurationError(
            f"The course ends ({course.ends}) before it begins ({course.begins})",
            where=entry.place("until"),
            fix="Write a later day.",
        )
    return course


def _members(part: Entry, read_roster: ReadRoster) -> Members:
    part.only(MEMBER_KEYS)
    people = _people(part, "people")
    if "roster" in part.fields:
        path = part.text("roster")
        people |= roster_names(read_roster(path), where=f"{part.place('roster')} ({path})")
    return Members(people, folded(part.texts("groups") or ()))


def _people(entry: Entry, key: str) -> frozenset[str]:
    return frozenset(_name(each, entry.place(key)) for each in entry.texts(key) or ())


def _name(raw: str, where: str) -> str:
    try:
        return normal_name(raw)
    except LibreTextsHubError as error:
        raise ConfigurationError(error.what, where=where, fix="Write the name of their login.") from None


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


def roster_names(text: str, *, where: str) -> frozenset[str]:
    """The login names in a CSV export with a line of headings. Raises ConfigurationError.

    A cell that can't be a name is somebody who can't log in: it is left out, so that one odd line in a list
    of three hundred does not stop a hub.
    """
    sample = text.lstrip("\ufeff")
    first = sample.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(sample), delimiter=separator))
    except csv.Error as error:
        raise ConfigurationError(
            f"The roster is no CSV: {error}", where=where, fix="Export it anew."
        ) from None
    headings = [heading.strip().casefold() for heading in rows[0]] if rows else []
    column = next((headings.index(name) for name in LOGIN_COLUMNS if name in headings), None)
    if column is None:
        raise ConfigurationError(
            "The roster has no column with login names",
            where=where,
            fix=f"Give it a first line in which one column is called {LOGIN_COLUMNS[2]!r}.",
        )
    cells = (row[column].strip() for row in rows[1:] if len(row) > column)
    return frozenset(filter(None, map(_name_or_none, cells)))


def _name_or_none(cell: str) -> str | None:
    if not cell or cell.casefold() in NOBODY:
        return None
    try:
        return normal_name(cell)
    except LibreTextsHubError:
        return None
