"""What does a courses.yaml of Class Tools say, in the words of ours?

The old file is a list of courses: `name`, `repo`, which may be empty, and `instructor`, a name of the login
that only nbgrader needed; `data.yaml` is the same list with the repositories of data. Everybody was in every
course, had each repository below `notebooks` and `data`, and a database: the README of
class-tools-infrastructure (github.com/ipeirotis/docker) and what its image runs at the start say so.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from libretexts_hub.domain.entries import Entry
from libretexts_hub.domain.start_up import parse_pull
from libretexts_hub.errors import ConfigurationError

KEYS = ("name", "repo", "instructor")
NOTEBOOKS, DATA = "notebooks", "data"
LONGEST_ID = 48
NOT_IN_ID = re.compile(r"[^a-z0-9]+")
NOT_IN_FOLDER = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Wishes:
    """What the old file does not say: for whom the courses are, and what their servers have."""

    groups: tuple[str, ...] = ()
    image: str = ""
    database: str = ""
    graders: bool = False


@dataclass
class Imported:
    """`courses` as our file has them, and sentences about what is not as it was."""

    courses: dict[str, dict[str, Any]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def import_courses(
    old: object, data: object = None, *, wishes: Wishes, where: str, data_where: str = ""
) -> Imported:
    """Courses of ours from both old files, as YAML has them. Raises ConfigurationError for another shape."""
    made = Imported()
    ids: dict[str, str] = {}
    for entry in _listed(old, where):
        name = entry.text("name")
        if name in ids:
            raise ConfigurationError(f"{name!r:.80} is there twice", where=entry.where, fix="Leave one out.")
        ids[name] = _id(name, made)
        made.courses[ids[name]] = _course(entry, name, ids[name], wishes, made)
    for entry in _listed(data, data_where) if data is not None else ():
        name = entry.text("name")
        if name not in ids:
            made.remarks.append(f"Data of {name!r:.80} was left out: there is no such course.")
            continue
        course = made.courses[ids[name]]
        course.setdefault("pull", []).extend(_pull(entry, name, DATA, made))
        if not course["pull"]:
            del course["pull"]
    if not wishes.groups:
        made.remarks.append("Nobody is in these courses yet: write their members:, or give --group.")
    return made


def _listed(raw: object, where: str) -> Sequence[Entry]:
    courses = raw.get("courses") if isinstance(raw, Mapping) else None
    if not isinstance(courses, list):
        is_ours = isinstance(courses, Mapping)
        raise ConfigurationError(
            "This is a file of ours already" if is_ours else "There is no list of courses",
            where=where,
            fix="Nothing has to be imported." if is_ours else "Name the courses.yaml of Class Tools.",
        )
    found = []
    for number, each in enumerate(courses):
        place = f"{where}: courses[{number}]"
        if not isinstance(each, Mapping):
            raise ConfigurationError("A course is no mapping", where=place, fix="Write name: and repo:.")
        entry = Entry(str(number), each, place)
        entry.only(KEYS)
        found.append(entry)
    return found


def _course(entry: Entry, name: str, course_id: str, wishes: Wishes, made: Imported) -> dict[str, Any]:
    course: dict[str, Any] = {"name": name}
    instructor = entry.text("instructor", default="") if entry.fields.get("instructor") else ""
    if instructor:
        course["instructors"] = [instructor]
    if wishes.groups:
        course["members"] = {"groups": list(wishes.groups)}
    if wishes.image:
        course["image"] = wishes.image
    if wishes.database:
        course["database"] = {"use": wishes.database}
    pulls = _pull(entry, name, NOTEBOOKS, made)
    if pulls:
        course["pull"] = pulls
    if wishes.graders and instructor:
        course["grader"] = True
    elif wishes.graders:
        made.remarks.append(f"{course_id}: it has no instructor, so no grader.")
    return course


def _pull(entry: Entry, name: str, folder: str, made: Imported) -> list[dict[str, str]]:
    """Into the folder in which the old program has cloned it, so that it goes on with what is there."""
    if entry.fields.get("repo") in (None, ""):
        return []
    kept = NOT_IN_FOLDER.sub("-", name).lstrip(".-")
    pull = {"repository": entry.text("repo"), "to": f"{folder}/{kept}"}
    try:
        parse_pull(Entry(entry.slug, pull, entry.where), folder="to")
    except ConfigurationError as error:
        # An address may hold a token: what is wrong is said, not what it is.
        made.remarks.append(f"The repository of {name!r:.80} was left out: {error.what}. {error.fix}")
        return []
    if kept != name:
        made.remarks.append(f"{name!r:.80} is pulled to {pull['to']}, a folder that nobody has yet.")
    return [pull]


def _id(name: str, made: Imported) -> str:
    """A short name that is no other course's."""
    plain = NOT_IN_ID.sub("-", name.casefold())[:LONGEST_ID].strip("-") or "course"
    found, number = plain, 1
    while found in made.courses:
        number += 1
        found = f"{plain}-{number}"
    return found
