"""What has happened to this pod, oldest first? Read from Event objects, in whose texts anything may stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from libretexts_hub.domain.entries import UNPRINTABLE

LONGEST_TEXT = 400

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Happened:
    """One event, or several that were folded into one: `first` and `at` are seconds since the epoch."""

    reason: str
    message: str
    first: float
    at: float
    count: int = 1
    is_warning: bool = False
    is_of_init: bool = False


def happened(events: Iterable[Object], uid: str) -> list[Happened]:
    """The events of the pod with this uid, oldest first; of every one where `uid` is empty."""
    read = [_read(event) for event in events if uid in ("", _uid(event))]
    # Not by time: two events of one second would change places.
    return sorted(read, key=lambda each: int(each.at))


def moment(text: object) -> float:
    """Seconds since the epoch of a timestamp as the API server writes it; 0 where there is none."""
    try:
        return datetime.fromisoformat(str(text)).timestamp() if text else 0.0
    except (ValueError, OverflowError, OSError):
        return 0.0


def plain(text: object, longest: int = LONGEST_TEXT) -> str:
    """One line of printable text that is not longer than this, whatever stood there."""
    if not isinstance(text, str):
        return ""
    line = " ".join(UNPRINTABLE.sub(" ", text[: 4 * longest]).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def condition(pod: Object, name: str) -> Object:
    """The condition of this type; an empty one where the pod has none."""
    found = (each for each in (pod.get("status") or {}).get("conditions") or () if each.get("type") == name)
    return next(found, {})


def _uid(event: Object) -> object:
    return (event.get("involvedObject") or {}).get("uid") or ""


def _read(event: Object) -> Happened:
    series = event.get("series") or {}
    begun = event.get("firstTimestamp") or event.get("eventTime")
    last = series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime")
    path = (event.get("involvedObject") or {}).get("fieldPath")
    count = series.get("count") or event.get("count") or 1
    return Happened(
        reason=plain(event.get("reason"), 80),
        message=plain(event.get("message")),
        first=moment(begun) or moment(last),
        at=moment(last) or moment(begun),
        count=count if isinstance(count, int) else 1,
        is_warning=event.get("type") == "Warning",
        is_of_init=isinstance(path, str) and path.startswith("spec.initContainers"),
    )
