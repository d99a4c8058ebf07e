"""What does a mark on a claim mean for a start? Loaded only by hubs whose culler owns homes."""

from typing import Any

from libretexts_hub.clients.mail import is_address
from libretexts_hub.domain.auth_paths import Written, parse_path, text_at
from libretexts_hub.domain.cull_annotations import DELETING_AT, LEFT_TO_CULLER, MARK_KEYS, MARKED_AT

__all__ = [
    "LEFT_TO_CULLER",
    "Written",
    "address_at",
    "is_about_to_go",
    "is_marked",
    "parse_path",
    "without_mark",
]


def address_at(auth_state: object, path: str) -> str:
    """The mail address at this place of auth_state; empty where there is none."""
    text = text_at(auth_state, parse_path(path, where="notice_email"))
    return text if is_address(text) else ""


def is_marked(claim: dict[str, Any]) -> bool:
    """Whether the culler means to delete it."""
    return MARKED_AT in _annotations(claim)


def is_about_to_go(claim: dict[str, Any]) -> bool:
    """Whether its deletion has begun."""
    return DELETING_AT in _annotations(claim)


def without_mark(claim: dict[str, Any]) -> dict[str, Any]:
    """A merge patch that takes the mark off this very claim, if it has not changed since."""
    known = _annotations(claim)
    metadata = {key: claim["metadata"][key] for key in ("uid", "resourceVersion")}
    return {"metadata": {**metadata, "annotations": {key: None for key in MARK_KEYS if key in known}}}


def _annotations(claim: dict[str, Any]) -> dict[str, str]:
    return claim["metadata"].get("annotations") or {}
