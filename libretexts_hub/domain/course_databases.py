"""Which database of a course is not needed any more? Kept while anything speaks for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from libretexts_hub.domain.courses import Course
from libretexts_hub.domain.culling import Claim
from libretexts_hub.domain.sidecar import DATABASE_ANNOTATION

COMPONENT, DATABASE = "component", "database"
OWNER = "hub.jupyter.org/username"


@dataclass(frozen=True)
class Verdict:
    """What is to be done with a claim, and why."""

    claim: Claim
    course: str
    goes: bool
    reason: str

    @property
    def person(self) -> str:
        """Whose database it is."""
        return self.claim.annotations.get(OWNER, "")


def verdicts(
    claims: Iterable[Claim], courses: Iterable[Course], today: date, mounting: Mapping[str, tuple[str, ...]]
) -> list[Verdict]:
    """One for each claim that was made for the database of one course. `mounting`: who names a claim.

    A claim that several databases share was not made for one, and is not looked at.
    """
    by_group = {course.group: course for course in courses}
    found = []
    for claim in claims:
        group = claim.annotations.get(DATABASE_ANNOTATION, "")
        if claim.labels.get(COMPONENT) != DATABASE or not group.startswith("course-"):
            continue
        goes, reason = _judge(claim, by_group.get(group), today, mounting.get(claim.name, ()))
        found.append(Verdict(claim, group.removeprefix("course-"), goes, reason))
    return found


def _judge(claim: Claim, course: Course | None, today: date, pods: tuple[str, ...]) -> tuple[bool, str]:
    if course is None:
        return False, "no such course is in the file"
    if course.ends is None:
        return False, "the course has no last day"
    if not course.is_over(today):
        return False, f"the course goes on until {course.ends}"
    if course.database is None:
        return False, "the course has no database in the file, so nobody says for how long it is kept"
    if course.keeps_database(today):
        last = course.ends + timedelta(days=course.database.keep_days)
        return False, f"it is kept until {last}"
    if claim.is_leaving:
        return False, "it is being deleted already"
    if pods:
        return False, f"{pods[0]} has it"
    return True, f"the course ended on {course.ends}, {course.database.keep_days} days are over"
