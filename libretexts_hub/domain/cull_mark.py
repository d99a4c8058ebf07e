"""What does a mark on a claim say? All that a restarted culler has to know, in annotations of the claim.

A mark is valid for the very claim that it was written on (by uid), the very person (by name and by when the
hub made the record) and no activity since. Its age counts from the mark, never from the last activity, so
that a culler that was down for months gives everybody the whole time.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from libretexts_hub.domain import cull_annotations as keys
from libretexts_hub.domain.culling import Claim
from libretexts_hub.domain.moments import exact_text, from_text, to_text

MARK_VERSION = "1"
NONE = "none"


@dataclass(frozen=True, slots=True)
class Mark:
    """`notices`: how long before the delete, and when it was sent. `user_created` and `last_activity` are
    what the hub said at the mark, None where it had no person or no activity."""

    marked_at: float
    delete_after: float
    rule: str
    reason: str
    user: str
    claim_uid: str
    user_created: float | None = None
    last_activity: float | None = None
    is_orphan: bool = False
    notices: tuple[tuple[float, float], ...] = ()
    snapshot: str = ""
    deleting_at: float | None = None
    user_deleted_at: float | None = None

    @property
    def first_sent(self) -> float | None:
        """When the first notice was sent."""
        return min((sent for _, sent in self.notices), default=None)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """There is something of a mark, and it can't be trusted: it is taken off, and counts for nothing."""

    reason: str


def to_annotations(mark: Mark) -> dict[str, str | None]:
    """As a merge patch: None removes what an earlier mark had."""

    def moment(value: float | None) -> str:
        return NONE if value is None else exact_text(value)

    notices = [[round(before), to_text(sent)] for before, sent in mark.notices]
    return {
        keys.VERSION: MARK_VERSION,
        keys.MARKED_AT: to_text(mark.marked_at),
        keys.DELETE_AFTER: to_text(mark.delete_after),
        keys.RULE: mark.rule,
        keys.REASON: mark.reason,
        keys.USER: mark.user,
        keys.USER_CREATED: "orphan" if mark.is_orphan else moment(mark.user_created),
        keys.LAST_ACTIVITY: moment(mark.last_activity),
        keys.CLAIM_UID: mark.claim_uid,
        keys.NOTICES: json.dumps(notices) if notices else None,
        keys.SNAPSHOT: mark.snapshot or None,
        keys.DELETING_AT: None if mark.deleting_at is None else to_text(mark.deleting_at),
        keys.USER_DELETED_AT: None if mark.user_deleted_at is None else to_text(mark.user_deleted_at),
    }


def no_mark() -> dict[str, str | None]:
    """The merge patch that takes a mark off. A hold stays."""
    return dict.fromkeys(keys.MARK_KEYS)


def read_mark(claim: Claim) -> Mark | Unreadable | None:
    """The mark of a claim; None without any of its annotations."""
    notes = claim.annotations
    if not any(key in notes for key in keys.MARK_KEYS):
        return None
    if notes.get(keys.VERSION) != MARK_VERSION:
        return Unreadable(f"its mark is of version {notes.get(keys.VERSION)!r:.40}, not {MARK_VERSION}")
    if notes.get(keys.CLAIM_UID) != claim.uid:
        return Unreadable("its mark was written on another claim")
    try:
        return _mark(notes)
    except ValueError as error:
        return Unreadable(f"its mark can't be read: {error}")


def _mark(notes: Mapping[str, str]) -> Mark:
    created = notes.get(keys.USER_CREATED, "")
    return Mark(
        marked_at=_moment(notes, keys.MARKED_AT),
        delete_after=_moment(notes, keys.DELETE_AFTER),
        rule=_text(notes, keys.RULE),
        reason=notes.get(keys.REASON, ""),
        user=_text(notes, keys.USER),
        claim_uid=_text(notes, keys.CLAIM_UID),
        user_created=None if created == "orphan" else _or_none(notes, keys.USER_CREATED),
        last_activity=_or_none(notes, keys.LAST_ACTIVITY),
        is_orphan=created == "orphan",
        notices=_notices(notes.get(keys.NOTICES, "[]")),
        snapshot=notes.get(keys.SNAPSHOT, ""),
        deleting_at=_moment(notes, keys.DELETING_AT) if keys.DELETING_AT in notes else None,
        user_deleted_at=_moment(notes, keys.USER_DELETED_AT) if keys.USER_DELETED_AT in notes else None,
    )


def _text(notes: Mapping[str, str], key: str) -> str:
    if not notes.get(key):
        raise ValueError(f"{key} is missing")
    return notes[key]


def _moment(notes: Mapping[str, str], key: str) -> float:
    moment = from_text(notes.get(key))
    if moment is None:
        raise ValueError(f"{key} is no point in time")
    return moment


def _or_none(notes: Mapping[str, str], key: str) -> float | None:
    return None if _text(notes, key) == NONE else _moment(notes, key)


def _notices(text: str) -> tuple[tuple[float, float], ...]:
    found = []
    listed = json.loads(text)  # JSONDecodeError is a ValueError
    for each in listed if isinstance(listed, list) else [None]:
        if not isinstance(each, list) or len(each) != 2 or not isinstance(each[0], int | float):
            raise ValueError(f"{keys.NOTICES} is no list of pairs")
        sent = from_text(each[1])
        if sent is None:
            raise ValueError(f"{keys.NOTICES} has no point in time")
        found.append((float(each[0]), sent))
    return tuple(found)
