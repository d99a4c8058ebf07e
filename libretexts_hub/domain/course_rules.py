"""What is suspicious about these courses on this hub? None of it stops the hub."""

from collections.abc import Iterator, Sequence

from libretexts_hub.domain.courses import Course
from libretexts_hub.domain.findings import Finding, error, info, warning
from libretexts_hub.domain.site import Site, mappings

EXCHANGE = "ngshare"


def course_findings(site: Site, path: str, where: str, courses: Sequence[Course] | None) -> Iterator[Finding]:
    """All of them, in no order; `courses` None: the file is not on this machine."""
    if not path:
        return
    if courses is None:
        yield info(
            f"{path} is not here, so its courses were not checked",
            where,
            "Run libretexts-hub courses check where the file is.",
        )
        return
    yield from _groups(site, where)
    yield from _one_file(site, path)
    for course in courses:
        yield from _people(course)
    yield from _databases(courses)
    yield from _graders(site, courses)


def _groups(site: Site, where: str) -> Iterator[Finding]:
    place, manages = site.find(site.authenticator, "manage_groups", True)
    if manages is False:
        yield error(
            "Nobody gets into a course: the login may not manage groups",
            f"{place}, {where}",
            "Remove manage_groups; with courses it is on.",
        )


def _one_file(site: Site, path: str) -> Iterator[Finding]:
    place, of_logins = site.find(("LoginMixin", *site.authenticator), "courses_file")
    if of_logins not in (None, path):
        yield warning(
            "Logins and servers read two files of courses",
            f"{place}, c.LibreTextsSpawner.courses_file",
            "Leave the spawner's out: it takes that of the logins.",
        )
    elif of_logins is None:
        yield warning(
            "Servers know the courses, but logins put nobody into them",
            "c.LoginMixin.courses_file",
            "Name the file there, and leave the spawner's out.",
        )


def _people(course: Course) -> Iterator[Finding]:
    if not any((course.members.people, course.members.groups)):
        yield info("Nobody is in this course but who teaches it", course.where, "Write members:.")
    if course.has_grader and not any((course.instructors.people, course.instructors.groups)):
        yield warning("The course has a grader, and nobody may open it", course.where, "Write instructors:.")


def _databases(courses: Sequence[Course]) -> Iterator[Finding]:
    """A server gets one database, so two that go with every server are in each other's way."""
    first: Course | None = None
    for course in courses:
        if course.database is None or course.entry:
            continue
        if first is not None and _overlap(first, course):
            yield warning(
                f"Who is in {first.id} too gets the database of that course: a server has one",
                f"{course.where}.database",
                "Give each of them an environment of its own: image: default.",
            )
        first = first or course


def _overlap(one: Course, other: Course) -> bool:
    """Whether there is a day on which both are given."""
    if one.ends and other.begins and one.ends < other.begins:
        return False
    return not (other.ends and one.begins and other.ends < one.begins)


def _graders(site: Site, courses: Sequence[Course]) -> Iterator[Finding]:
    graded = [course for course in courses if course.has_grader]
    if not graded:
        return
    known = {str(each.get("name")) for each in mappings(site.get("JupyterHub", "services"))}
    of_chart = site.value("hub", "services")
    if isinstance(of_chart, dict):
        known |= {str((each or {}).get("name", key)) for key, each in of_chart.items()}
    if EXCHANGE not in known:
        yield warning(
            f"Courses have a grader, but there is no service {EXCHANGE!r} to exchange work",
            "c.JupyterHub.services",
            "Install ngshare, and add what its chart prints; see docs/operators/courses.md.",
        )
    for course in graded:
        if course.id not in known:
            yield warning(
                f"The course has a grader, but there is no service {course.id!r}",
                f"{course.where}.grader",
                "Add what libretexts-hub courses values prints.",
            )
