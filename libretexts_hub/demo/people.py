"""Who can log in to the demo, and what may each of them do?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """One of the canned people. `may` is what the login page says about them."""

    name: str
    title: str
    may: str
    groups: tuple[str, ...]
    is_admin: bool = False


PEOPLE = (
    Person("student", "Student", "Two environments, small and medium servers.", ("course-demo101",)),
    Person(
        "instructor",
        "Instructor",
        "As a student, and large servers to prepare a course.",
        ("course-demo101", "course-demo101-instructors"),
    ),
    Person("hpc", "HPC user", "In the group “hpc”: also the HPC environment on an HPC node.", ("hpc",)),
    Person(
        "admin", "Administrator", "Sees everybody's servers on the Admin page.", ("staff",), is_admin=True
    ),
)


def person_named(name: str) -> Person | None:
    """The canned person of that name, or None."""
    return next((person for person in PEOPLE if person.name == name), None)
