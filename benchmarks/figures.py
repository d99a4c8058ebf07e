"""What do several rounds of one measure say: smallest, median, largest, and ours against the peer's?"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

OURS, PEER = "ours", "peer"
SIDES = (OURS, PEER)


def sides_of_round(number: int) -> tuple[str, ...]:
    """Who goes first in this round: it changes, so that neither always finds the warmer machine."""
    return SIDES if number % 2 == 0 else SIDES[::-1]


@dataclass
class Series:
    """The rounds of one measure for both sides, in `unit`."""

    unit: str
    values: dict[str, list[float]] = field(default_factory=lambda: {side: [] for side in SIDES})

    def add(self, side: str, values: float | Iterable[float]) -> None:
        self.values[side] += [values] if isinstance(values, (int, float)) else list(values)

    def summary(self, side: str) -> dict[str, float | int | str]:
        values = self.values[side]
        if not values:
            return {"unit": self.unit, "rounds": 0}
        return {
            "unit": self.unit,
            "rounds": len(values),
            "min": round(min(values), 6),
            "median": round(statistics.median(values), 6),
            "mean": round(statistics.fmean(values), 6),
            "max": round(max(values), 6),
        }

    def ratio(self) -> float | None:
        """Median of ours by median of the peer's; None when there is nothing to divide by."""
        if not all(self.values.values()):
            return None
        peer = statistics.median(self.values[PEER])
        return round(statistics.median(self.values[OURS]) / peer, 4) if peer else None
