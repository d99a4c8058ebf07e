"""What does a hub remember of a choice? A few texts in the spawner's state, under a version of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from libretexts_hub.domain.running import Running

STATE_KEY = "libretexts_choice"
# 1 had the options only.
STATE_VERSION = 2


@dataclass(frozen=True)
class Remembered:
    """The last choice that was valid when it was made, and what was started for it."""

    options: Mapping[str, str] = field(default_factory=dict)
    runs: Running | None = None


def to_state(remembered: Remembered) -> dict[str, Any]:
    """For `get_state`: nothing when there is nothing to remember, so that stock state stays stock."""
    if not remembered.options:
        return {}
    kept: dict[str, Any] = {"version": STATE_VERSION, "options": dict(remembered.options)}
    if (runs := remembered.runs) is not None:
        kept["runs"] = {
            "image": runs.image,
            "tag": runs.tag,
            "reference": runs.reference,
            "digest": runs.digest,
        }
    return {STATE_KEY: kept}


def from_state(state: Mapping[str, Any]) -> Remembered:
    """For `load_state`. What a later version of this package wrote is not understood: the defaults hold."""
    saved = state.get(STATE_KEY)
    if not isinstance(saved, dict) or saved.get("version") not in (1, STATE_VERSION):
        return Remembered()
    runs = saved.get("runs")
    return Remembered(
        _texts(saved.get("options")),
        Running(**{key: _texts(runs).get(key, "") for key in ("image", "tag", "reference", "digest")})
        if isinstance(runs, dict)
        else None,
    )


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {key: text for key, text in value.items() if isinstance(key, str) and isinstance(text, str)}
