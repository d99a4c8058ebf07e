"""What may the people of a course do at the hub? Roles, with scopes that end where the course ends.

As nbgrader wants them for JupyterHub 2 and later: the groups are `formgrade-<id>` and `nbgrader-<id>`, the
service has the id of the course
(https://github.com/jupyter/nbgrader/tree/main/nbgrader/docs/source/configuration).
"""

from collections.abc import Iterable
from typing import Any

from libretexts_hub.domain.courses import Course

EXCHANGE = "ngshare"


def course_grants(courses: Iterable[Course], exchange: str = EXCHANGE) -> list[dict[str, Any]]:
    """Roles by group, as `grants` of a login has them."""
    return [grant for course in courses for grant in _grants(course, exchange)]


def course_roles(courses: Iterable[Course], exchange: str = EXCHANGE) -> list[dict[str, Any]]:
    """The same roles as `JupyterHub.load_roles` has them, where the login manages none."""
    return [
        {
            "name": grant["role"],
            "description": grant["description"],
            "groups": [grant["group"]],
            "scopes": grant["scopes"],
        }
        for grant in course_grants(courses, exchange)
    ]


def service_roles(courses: Iterable[Course], exchange: str = EXCHANGE) -> list[dict[str, Any]]:
    """What each formgrader itself may ask: who is in its course, and the exchange."""
    return [
        {
            "name": f"formgrader-{course.id}",
            "description": f"The formgrader of {course.id} looks up its students",
            "services": [course.id],
            "scopes": [
                f"list:users!group=nbgrader-{course.id}",
                f"read:groups!group=nbgrader-{course.id}",
                f"read:groups!group=formgrade-{course.id}",
                f"access:services!service={exchange}",
            ],
        }
        for course in courses
        if course.has_grader
    ]


def _grants(course: Course, exchange: str) -> list[dict[str, Any]]:
    of_course = f"!group={course.group}"
    scopes = ["admin-ui", *(f"{scope}{of_course}" for scope in ("list:users", "read:users", "servers"))]
    if course.instructors_enter:
        scopes.append(f"access:servers{of_course}")
    grants = [_grant(course.instructor_group, course.instructor_group, scopes, f"Instructors of {course.id}")]
    if course.has_grader:
        service = f"!service={course.id}"
        find = ["list:services", f"read:services{service}"]
        group = f"nbgrader-{course.id}"
        use = f"access:services!service={exchange}"
        grants.append(_grant(group, group, [*find, use], f"nbgrader in {course.id}"))
        group = f"formgrade-{course.id}"
        grants.append(_grant(group, group, [*find, f"access:services{service}"], f"Graders of {course.id}"))
    return grants


def _grant(group: str, role: str, scopes: list[str], description: str) -> dict[str, Any]:
    return {"group": group, "role": role, "scopes": scopes, "description": description}
