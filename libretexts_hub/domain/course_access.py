"""Who is meant where an operator names courses? Members of the groups that a course has."""

import re
from collections.abc import Iterable

from libretexts_hub.domain.access import Access, folded, parse_access
from libretexts_hub.domain.entries import Entry
from libretexts_hub.errors import ConfigurationError

COURSE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def parse_courses(entry: Entry) -> tuple[str, ...] | None:
    """The ids below `courses`; None where there is no such key. Raises ConfigurationError."""
    courses = entry.texts("courses")
    for course in courses or ():
        if not COURSE.fullmatch(course):
            raise ConfigurationError(
                f"{course!r:.80} is not the id of a course",
                where=entry.place("courses"),
                fix="Use letters, digits, dots and dashes.",
            )
    return courses


def instructors(courses: Iterable[str]) -> frozenset[str]:
    """Their groups, folded."""
    return folded(f"course-{course}-instructors" for course in courses)


def everybody_in(courses: Iterable[str]) -> frozenset[str]:
    """The groups of students and instructors, folded."""
    courses = tuple(courses)
    return folded(f"course-{course}" for course in courses) | instructors(courses)


def with_groups(access: Access, more: frozenset[str]) -> Access:
    """The same, for members of these groups too."""
    return Access((access.any_of or frozenset()) | more, access.all_of, access.none_of)


def parse_members(entry: Entry) -> Access:
    """Everybody, unless groups or courses are written. Raises ConfigurationError."""
    access, courses = parse_access(entry), parse_courses(entry)
    return access if courses is None else with_groups(access, everybody_in(courses))
