"""Do courses and settings fit together? Asked when a hub starts, and by `libretexts-hub check`."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from libretexts_hub.domain.course_feed import Written, with_courses
from libretexts_hub.domain.courses import Course
from libretexts_hub.domain.databases import parse_databases
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.provision import parse_provision
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub.course_file import CourseFile, midnight, today


def written_path(config: Any) -> tuple[str, str]:
    """Which file the configuration names, and where; empty for none. The spawner's own line is the first."""
    sections = sorted(name for name, section in config.items() if "courses_file" in section)
    for name in sorted(sections, key=lambda each: not each.endswith("Spawner")):
        path = config[name]["courses_file"]
        if isinstance(path, str) and path:
            return path, f"c.{name}.courses_file"
    return "", ""


def read_courses(path: str) -> tuple[Course, ...] | None:
    """None where the file is not on this machine: it may be mounted into the hub only.

    Raises ConfigurationError.
    """
    if not Path(path).exists():
        return None
    return CourseFile(path, logging.getLogger(__name__)).courses


def check_courses(config: Any, written: Written) -> None:
    """Raise ConfigurationError for the first course that names what is not there."""
    for wrong in course_problems(config, written):
        raise wrong


def course_problems(config: Any, written: Written) -> Iterator[ConfigurationError]:
    """Every course that does not fit, one by one."""
    path, _ = written_path(config)
    try:
        courses = read_courses(path) if path else None
    except ConfigurationError as error:
        yield error
        return
    for course in courses or ():
        try:
            check_course(written, course)
        except ConfigurationError as error:
            yield error


def check_course(written: Written, course: Course) -> None:
    """Raises ConfigurationError where this course, alone, would not work. One that is over passes."""
    made = with_courses(written, [course], today(), midnight)
    if made == written:
        return
    where = course.where or f"courses[{course.id!r}]"
    Menu.parse(made.images or {}, made.sizes or {}, where=where)
    parse_databases(made.databases or {}, where=f"{where}.database")
    parse_provision(made.provision, where=f"{where}.pull")
