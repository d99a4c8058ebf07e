"""Whom, and which choices, does a route take?

Keys of a `match` must all hold; of the values of one key any will do, but `all_groups` asks for all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from libretexts_hub.domain.access import ACCESS_KEYS, EVERYBODY, Access, folded, parse_access
from libretexts_hub.domain.entries import Entry, did_you_mean
from libretexts_hub.domain.login_claims import Claims
from libretexts_hub.domain.wording import one_of
from libretexts_hub.errors import ConfigurationError

MATCH_KEYS = (*ACCESS_KEYS, "images", "sizes", "admin", "claims")


@dataclass(frozen=True)
class Asker:
    """Who asks for a server and what they chose: all that a route may be decided by. Groups are folded."""

    groups: frozenset[str] = frozenset()
    image: str = ""
    size: str = ""
    admin: bool = False
    claims: Claims = field(default_factory=dict)


@dataclass(frozen=True)
class Match:
    """What a route asks for; None asks for nothing. `groups` are those of `access` as they are written."""

    access: Access = EVERYBODY
    groups: tuple[str, ...] = ()
    images: tuple[str, ...] | None = None
    sizes: tuple[str, ...] | None = None
    admin: bool | None = None
    claims: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def takes_everybody(self) -> bool:
        """Whether it asks for nothing at all."""
        return self == Match()

    @property
    def takes_every_choice(self) -> bool:
        """Whether it takes a person with every image and size."""
        return self.images is None and self.sizes is None

    def groups_of(self, asker: Asker) -> tuple[str, ...]:
        """Those of its groups that this person is in, as the operator spells them."""
        return tuple(group for group in self.groups if folded([group]) <= asker.groups)

    def mismatch(self, asker: Asker) -> str:
        """Why it does not take this one; empty where it does."""
        return self.mismatch_of_person(asker) or self.mismatch_of_choice(asker)

    def mismatch_of_person(self, asker: Asker) -> str:
        """Why it does not take this person, whatever they choose; empty where it does."""
        access = self.access
        if shut_out := sorted(access.none_of & asker.groups):
            return f"shuts out {one_of(shut_out)}"
        if access.any_of is not None and not access.any_of & asker.groups:
            return f"asks for {one_of(sorted(access.any_of)) or 'a group that nobody is in'}"
        if missing := sorted(access.all_of - asker.groups):
            return f"asks for {' and '.join(missing)}"
        if self.admin is not None and self.admin != asker.admin:
            return "is for administrators" if self.admin else "is not for administrators"
        for name, wanted in self.claims.items():
            if not wanted & set(asker.claims.get(name, ())):
                return f"asks for {name} {one_of(sorted(wanted))}"
        return ""

    def mismatch_of_choice(self, asker: Asker) -> str:
        """Why it does not take what was chosen; empty where it does."""
        for noun, wanted, chosen in (("image", self.images, asker.image), ("size", self.sizes, asker.size)):
            if wanted is not None and chosen not in wanted:
                return f"is for the {noun} {one_of(wanted)}"
        return ""

    def why(self, asker: Asker) -> str:
        """Why it takes this one: `physics:gpu, size gpu`."""
        parts = [*self.groups_of(asker)]
        parts += [f"not in {one_of(sorted(self.access.none_of))}"] if self.access.none_of else []
        parts += [f"image {asker.image}"] if self.images is not None else []
        parts += [f"size {asker.size}"] if self.sizes is not None else []
        parts += [] if self.admin is None else ["administrator" if self.admin else "no administrator"]
        parts += [
            f"{name} {one_of(sorted(self.claims[name] & set(asker.claims[name])))}" for name in self.claims
        ]
        return ", ".join(parts) or "takes everybody"

    def covers(self, other: "Match") -> bool:
        """Whether it surely takes everything that `other` takes."""
        mine, theirs = self.access, other.access
        wider = mine.any_of is None or (theirs.any_of is not None and theirs.any_of <= mine.any_of)
        wider = wider or bool(mine.any_of and mine.any_of & theirs.all_of)
        return (
            wider
            and mine.all_of <= theirs.all_of
            and mine.none_of <= theirs.none_of
            and _holds(self.images, other.images)
            and _holds(self.sizes, other.sizes)
            and (self.admin is None or self.admin == other.admin)
            and all(other.claims.get(name, wanted | {""}) <= wanted for name, wanted in self.claims.items())
        )


def parse_match(entry: Entry, *, images: Sequence[str] | None, sizes: Sequence[str] | None) -> Match:
    """Read `match`. `images` and `sizes` are the slugs of the menu, None where they are not known yet.

    Raises ConfigurationError.
    """
    part = entry.part("match")
    if part is None:
        return Match()
    part.only(MATCH_KEYS)
    return Match(
        access=parse_access(part),
        groups=tuple(dict.fromkeys((*(part.texts("groups") or ()), *(part.texts("all_groups") or ())))),
        images=_slugs(part, "images", images),
        sizes=_slugs(part, "sizes", sizes),
        admin=part.flag("admin") if "admin" in part.fields else None,
        claims=_claims(part),
    )


def _holds(mine: tuple[str, ...] | None, theirs: tuple[str, ...] | None) -> bool:
    return mine is None or (theirs is not None and set(theirs) <= set(mine))


def _slugs(part: Entry, key: str, known: Sequence[str] | None) -> tuple[str, ...] | None:
    listed = part.texts(key)
    if listed is None:
        return None
    if not listed:
        raise ConfigurationError(
            f"{key!r} is empty: no server would ever match",
            where=part.place(key),
            fix="Name one, or leave it out.",
        )
    for slug in listed if known is not None else ():
        if slug not in (known or ()):
            fix = did_you_mean(slug, known or ()) if known else f"Write the {key} first."
            raise ConfigurationError(f"{slug!r:.80} is not one of the {key}", where=part.place(key), fix=fix)
    return listed


def _claims(part: Entry) -> Mapping[str, frozenset[str]]:
    claims = part.part("claims")
    if claims is None:
        return {}
    found = {}
    for name in claims.fields:
        wanted = folded(claims.texts(name) or ())
        if not isinstance(name, str) or not wanted:
            raise ConfigurationError(
                f"The claim {name!r:.60} names no value",
                where=claims.where,
                fix='Write it like email_domain: ["example.edu"].',
            )
        found[name] = wanted
    return found
