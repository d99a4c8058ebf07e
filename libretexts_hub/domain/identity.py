"""Who is this person for the files in the pod? A user number, a group number, and those of their groups."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from libretexts_hub.domain.auth_paths import Written, parse_path, parse_paths, text_at, value_at
from libretexts_hub.domain.entries import Entry
from libretexts_hub.domain.id_rules import (
    MOST,
    RANGE_KEYS,
    NumberRule,
    Range,
    group_number,
    numbers,
    once,
    parse_number_rule,
    parse_range,
)
from libretexts_hub.errors import ConfigurationError

GROUP_KEYS = ("from", "name", "id", "ids", "also", *RANGE_KEYS)
# What a kernel takes of a process: NFS passes on 16 only, Linux itself 65536. A pod of 1 MB is refused.
MOST_GROUPS = 1000
NAME, ID = Written(("name",)), Written(("id",))


@dataclass(frozen=True)
class Identity:
    """The numbers of a person. `groups` has names and numbers; `also` numbers that the operator gives."""

    uid: int
    gid: int
    groups: tuple[tuple[str, int], ...] = ()
    also: tuple[int, ...] = ()
    has_own_group: bool = True

    @property
    def supplemental(self) -> tuple[int, ...]:
        """For supplementalGroups, each once; the person's first group is in runAsGroup."""
        listed = once([*(number for _, number in self.groups), *self.also])
        return tuple(number for number in listed if number != self.gid)


@dataclass(frozen=True)
class GroupRules:
    """`place` None: the login names no groups with numbers. `ids` are of groups of the hub, folded."""

    place: Written | None = None
    name: tuple[Written, ...] = (NAME,)
    id: Written = ID
    ids: tuple[tuple[str, int], ...] = ()
    also: tuple[int, ...] = ()
    range: Range = field(default_factory=Range)


@dataclass(frozen=True)
class IdentityRules:
    """How numbers follow from a login. `gid` None: the person's own group, with the number of the person."""

    uid: NumberRule
    gid: NumberRule | int | None = None
    groups: GroupRules = field(default_factory=GroupRules)


def identity_of(rules: IdentityRules, state: object, member_of: frozenset[str]) -> Identity:
    """The numbers of a person with this auth_state, in these folded groups of the hub.

    Raises SelectionError in words for the person.
    """
    uid = rules.uid.number(state)
    gid = rules.gid.number(state) if isinstance(rules.gid, NumberRule) else rules.gid
    named = [*_of_login(rules.groups, state), *(each for each in rules.groups.ids if each[0] in member_of)]
    return Identity(
        uid=uid,
        gid=uid if gid is None else gid,
        groups=tuple(dict.fromkeys(named))[:MOST_GROUPS],
        also=rules.groups.also,
        has_own_group=gid is None,
    )


def _of_login(rules: GroupRules, state: object) -> list[tuple[str, int]]:
    """Groups of the login: a mapping of names to numbers, or a list of things with a name and a number."""
    if rules.place is None:
        return []
    found = state
    for key in rules.place.path:
        found = found.get(key) if isinstance(found, Mapping) else None
    if isinstance(found, Mapping):
        listed = [(str(name), raw) for name, raw in found.items()]
    else:
        each = found if isinstance(found, list | tuple) else []
        listed = [
            (":".join(text_at(one, part) for part in rules.name), value_at(one, rules.id)) for one in each
        ]
    return [(name, group_number(raw, name, rules.range)) for name, raw in listed]


def parse_identity_rules(entry: Entry) -> IdentityRules | None:
    """Read `uid`, `gid` and `groups`; None where no numbers are wanted. Raises ConfigurationError."""
    uid = parse_number_rule(entry, "uid")
    groups = _groups(entry)
    if uid is None:
        for key in ("gid", "groups"):
            if entry.fields.get(key) is not None:
                raise ConfigurationError(
                    f"There is {key}, but no uid",
                    where=entry.place(key),
                    fix="Write uid: github_user.id too.",
                )
        return None
    rules = IdentityRules(uid, _gid(entry), groups)
    is_own = rules.gid is None and (groups.place is not None or groups.ids)
    if is_own and any(groups.range.overlaps(each) for each in uid.ranges()):
        raise ConfigurationError(
            "A group may get the number of a person, whose files its members could then read",
            where=entry.place("groups"),
            fix="Give uid a maximum, and groups an offset and a minimum above it; or write gid:.",
        )
    for name, number in groups.ids:
        if not groups.range.holds(number):
            raise ConfigurationError(
                f"The number {number} of {name!r:.60} is not within {groups.range.minimum} to "
                f"{groups.range.maximum}",
                where=entry.place("groups.ids"),
                fix="Write another number, or a range: minimum and maximum.",
            )
    return rules


def _gid(entry: Entry) -> NumberRule | int | None:
    """A number that the operator wrote may be below 1000: 100 is the group of every image of Jupyter's."""
    value = entry.fields.get("gid")
    if isinstance(value, int) and not isinstance(value, bool):
        if not 1 <= value <= MOST:
            raise ConfigurationError(
                f"{value} is not a group for people", where=entry.place("gid"), fix="Write gid: 100."
            )
        return value
    return parse_number_rule(entry, "gid")


def _groups(entry: Entry) -> GroupRules:
    part = entry.part("groups")
    if part is None:
        return GroupRules()
    part.only(GROUP_KEYS)
    usual = GroupRules()
    has_place = part.fields.get("from") is not None
    for key in ("name", "id"):
        if not has_place and part.fields.get(key) is not None:
            raise ConfigurationError(
                f"There is {key}, but no from", where=part.place(key), fix="Write from: teams too."
            )
    return GroupRules(
        place=parse_path(part.fields["from"], where=part.place("from")) if has_place else None,
        name=parse_paths(part, "name") or usual.name,
        id=parse_path(part.fields["id"], where=part.place("id")) if part.fields.get("id") else usual.id,
        ids=_ids(part),
        also=numbers(part, "also"),
        range=parse_range(part),
    )


def _ids(part: Entry) -> tuple[tuple[str, int], ...]:
    ids = part.part("ids")
    found = []
    for name, number in (ids.fields if ids else {}).items():
        if not isinstance(name, str) or isinstance(number, bool) or not isinstance(number, int):
            raise ConfigurationError(
                f"{name!r:.60}: {number!r:.60} is not a group and its number",
                where=part.place("ids"),
                fix='Write ids: {"physics:gpu": 20001}.',
            )
        found.append((name.strip().casefold(), number))
    return tuple(found)
