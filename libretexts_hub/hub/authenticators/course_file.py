"""What does the file of courses say now? Read again when it, or a roster that it names, has changed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from libretexts_hub.domain.courses import course_groups, parse_courses
from libretexts_hub.errors import ConfigurationError

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable

    from libretexts_hub.domain.courses import Course

# A roster of a university's largest course has some kilobytes.
LARGEST_FILE = 8 << 20


class CourseFile:
    """`courses.yaml` at `path`. Rosters are found from its folder.

    A file that is wrong when the hub starts stops it; one that becomes wrong later is logged once, and what
    it said before holds: nobody loses a course through a slip of the pen.
    """

    def __init__(self, path: str, log: logging.Logger) -> None:
        self._path = Path(path)
        self._log = log
        self._seen: dict[Path, tuple[int, int]] = {}
        self._courses: tuple[Course, ...] = ()
        self._read()

    @property
    def courses(self) -> tuple[Course, ...]:
        """As they were read last."""
        return self._courses

    def groups_of(self, name: str, groups: Iterable[str]) -> list[str]:
        """The groups that courses give to this person today, in the hub's time zone."""
        if self._has_changed():
            try:
                self._read()
            except ConfigurationError as error:
                self._log.error("Courses stay as they were: %s", error)
        return course_groups(self._courses, name, groups, datetime.now().astimezone().date())

    def _has_changed(self) -> bool:
        return any(_mark(path) != mark for path, mark in self._seen.items())

    def _read(self) -> None:
        # Marked before it is read: what is written meanwhile is read next time. Also if it is wrong.
        self._seen = {self._path: _mark(self._path)}
        where = str(self._path)
        try:
            raw = yaml.safe_load(_text(self._path, where))
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = f", line {mark.line + 1}" if mark else ""
            raise ConfigurationError(
                "The file is no YAML", where=f"{where}{line}", fix="Correct that line."
            ) from None
        courses = raw.get("courses") if isinstance(raw, dict) else raw
        self._courses = parse_courses(courses or {}, where=f"{where}: courses", read_roster=self._roster)

    def _roster(self, name: str) -> str:
        path = self._path.parent / name
        self._seen[path] = _mark(path)
        return _text(path, f"{self._path}: roster")


def _mark(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, -1)
    return (found.st_mtime_ns, found.st_size)


def _text(path: Path, where: str) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ConfigurationError("The file is larger than 8 MiB", where=where, fix="Split it.")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(
            f"{path} can't be read: {error.strerror}", where=where, fix="Mount it into the hub."
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} is not UTF-8", where=where, fix="Save it as UTF-8.") from None
