"""Who has to be in nbgrader's exchange? Added where they are missing; nobody is ever taken out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from libretexts_hub.domain.courses import Course


@dataclass(frozen=True)
class Exchange:
    """A course with its people by name. The formgrader, which has the id of the course, teaches it too."""

    course: str
    instructors: tuple[str, ...]
    students: tuple[str, ...]

    def without(self, instructors: Collection[str], students: Collection[str]) -> "Exchange":
        """What is left to add. Who is there already is left alone: their names and work are."""
        known = set(instructors)
        return Exchange(
            self.course,
            tuple(name for name in self.instructors if name not in known),
            tuple(name for name in self.students if name not in known | set(students)),
        )


def exchanges(courses: Iterable[Course], today: date) -> tuple[Exchange, ...]:
    """Those of courses with a grader that are not over. Only people with a name in the file or in a roster:
    who comes by a group is not known before they log in."""
    found = []
    for course in courses:
        if course.has_grader and not course.is_over(today):
            teach = {course.id, *course.instructors.people}
            students = course.members.people - teach
            found.append(Exchange(course.id, tuple(sorted(teach)), tuple(sorted(students))))
    return tuple(found)
