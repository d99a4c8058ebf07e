"""What is fetched before a person works? Repositories by nbgitpuller, and packages of Python."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from libretexts_hub.domain.access import ACCESS_KEYS, EVERYBODY, Access
from libretexts_hub.domain.course_access import parse_members
from libretexts_hub.domain.durations import parse_duration
from libretexts_hub.domain.entries import UNPRINTABLE, Entry, entries
from libretexts_hub.errors import ConfigurationError

PULL_KEYS = ("repository", "branch", "folder", "courses", "images", "order", *ACCESS_KEYS)
BRANCH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}")
FOLDER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*){0,9}")
DEFAULT_SECONDS = 120


@dataclass(frozen=True)
class Pull:
    """A repository; an empty `branch` is its own default, an empty `folder` one of its name. `images` None:
    with every image of the menu."""

    repository: str
    branch: str = ""
    folder: str = ""
    access: Access = EVERYBODY
    images: tuple[str, ...] | None = None

    @property
    def line(self) -> str:
        """As the program in the pod reads it."""
        return "\t".join((self.repository, self.branch or "-", self.folder or "-"))


@dataclass(frozen=True)
class StartUp:
    """`seconds` are what one of these things may take."""

    pulls: tuple[Pull, ...] = ()
    requirements: tuple[str, ...] = ()
    seconds: int = DEFAULT_SECONDS

    def of(self, member_of: frozenset[str]) -> "StartUp | None":
        """What a member of these folded groups begins with; None for nothing."""
        pulls = tuple(pull for pull in self.pulls if pull.access.admits(member_of))
        return self._with(pulls)

    def with_image(self, slugs: Collection[str]) -> "StartUp | None":
        """What of it goes with an image that has any of these slugs; None for nothing."""
        return self._with(
            tuple(pull for pull in self.pulls if pull.images is None or set(pull.images) & set(slugs))
        )

    def _with(self, pulls: tuple[Pull, ...]) -> "StartUp | None":
        return replace(self, pulls=pulls) if pulls or self.requirements else None


def parse_start_up(entry: Entry) -> StartUp:
    """Read `pulls`, `requirements` and `time_limit`. Raises ConfigurationError."""
    raw = entry.fields.get("pulls")
    pulls = () if raw is None else tuple(_pull(each) for each in entries(raw, where=entry.place("pulls")))
    seconds = DEFAULT_SECONDS
    if entry.fields.get("time_limit") is not None:
        seconds = int(parse_duration(entry.fields["time_limit"], where=entry.place("time_limit")))
    if not 5 <= seconds <= 3600:
        raise ConfigurationError(
            "Fetching takes from seconds to minutes",
            where=entry.place("time_limit"),
            fix="Write 5s to 60m; 2m is usual. The start_timeout must be longer.",
        )
    return StartUp(pulls, _requirements(entry), seconds)


def _requirements(entry: Entry) -> tuple[str, ...]:
    listed = entry.texts("requirements") if entry.fields.get("requirements") is not None else ()
    for each in listed or ():
        if each.startswith("-") or UNPRINTABLE.search(each):
            raise ConfigurationError(
                f"{each!r:.80} is not a requirement",
                where=entry.place("requirements"),
                fix='Write names and versions: ["numpy>=2", "okpy"].',
            )
    return listed or ()


def _pull(entry: Entry) -> Pull:
    entry.only(PULL_KEYS)
    return replace(parse_pull(entry), access=parse_members(entry), images=entry.texts("images"))


def parse_pull(entry: Entry, *, folder: str = "folder") -> Pull:
    """Read `repository`, `branch` and the key of the `folder`, for everybody. Raises ConfigurationError."""
    repository = entry.text("repository")
    try:
        parts = urlsplit(repository)
        good = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        good = False
    if not good or re.search(r"\s", repository):
        # One with a password in it is not repeated: it would stand in the log.
        shown = repr(repository)[:80] if "@" not in repository else "This"
        raise ConfigurationError(
            f"{shown} is not the address of a repository",
            where=entry.place("repository"),
            fix="Write https:// and no password: what is private is fetched with the person's own token.",
        )
    return Pull(
        repository,
        _matching(entry, "branch", BRANCH, "main"),
        _matching(entry, folder, FOLDER, "course/week-1"),
    )


def _matching(entry: Entry, key: str, pattern: re.Pattern[str], example: str) -> str:
    value = entry.text(key, default="")
    if value and (not pattern.fullmatch(value) or ".." in value):
        raise ConfigurationError(
            f"{value!r:.80} can't be a {key}", where=entry.place(key), fix=f"Write it like {example}."
        )
    return value
