"""Which tags of a repository are on the menu, in which order, under which names?"""

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from libretexts_hub.domain.access import ACCESS_KEYS, EVERYBODY, Access, parse_access
from libretexts_hub.domain.durations import parse_duration
from libretexts_hub.domain.entries import Entry, did_you_mean
from libretexts_hub.domain.tag_schemes import parse_scheme
from libretexts_hub.domain.tags import ALIAS, TAG, UNKNOWN, Scheme, Tag
from libretexts_hub.errors import ConfigurationError

TAG_POLICY_KEYS = ("scheme", "keep", "aliases", "recommended")
KEEP_KEYS = ("number", "age", "since", "include", "exclude", *ACCESS_KEYS)


@dataclass(frozen=True)
class Keep:
    """What is kept of one kind; every condition must hold, None asks for nothing."""

    number: int | None = None
    age: timedelta | None = None
    since: Tag | date | None = None
    include: re.Pattern[str] | None = None
    exclude: re.Pattern[str] | None = None
    access: Access = EVERYBODY

    def wants(self, tag: Tag, today: date) -> bool:
        """Whether the tag is kept, but for the number. A tag that tells no day has no age: it is too old."""
        if self.include is not None and not self.include.fullmatch(tag.raw):
            return False
        if self.exclude is not None and self.exclude.fullmatch(tag.raw):
            return False
        if self.age is not None and (tag.made is None or today - tag.made > self.age):
            return False
        if isinstance(self.since, Tag):
            return tag.order >= self.since.order
        return self.since is None or (tag.made is not None and tag.made >= self.since)


@dataclass(frozen=True)
class TagPolicy:
    """How the tags of one repository become a menu. `keep` by kind; None keeps every kind that is known."""

    scheme: Scheme
    keep: Mapping[str, Keep] | None = None
    aliases: tuple[str, ...] = ()
    recommended: str = ""

    @property
    def shown_kinds(self) -> tuple[str, ...]:
        """The kinds in the order of the menu."""
        kinds = (*self.scheme.kinds, UNKNOWN)
        return tuple(
            kind for kind in kinds if (self.keep is None and kind != UNKNOWN) or kind in (self.keep or {})
        )


@dataclass(frozen=True, slots=True)
class Version:
    """One tag on the menu. `same_as`: what an alias points to, or which aliases point to this tag.

    `digest` is the one that was seen last, "" for none. Versions of one kind share one `access`.
    """

    tag: str
    kind: str
    name: str
    access: Access = EVERYBODY
    digest: str = ""
    same_as: str = ""


def parse_tag_policy(entry: Entry) -> TagPolicy:
    """Read `scheme`, `keep`, `aliases` and `recommended`. Raises ConfigurationError."""
    scheme = parse_scheme(entry.fields.get("scheme"), where=entry.place("scheme"))
    aliases = [_tag_text(alias, entry.place("aliases")) for alias in entry.texts("aliases") or ()]
    recommended = entry.text("recommended", default="")
    if recommended:
        aliases = [_tag_text(recommended, entry.place("recommended")), *aliases]
    return TagPolicy(scheme, _keeps(entry, scheme), tuple(dict.fromkeys(aliases)), recommended)


def versions(
    tags: Iterable[str], policy: TagPolicy, digests: Mapping[str, str], today: date
) -> tuple[Version, ...]:
    """The menu of a repository: the recommended tag, other aliases, then by kind, the newest first."""
    there = {tag for tag in tags if TAG.fullmatch(tag)}
    kept = [version for kind in _by_kind(there, policy, today) for version in kind]
    aliases = [_alias(tag, policy) for tag in policy.aliases if tag in there]
    return tuple(_resolved([*aliases, *kept], digests, there, policy))


def _by_kind(there: set[str], policy: TagPolicy, today: date) -> list[list[Version]]:
    found: dict[str, list[Tag]] = {kind: [] for kind in policy.shown_kinds}
    read = policy.scheme.read
    for raw in there.difference(policy.aliases):
        tag = read(raw)
        if tag.kind in found:
            found[tag.kind].append(tag)
    return [_kept(tags, (policy.keep or {}).get(kind, Keep()), today) for kind, tags in found.items()]


def _kept(tags: list[Tag], keep: Keep, today: date) -> list[Version]:
    wanted = [tag for tag in tags if keep.wants(tag, today)]
    wanted.sort(key=lambda tag: tag.order, reverse=True)
    return [Version(tag.raw, tag.kind, tag.name, keep.access) for tag in wanted[: keep.number]]


