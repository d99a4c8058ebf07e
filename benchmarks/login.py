"""What does a login cost, with ours and with the authenticator that people have now?

Each kind of provider is a part of its own, in a file of its own, with a function `measure`.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .figures import Series
from .report import report, table

if TYPE_CHECKING:
    from collections.abc import Iterable

# Part -> the module whose `async def measure(figures, rounds, *, quick)` adds to the figures.
PARTS = {
    "breaker": "benchmarks.login_breaker",
    "github": "benchmarks.login_github",
    "ldap": "benchmarks.login_ldap",
}


@dataclass
class Figures:
    """What the parts found: rounds of both sides by name, figures with a limit of their own, and facts."""

    series: dict[str, Series] = field(default_factory=dict)
    absolute: dict[str, float] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, side: str, value: float | Iterable[float], unit: str = "s") -> None:
        """One round, or several, of one side."""
        self.series.setdefault(name, Series(unit)).add(side, value)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.login", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, under 60 seconds")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    parser.add_argument("--rounds", type=int, default=15, help="rounds of each measure (5 or more)")
    parser.add_argument(
        "--part", action="append", choices=sorted(PARTS), help="only this part; may be repeated"
    )
    chosen = parser.parse_args()
    if chosen.rounds < 5:
        parser.error(f"--rounds: at least 5, not {chosen.rounds}")
    return chosen


async def run(parts: list[str], rounds: int, *, quick: bool) -> dict[str, object]:
    figures = Figures()
    for part in parts:
        await importlib.import_module(PARTS[part]).measure(figures, rounds, quick=quick)
    plan = {"quick": quick, "rounds": rounds, "parts": parts}
    return report("login", plan, figures.series, figures.facts, figures.absolute)


def main() -> None:
    chosen = arguments()
    parts = chosen.part or list(PARTS)
    figures = asyncio.run(run(parts, 5 if chosen.quick else chosen.rounds, quick=chosen.quick))
    print(json.dumps(figures, indent=2) if chosen.json else table(figures, peer="peer"))


if __name__ == "__main__":
    main()
