"""In which form do all benchmarks give their figures: one JSON object, or a table for a person?"""

from __future__ import annotations

import importlib.metadata
import json
import platform
from typing import TYPE_CHECKING, Any

from .figures import OURS, PEER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .figures import Series

PACKAGES = ("libretexts-hub", "jupyterhub", "jupyterhub-kubespawner", "kubernetes-asyncio", "aiohttp")


def report(
    name: str,
    plan: Mapping[str, Any],
    series: Mapping[str, Series],
    facts: Mapping[str, Any],
    absolute: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """The figures. `absolute` are those under `ratios` that are no ratio but a limit of their own."""
    ratios = {measure: each.ratio() for measure, each in series.items()}
    return {
        "benchmark": name,
        "versions": {
            "python": platform.python_version(),
            **{package: importlib.metadata.version(package) for package in PACKAGES},
        },
        "plan": dict(plan),
        OURS: {measure: each.summary(OURS) for measure, each in series.items()},
        PEER: {measure: each.summary(PEER) for measure, each in series.items()},
        "ratios": ratios | dict(absolute or {}),
        "facts": dict(facts),
    }


def table(figures: dict[str, Any], *, ours: str = "ours", peer: str = "stock") -> str:
    """The same figures for a person: median and range of both sides."""
    lines = [f"{'measure':14} {f'{ours} (min-max)':30} {f'{peer} (min-max)':30} {'ratio':>7}  unit"]
    for name, ratio in figures["ratios"].items():
        if name not in figures[OURS]:
            lines.append(f"{name:14} {ratio:.4g}")
            continue
        cells = (_cell(figures[side][name]) for side in (OURS, PEER))
        shown = "-" if ratio is None else f"{ratio:.3f}"
        lines.append("{:14} {:30} {:30} ".format(name, *cells) + f"{shown:>7}  {figures[OURS][name]['unit']}")
    return "\n".join([*lines, *(f"{name}: {json.dumps(fact)}" for name, fact in figures["facts"].items())])


def _cell(summary: dict[str, Any]) -> str:
    if not summary["rounds"]:
        return "-"
    return f"{summary['median']:.4g} ({summary['min']:.4g}-{summary['max']:.4g}, n={summary['rounds']})"
