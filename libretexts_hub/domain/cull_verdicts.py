"""What may be decided about a claim? Keep, mark, unmark, notify or delete, each with its reason."""

from dataclasses import dataclass

from libretexts_hub.domain.cull_homes import HomeRule
from libretexts_hub.domain.cull_mark import Mark


@dataclass(frozen=True, slots=True)
class Keep:
    """It stays as it is. `is_alarming`: what was seen speaks for a restored hub, and nothing more is deleted.

    `due`: when it may go, where it is marked.
    """

    reason: str
    is_alarming: bool = False
    due: float | None = None


@dataclass(frozen=True, slots=True)
class Unmark:
    """Its mark is taken off: somebody came back, it is protected, or the mark is not valid."""

    reason: str


@dataclass(frozen=True, slots=True)
class MarkIt:
    """It gets this mark. The time until it may go begins now."""

    reason: str
    mark: Mark
    rule: HomeRule


@dataclass(frozen=True, slots=True)
class Notify:
    """A notice is due. `leads`: which of the rule's notices count as sent with it; `due`: when it may go."""

    reason: str
    mark: Mark
    rule: HomeRule
    leads: tuple[float, ...]
    due: float


@dataclass(frozen=True, slots=True)
class Delete:
    """It may go now. `is_released`: the hub's record went in an earlier step; only the claim is left."""

    reason: str
    mark: Mark
    rule: HomeRule
    is_released: bool = False


@dataclass(frozen=True, slots=True)
class Release:
    """The hub's record went in a step of ours that was cut off before it was written down. Now it is, and the
    time to settle begins."""

    reason: str
    mark: Mark
    rule: HomeRule


Verdict = Keep | Unmark | MarkIt | Notify | Release | Delete
