"""What does a course bring into a server? A database, repositories, mounts: as `courses.yaml` has them."""

import re
from dataclasses import dataclass
from typing import Any

from libretexts_hub.domain.database_sources import CLAIM_PATH, OBJECT_NAME, parse_sources
from libretexts_hub.domain.durations import parse_duration
from libretexts_hub.domain.entries import Entry
from libretexts_hub.domain.start_up import Pull, parse_pull
from libretexts_hub.errors import ConfigurationError

DATABASE_KEYS = ("use", "load", "keep")
PULL_KEYS = ("repository", "branch", "to")
MOUNT_KEYS = ("claim", "path", "at", "read_only", "instructors_write")
FOLDER_KEYS = ("claim", "path", "at")
PATH = re.compile(r"/[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+){0,19}")
# Where the system itself is: what is mounted there takes the place of programs.
TAKEN = ("/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr", "/var")
DEFAULT_KEEP_DAYS = 30
DAY_SECONDS = 86400


@dataclass(frozen=True)
class CourseDatabase:
    """The entry of `databases` to `use`, more to `load` as `initial` has it, and the days that it is kept
    after the end of the course."""

    use: str
    load: tuple[Any, ...] = ()
    keep_days: int = DEFAULT_KEEP_DAYS


@dataclass(frozen=True)
class Mount:
    """A folder of a claim at a path of the server. `is_read_only` for members; instructors may
    be let write."""

    claim: str
    path: str
    at: str
    is_read_only: bool = True
    instructors_write: bool = False

    def writable_by(self, *, instructor: bool) -> bool:
        """Whether this person may write there."""
        return not self.is_read_only or (instructor and self.instructors_write)


def parse_database(entry: Entry) -> CourseDatabase | None:
    """Read `database`. Raises ConfigurationError."""
    part = entry.part("database")
    if part is None:
        return None
    part.only(DATABASE_KEYS)
    parse_sources(part, "load")
    load: Any = part.fields.get("load", ())
    return CourseDatabase(part.text("use"), tuple(load), _keep(part))


def _keep(part: Entry) -> int:
    if part.fields.get("keep") is None:
        return DEFAULT_KEEP_DAYS
    seconds = parse_duration(part.fields["keep"], where=part.place("keep"))
    if seconds % DAY_SECONDS or not 1 <= seconds // DAY_SECONDS <= 3650:
        raise ConfigurationError(
            "A database is kept for whole days, one at least",
            where=part.place("keep"),
            fix="Write keep: 30d.",
        )
    return int(seconds // DAY_SECONDS)


def parse_pulls(entry: Entry) -> tuple[Pull, ...]:
    """Read `pull`, a list. Raises ConfigurationError."""
    pulls = []
    for part in _list(entry, "pull", 'Write pull: [{repository: "https://…"}].'):
        part.only(PULL_KEYS)
        pulls.append(parse_pull(part, folder="to"))
    targets = [pull.folder or pull.repository for pull in pulls]
    if len(set(targets)) < len(targets):
        raise ConfigurationError(
            "Two repositories go into one folder", where=entry.place("pull"), fix="Give each its own to:."
        )
    return tuple(pulls)


def parse_mounts(entry: Entry) -> tuple[Mount, ...]:
    """Read `mounts` and `folder`, which is the group's own and writable. Raises ConfigurationError."""
    mounts = [_mount(part) for part in _list(entry, "mounts", "Write mounts: [{claim: data, at: /data}].")]
    folder = entry.part("folder")
    if folder is not None:
        folder.only(FOLDER_KEYS)
        path = _path_in(folder) if folder.fields.get("path") else f"course-{entry.slug}"
        mounts.append(Mount(_claim(folder), path, _at(folder), is_read_only=False))
    seen = set()
    for mount in mounts:
        if mount.at in seen:
            raise ConfigurationError(
                f"Two things are mounted at {mount.at}", where=entry.where, fix="Give each its own at:."
            )
        seen.add(mount.at)
    return tuple(mounts)


def _mount(part: Entry) -> Mount:
    part.only(MOUNT_KEYS)
    # What nobody said that it may be written is not: a data set is shared by hundreds.
    read_only = part.flag("read_only") if "read_only" in part.fields else True
    if not read_only and part.flag("instructors_write"):
        raise ConfigurationError(
            "Everybody may write there, instructors too",
            where=part.place("instructors_write"),
            fix="Leave it out, or write read_only: true.",
        )
    path = _path_in(part) if part.fields.get("path") else ""
    return Mount(_claim(part), path, _at(part), read_only, part.flag("instructors_write"))


def _claim(part: Entry) -> str:
    claim = part.text("claim")
    if not OBJECT_NAME.fullmatch(claim):
        raise ConfigurationError(
            f"{claim!r:.80} is not the name of a claim",
            where=part.place("claim"),
            fix="Use lower-case letters, digits, dots and dashes.",
        )
    return claim


def _path_in(part: Entry) -> str:
    path = part.text("path")
    if not CLAIM_PATH.fullmatch(path) or ".." in path:
        raise ConfigurationError(
            f"{path!r:.80} is not a path below a claim",
            where=part.place("path"),
            fix="Write it without a / before it and without .., as in courses/db101.",
        )
    return path


def _at(part: Entry) -> str:
    at = part.text("at")
    is_taken = any(at == each or at.startswith(f"{each}/") for each in TAKEN)
    if not PATH.fullmatch(at) or is_taken or any(set(step) == {"."} for step in at.split("/")[1:]):
        raise ConfigurationError(
            f"Nothing can be mounted at {at!r:.80}",
            where=part.place("at"),
            fix="Write an absolute path such as /data/db101, outside of the folders of the system.",
        )
    return at


def _list(entry: Entry, key: str, fix: str) -> list[Entry]:
    raw = entry.fields.get(key)
    if raw is None:
        return []
    if not isinstance(raw, list | tuple) or not all(isinstance(each, dict) for each in raw):
        raise ConfigurationError(
            f"{key!r} must be a list of mappings, not {raw!r:.60}", where=entry.place(key), fix=fix
        )
    return [Entry(entry.slug, each, f"{entry.place(key)}[{index}]") for index, each in enumerate(raw)]
