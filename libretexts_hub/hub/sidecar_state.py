"""What does a hub remember of a server's database? The name of its claim and Secret, and where they are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

STATE_KEY = "libretexts_database"
APART_KEY = "libretexts_databases_apart"
STATE_VERSION = 1


@dataclass(frozen=True)
class Stored:
    """`objects` is the name of claim and Secret; they were made in these `namespaces`, the claim in `claims`.
    `is_sure`: nothing speaks against their being there still."""

    objects: str = ""
    namespaces: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    is_sure: bool = False

    def has(self, namespace: str, *, claim: bool) -> bool:
        """Whether nothing has to be asked of the API server."""
        return self.is_sure and namespace in (self.claims if claim else self.namespaces)

    def with_namespace(self, objects: str, namespace: str, *, claim: bool) -> "Stored":
        """Made here too. What was in doubt elsewhere stays in doubt."""
        known = self if self.is_sure else Stored()
        return Stored(
            objects,
            tuple(dict.fromkeys((*self.namespaces, namespace))),
            tuple(dict.fromkeys((*known.claims, *((namespace,) if claim else ())))),
            is_sure=True,
        )

    def doubted(self) -> "Stored":
        """Known still, but looked for at the next start."""
        return replace(self, is_sure=False)


def to_state(stored: Stored) -> dict[str, Any]:
    """For `get_state`: nothing for a server that never had a database."""
    if not stored.objects:
        return {}
    return {
        STATE_KEY: {
            "version": STATE_VERSION,
            "objects": stored.objects,
            "namespaces": list(stored.namespaces),
            "claims": list(stored.claims),
            "is_sure": stored.is_sure,
        }
    }


def from_state(state: Mapping[str, Any]) -> Stored:
    """For `load_state`. Of what a later version wrote only the names hold: they never change."""
    saved = state.get(STATE_KEY)
    if not isinstance(saved, dict) or not isinstance(saved.get("objects"), str):
        return Stored()
    is_sure = saved.get("version") == STATE_VERSION and saved.get("is_sure") is True
    return Stored(saved["objects"], _texts(saved.get("namespaces")), _texts(saved.get("claims")), is_sure)


def apart_to_state(apart: Mapping[str, Stored]) -> dict[str, Any]:
    """For `get_state`: databases with a claim of their own, by their suffix; nothing where there is none."""
    kept = {suffix: to_state(stored)[STATE_KEY] for suffix, stored in apart.items() if stored.objects}
    return {APART_KEY: kept} if kept else {}


def apart_from_state(state: Mapping[str, Any]) -> dict[str, Stored]:
    """For `load_state`."""
    saved = state.get(APART_KEY)
    listed = saved.items() if isinstance(saved, dict) else ()
    found = {str(suffix): from_state({STATE_KEY: each}) for suffix, each in listed}
    return {suffix: stored for suffix, stored in found.items() if stored.objects}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(text for text in value if isinstance(text, str)) if isinstance(value, list) else ()
