"""How far is an entry in its life? Hidden, deprecated, replaced by a successor, retired."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from libretexts_hub.domain.availability import day
from libretexts_hub.domain.entries import Entry, did_you_mean
from libretexts_hub.errors import ConfigurationError

LIFE_KEYS = ("hidden", "deprecated", "successor", "retires")


@dataclass(frozen=True, slots=True)
class Life:
    """`hidden`: only a link leads to it. `deprecated`: what a person is told. `successor`: the slug that
    starts in its place from the day `retires` on, or at once where no day is written."""

    hidden: bool = False
    deprecated: str = ""
    successor: str = ""
    retires: date | None = None

    def is_over(self, today: date) -> bool:
        """Whether it is not started any more."""
        return today >= self.retires if self.retires is not None else bool(self.successor)

    @property
    def last_day_words(self) -> str:
        """`until 1 March 2027`, or nothing."""
        return f"until {day(self.retires)}" if self.retires is not None else ""


ALIVE = Life()


def parse_life(entry: Entry) -> Life:
    """Read `hidden`, `deprecated`, `successor` and `retires`. Raises ConfigurationError."""
    return Life(
        hidden=entry.flag("hidden"),
        deprecated=entry.text("deprecated", default=""),
        successor=entry.text("successor", default=""),
        retires=_day(entry),
    )


def check_successors(lives: Mapping[str, Life], where: str) -> None:
    """Refuse a successor that is no entry, and a chain that comes back to where it began."""
    for slug, life in lives.items():
        if life.successor and life.successor not in lives:
            raise ConfigurationError(
                f"{life.successor!r:.80} is not an image",
                where=f"{where}[{slug!r}].successor",
                fix=did_you_mean(life.successor, list(lives)),
            )
        chain = list(_chain(slug, lives))
        if chain and chain[-1] in (slug, *chain[:-1]):
            raise ConfigurationError(
                f"The successors of {slug!r} lead back: {' -> '.join([slug, *chain])}",
                where=f"{where}[{slug!r}].successor",
                fix="Let the last of them have none.",
            )


def _chain(slug: str, lives: Mapping[str, Life]) -> Iterable[str]:
    """The successors one after the other, until there is none or one comes again."""
    seen = {slug}
    while slug := lives[slug].successor if slug in lives else "":
        yield slug
        if slug in seen:
            return
        seen.add(slug)


def _day(entry: Entry) -> date | None:
    value = entry.fields.get("retires")
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else _no_day(entry, value)
    except ValueError:
        return _no_day(entry, value)


def _no_day(entry: Entry, value: object) -> date:
    raise ConfigurationError(
        f"{value!r:.60} is not a day", where=entry.place("retires"), fix="Write retires: 2027-03-01."
    )
