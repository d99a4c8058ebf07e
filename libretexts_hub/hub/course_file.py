"""What does the file of courses say now? Read again when it, or a roster that it names, has changed."""

from __future__ import annotations

import threading
import time
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from libretexts_hub.domain.courses import (
    Course,
    course_groups,
    parse_courses,
    reserved_groups,
    service_names,
)
from libretexts_hub.errors import ConfigurationError, LibreTextsHubError
from libretexts_hub.yaml_text import read_yaml

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable

# A roster of a university's largest course has some kilobytes.
LARGEST_FILE = 8 << 20
# A page asks several times; a ConfigMap's new content takes about a minute to arrive anyway.
LOOK_EVERY_SECONDS = 2.0
# What is read faster is read at once; the hub answers nobody meanwhile.
LONGEST_SECONDS = 0.05
# What office programs write who don't write UTF-8: a login is made of letters that all of these share.
OTHER_ENCODINGS = (("utf-16", (b"\xff\xfe", b"\xfe\xff")), ("cp1252", (b"",)))

_files: dict[str, CourseFile] = {}


def course_file(path: str, log: logging.Logger) -> CourseFile:
    """The one of this process: logins and spawners see the same courses. Raises ConfigurationError."""
    known = _files.get(path)
    if known is None:
        known = _files[path] = CourseFile(path, log)
    return known


def forget_files() -> None:
    """As in a new process."""
    _files.clear()


def today() -> date:
    """In the hub's time zone."""
    return datetime.now().astimezone().date()


def midnight(day: date) -> datetime:
    """When this day begins, in the hub's time zone."""
    return datetime(day.year, day.month, day.day).astimezone()


class CourseFile:
    """`courses.yaml` at `path`. Rosters are found from its folder.

    A file that is wrong when the hub starts stops it; one that becomes wrong later is logged once, and what
    it said before holds: nobody loses a course through a slip of the pen.
    """

    def __init__(self, path: str, log: logging.Logger) -> None:
        self._path = Path(path)
        self._log = log
        self._seen: dict[Path, tuple[int, int]] = {}
        # Rosters that did not change are not decoded again.
        self._texts: dict[Path, tuple[tuple[int, int], str]] = {}
        self._courses: tuple[Course, ...] = ()
        self._reserved: frozenset[str] = frozenset()
        self._taken: frozenset[str] = frozenset()
        self._looked = time.monotonic()
        self._lock = threading.Lock()
        self._reading: threading.Thread | None = None
        self._seconds = 0.0
        self._read()

    @property
    def courses(self) -> tuple[Course, ...]:
        """As they were read last; the same object until they change."""
        return self._courses

    @property
    def reserved(self) -> frozenset[str]:
        """The folded groups that nobody else gives."""
        return self._reserved

    @property
    def taken(self) -> frozenset[str]:
        """Names that belong to services, and to no person."""
        return self._taken

    def now(self) -> tuple[Course, ...]:
        """As of at most two seconds ago, or a little more where reading takes long: the hub goes on then."""
        if time.monotonic() - self._looked >= LOOK_EVERY_SECONDS:
            if self._seconds < LONGEST_SECONDS:
                self.look()
            elif self._reading is None or not self._reading.is_alive():
                self._reading = threading.Thread(target=self.look, name="courses", daemon=True)
                self._reading.start()
        return self._courses

    def look(self) -> None:
        """Read it again if it has changed. Blocking; logins call it off the event loop."""
        self._looked = time.monotonic()
        with self._lock:
            if not self._has_changed():
                return
            try:
                self._read()
            except LibreTextsHubError as error:
                self._log.error("Courses stay as they were: %s", error)
            else:
                self._log.info("%s was read again: %d courses", self._path, len(self._courses))

    def groups_of(self, name: str, groups: Iterable[str]) -> list[str]:
        """The groups that courses give to this person today, in the hub's time zone."""
        self.look()
        return course_groups(self._courses, name, groups, today())

    def _has_changed(self) -> bool:
        return any(_mark(path) != mark for path, mark in self._seen.items())

    def _read(self) -> None:
        began = time.monotonic()
        # Marked before it is read: what is written meanwhile is read next time. Also if it is wrong.
        self._seen = {self._path: _mark(self._path)}
        where = str(self._path)
        raw = read_yaml(_text(self._path, where), where, keys_once=True)
        courses = raw.get("courses") if isinstance(raw, dict) and "courses" in raw else raw
        found = parse_courses(courses or {}, where=f"{where}: courses", read_roster=self._roster)
        self._courses, self._reserved, self._taken = found, reserved_groups(found), service_names(found)
        self._seconds = time.monotonic() - began
        self._texts = {path: kept for path, kept in self._texts.items() if path in self._seen}

    def _roster(self, name: str) -> str:
        path = self._path.parent / name
        mark = self._seen[path] = _mark(path)
        kept = self._texts.get(path)
        if kept is None or kept[0] != mark:
            kept = self._texts[path] = (mark, _text(path, f"{self._path}: roster", is_roster=True))
        return kept[1]


def _mark(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, -1)
    return (found.st_mtime_ns, found.st_size)


def _text(path: Path, where: str, *, is_roster: bool = False) -> str:
    try:
        # A pipe or a device has no size, and reading it may never end.
        if not path.is_file():
            path.stat()
            raise ConfigurationError(f"{path} is no file", where=where, fix="Name the file itself.")
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigurationError(
            f"{path} can't be read: {error.strerror}", where=where, fix="Mount it into the hub."
        ) from None
    except ValueError:  # a NUL in its name
        raise ConfigurationError("That is no path", where=where, fix="Write rosters/db101.csv.") from None
    if len(content) > LARGEST_FILE:
        raise ConfigurationError("The file is larger than 8 MiB", where=where, fix="Split it.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        for encoding, beginnings in OTHER_ENCODINGS if is_roster else ():
            if content.startswith(beginnings):
                return content.decode(encoding, errors="replace")
        raise ConfigurationError(f"{path} is not UTF-8", where=where, fix="Save it as UTF-8.") from None
