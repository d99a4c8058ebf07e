"""What does a person bring into the pod? Numbers, names, a home that is theirs, git, and what is fetched."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from libretexts_hub.domain.entries import Entry
from libretexts_hub.domain.git_rules import Author, GitRules, author_of, parse_git_rules
from libretexts_hub.domain.id_rules import numbers
from libretexts_hub.domain.identity import Identity, IdentityRules, identity_of, parse_identity_rules
from libretexts_hub.domain.name_templates import fields_of
from libretexts_hub.domain.references import is_reference
from libretexts_hub.domain.start_up import StartUp, parse_start_up
from libretexts_hub.errors import ConfigurationError

KEYS = (
    *("uid", "gid", "groups", "fs_gid", "home", "shell", "take_over"),
    *("git", "pulls", "requirements", "time_limit"),
)
DEFAULT_HOME = "/home/jovyan"
DEFAULT_SHELL = "/bin/bash"
PATH = re.compile(r"(?:/[A-Za-z0-9._-]+){1,20}")


@dataclass(frozen=True)
class TakeOver:
    """Homes of these numbers are given to their person. `image` empty: the one of the notebook does it."""

    uids: tuple[int, ...]
    image: str = ""


@dataclass(frozen=True)
class Provision:
    """The operator's setting `provision`. `is_fs_gid_own`: volumes get the person's group."""

    identity: IdentityRules | None = None
    is_fs_gid_own: bool = False
    home: str = DEFAULT_HOME
    shell: str = DEFAULT_SHELL
    take_over: TakeOver | None = None
    git: GitRules | None = None
    start_up: StartUp = field(default_factory=StartUp)


@dataclass(frozen=True)
class Person:
    """What is known of one person when a server starts; nothing of it is secret."""

    name: str
    full_name: str = ""
    identity: Identity | None = None
    author: Author | None = None
    start_up: StartUp | None = None


def parse_provision(raw: object, *, where: str) -> Provision | None:
    """Read `provision`; None where it is empty. Raises ConfigurationError."""
    if not raw:
        return None
    if not isinstance(raw, dict):
        raise ConfigurationError(
            f"A mapping is needed, not {raw!r:.60}", where=where, fix="Write {uid: github_user.id}."
        )
    entry = Entry("provision", {key: value for key, value in raw.items() if value is not None}, where)
    entry.only(KEYS)
    identity = parse_identity_rules(entry)
    return Provision(
        identity=identity,
        is_fs_gid_own=_fs_gid(entry),
        home=_path(entry, "home", DEFAULT_HOME),
        shell=_path(entry, "shell", DEFAULT_SHELL),
        take_over=_take_over(entry, identity),
        git=parse_git_rules(entry),
        start_up=parse_start_up(entry),
    )


def person_of(provision: Provision, state: object, name: str, member_of: frozenset[str]) -> Person:
    """What this login brings. Raises SelectionError, in words for the person."""
    identity = identity_of(provision.identity, state, member_of) if provision.identity else None
    author = author_of(provision.git, state, name) if provision.git else None
    return Person(
        name=name,
        full_name=author.name if author else name,
        identity=identity,
        author=author,
        start_up=provision.start_up.of(member_of),
    )


def with_image(person: Person, slugs: Collection[str]) -> Person:
    """The person with what is fetched for an image that has any of these slugs."""
    if person.start_up is None:
        return person
    return replace(person, start_up=person.start_up.with_image(slugs))


def _fs_gid(entry: Entry) -> bool:
    value = entry.text("fs_gid", default="keep")
    if value not in ("keep", "person"):
        raise ConfigurationError(
            f"{value!r:.60} is neither keep nor person",
            where=entry.place("fs_gid"),
            fix="Write fs_gid: keep, or leave it out.",
        )
    return value == "person"


def _path(entry: Entry, key: str, default: str) -> str:
    value = entry.text(key, default=default)
    # Every field of a template is a name without slashes and colons: a line of passwd stays one.
    fields = fields_of(value, where=entry.place(key)) if key == "home" else ()
    bare = value
    for name in fields:
        bare = bare.replace(f"{{{name}}}", "x")
    if not PATH.fullmatch(bare) or ".." in value:
        raise ConfigurationError(
            f"{value!r:.80} is not a path", where=entry.place(key), fix=f"Write it like {default}."
        )
    return value


def _take_over(entry: Entry, identity: IdentityRules | None) -> TakeOver | None:
    value = entry.fields.get("take_over")
    if value is None:
        return None
    if identity is None:
        raise ConfigurationError(
            "There is take_over, but no uid", where=entry.place("take_over"), fix="Write uid: too."
        )
    if isinstance(value, list | tuple):
        return TakeOver(numbers(entry, "take_over"))
    part = entry.part("take_over")
    assert part is not None  # noqa: S101 - it is not None above
    part.only(("uids", "image"))
    image = part.text("image", default="")
    if image and not is_reference(image):
        raise ConfigurationError(
            f"{image!r:.120} is not an image reference",
            where=part.place("image"),
            fix="Write it as in busybox:1.37.",
        )
    return TakeOver(numbers(part, "uids") or (1000,), image)