def _alias(tag: str, policy: TagPolicy) -> Version:
    name = re.sub(r"[._-]+", " ", tag).strip() or tag
    return Version(tag, ALIAS, name[:1].upper() + name[1:])


def _resolved(
    shown: Sequence[Version], digests: Mapping[str, str], there: set[str], policy: TagPolicy
) -> Iterable[Version]:
    """Digests, and by them which alias is which tag; also where the tag itself is not kept."""
    names = {digests[tag.raw]: tag.name for tag in _by_importance(there.intersection(digests), policy)}
    names |= {
        digests[each.tag]: each.name for each in reversed(shown) if each.kind != ALIAS and each.tag in digests
    }
    aliases: dict[str, list[str]] = {}
    for each in shown:
        if each.kind == ALIAS and each.tag in digests:
            aliases.setdefault(digests[each.tag], []).append(each.name)
    for each in shown:
        digest = digests.get(each.tag, "")
        same_as = names.get(digest, "") if each.kind == ALIAS else ", ".join(aliases.get(digest, ()))
        yield replace(each, digest=digest, same_as=same_as) if digest else each


def _by_importance(raws: Iterable[str], policy: TagPolicy) -> list[Tag]:
    """The tags that an alias may be named after, the best last. What the grammar does not know is none: it
    says nothing to a person."""
    ranks = {kind: -place for place, kind in enumerate(policy.scheme.kinds)}
    tags = (policy.scheme.read(raw) for raw in raws if raw not in policy.aliases)
    return sorted((tag for tag in tags if tag.kind in ranks), key=lambda tag: (ranks[tag.kind], tag.order))


def _keeps(entry: Entry, scheme: Scheme) -> Mapping[str, Keep] | None:
    part = entry.part("keep")
    if part is None:
        return None
    known = (*scheme.kinds, UNKNOWN)
    keeps = {}
    for kind, value in part.fields.items():
        if kind not in known:
            raise ConfigurationError(
                f"{kind!r:.60} is not a kind of tag here",
                where=part.where,
                fix=did_you_mean(str(kind), known),
            )
        if value is not None:
            keeps[kind] = _keep(part, kind, value, scheme)
    return keeps


def _keep(part: Entry, kind: str, value: object, scheme: Scheme) -> Keep:
    if not isinstance(value, Mapping):
        return Keep(number=_number(part, kind))
    below = Entry(part.slug, value, part.place(kind))
    below.only(KEEP_KEYS)
    return Keep(
        number=_number(below, "number") if "number" in value else None,
        age=timedelta(seconds=parse_duration(value["age"], where=below.place("age")))
        if "age" in value
        else None,
        since=_since(below, kind, scheme) if "since" in value else None,
        include=_globs(below, "include"),
        exclude=_globs(below, "exclude"),
        access=parse_access(below),
    )


def _number(entry: Entry, key: str) -> int:
    number = entry.integer(key, default=0)
    if number < 0:
        raise ConfigurationError(
            f"{number} tags can't be kept", where=entry.place(key), fix="Write 0 for none, or how many."
        )
    return number


def _since(entry: Entry, kind: str, scheme: Scheme) -> Tag | date:
    """The cut-off: a day, or a tag of this kind, which is the oldest that is kept."""
    value = entry.fields["since"]
    if isinstance(value, date):
        # YAML makes a time of 2026-01-31T08:00, which no day can be compared with.
        return value.date() if isinstance(value, datetime) else value
    if isinstance(value, str):
        tag = scheme.read(value)
        if tag.kind == kind:
            return tag
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ConfigurationError(
        f"{value!r:.60} is neither a day nor a tag of kind {kind}",
        where=entry.place("since"),
        fix="Write 2026-01-31, or the oldest tag that is to be kept.",
    )


def _globs(entry: Entry, key: str) -> re.Pattern[str] | None:
    """Shell patterns, any of which matches; `*` is the only one that repeats."""
    globs = entry.texts(key)
    return None if globs is None else re.compile("|".join(map(fnmatch.translate, globs)) or r"(?!)")


def _tag_text(text: str, where: str) -> str:
    if not TAG.fullmatch(text):
        raise ConfigurationError(
            f"{text!r:.80} is not a tag", where=where, fix="Write a tag of the repository, such as latest."
        )
    return text
