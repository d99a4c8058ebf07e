"""How large is whose home, of which class, and may it grow? The operator's `homes`, the first that fits."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from libretexts_hub.domain.access import ACCESS_KEYS, EVERYBODY, Access
from libretexts_hub.domain.course_access import parse_members
from libretexts_hub.domain.entries import Entry, did_you_mean, entries
from libretexts_hub.domain.pod_events import Object
from libretexts_hub.domain.quantities import amount, parse_memory
from libretexts_hub.errors import ConfigurationError

HOME_KEYS = (
    *("capacity", "storage_class", "access_modes", "grow", "measure", "order"),
    *ACCESS_KEYS,
    "courses",
)
ACCESS_MODES = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")
CLASS_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Home:
    """What an entry says; None and empty leave what the chart has set. `capacity` in bytes."""

    slug: str
    access: Access = EVERYBODY
    capacity: int | None = None
    storage_class: str = ""
    access_modes: tuple[str, ...] = ()
    grow: bool = False
    measure: bool = False


def parse_homes(raw: object, *, where: str) -> tuple[Home, ...]:
    """Read the trait `homes`. Raises ConfigurationError for the first thing that is wrong."""
    homes: list[Home] = []
    for entry in entries(raw, where=where):
        if homes and homes[-1].access == EVERYBODY:
            raise ConfigurationError(
                f"Nobody comes to {entry.slug!r}: {homes[-1].slug!r} stands before it and takes everybody",
                where=entry.where,
                fix=f"Give {homes[-1].slug!r} groups, or write it last.",
            )
        homes.append(_home(entry))
    return tuple(homes)


def home_for(homes: Iterable[Home], member_of: frozenset[str]) -> Home | None:
    """The first that takes a member of these folded groups."""
    return next((home for home in homes if home.access.admits(member_of)), None)


def size_of(claim: Object) -> int:
    """The bytes that a claim asks for; 0 where it can't be read."""
    requests: Mapping[str, object] = ((claim.get("spec") or {}).get("resources") or {}).get("requests") or {}
    return int(amount(requests.get("storage")) or Decimal(0))


def may_grow_now(claim: Object) -> bool:
    """Whether the API server would take a larger request: only a bound claim may change."""
    leaving = "deletionTimestamp" in (claim.get("metadata") or {})
    return not leaving and (claim.get("status") or {}).get("phase") == "Bound"


def _home(entry: Entry) -> Home:
    entry.only(HOME_KEYS)
    capacity = None
    if "capacity" in entry.fields:
        capacity = parse_memory(entry.fields["capacity"], where=entry.place("capacity"))
    home = Home(
        slug=entry.slug,
        access=parse_members(entry),
        capacity=capacity,
        storage_class=_storage_class(entry),
        access_modes=_access_modes(entry),
        grow=entry.flag("grow"),
        measure=entry.flag("measure"),
    )
    if home.grow and capacity is None:
        raise ConfigurationError(
            "A home grows to its capacity, and there is none",
            where=entry.place("grow"),
            fix="Write capacity: 20Gi beside it.",
        )
    return home


def _storage_class(entry: Entry) -> str:
    name = entry.text("storage_class", default="")
    if name and not CLASS_NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name!r:.80} is not a storage class",
            where=entry.place("storage_class"),
            fix="Write the name of one, as kubectl get storageclass shows it.",
        )
    return name


def _access_modes(entry: Entry) -> tuple[str, ...]:
    modes = entry.texts("access_modes")
    if modes == ():
        raise ConfigurationError(
            "A claim needs an access mode",
            where=entry.place("access_modes"),
            fix="Write access_modes: [ReadWriteOnce], or leave it out.",
        )
    for mode in modes or ():
        if mode not in ACCESS_MODES:
            raise ConfigurationError(
                f"{mode!r:.80} is not an access mode",
                where=entry.place("access_modes"),
                fix=did_you_mean(mode, ACCESS_MODES),
            )
    return modes or ()
