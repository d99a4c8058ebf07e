"""What would happen to whom, and why? A plan as a table, as JSON, and read again as what was agreed to."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from libretexts_hub.domain.claims import Place
from libretexts_hub.domain.moments import to_text
from libretexts_hub.errors import ConfigurationError

PLAN_VERSION = 1
ACTIONS = ("delete", "notify", "mark", "unmark", "keep")
GI = 2**30


@dataclass(frozen=True, slots=True)
class Entry:
    """One claim in a plan. `action` is one of ACTIONS; `due`: when it may go; `bytes` is what it asks for."""

    action: str
    user: str
    namespace: str
    claim: str
    uid: str
    reason: str
    bytes: int = 0
    storage_class: str = ""
    due: float | None = None


def class_sums(
    entries: Iterable[Entry], costs: Mapping[str, float]
) -> dict[str, tuple[int, int, float | None]]:
    """For each class: claims, bytes, and what they cost in a month. `costs` is per GiB and month."""
    counts: Counter[str] = Counter()
    sizes: defaultdict[str, int] = defaultdict(int)
    for entry in entries:
        counts[entry.storage_class] += 1
        sizes[entry.storage_class] += entry.bytes
    return {
        name: (counts[name], sizes[name], sizes[name] / GI * costs[name] if name in costs else None)
        for name in sorted(counts)
    }


def table(entries: Sequence[Entry], *, costs: Mapping[str, float] | None = None, keeps: bool = False) -> str:
    """For a person at a terminal; the sums are of what would be deleted now. `keeps` shows what stays too."""
    shown = sorted(
        (entry for entry in entries if keeps or entry.action != "keep"),
        key=lambda entry: (ACTIONS.index(entry.action), entry.user, entry.claim),
    )
    rows = [("ACTION", "USER", "CLAIM", "SIZE", "CLASS", "WHY")]
    rows += [
        (
            entry.action,
            _plain(entry.user),
            f"{entry.namespace}/{entry.claim}",
            f"{entry.bytes / GI:.1f} GiB",
            entry.storage_class or "-",
            _plain(entry.reason),
        )
        for entry in shown
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[5]])
        for row in rows
    ]
    counts = Counter(entry.action for entry in entries)
    if not shown:
        lines = ["Nothing is to be done."]
    lines.append(
        ", ".join(f"{action}: {counts[action]}" for action in ACTIONS if counts[action]) or "No claims."
    )
    going = [entry for entry in entries if entry.action == "delete"]
    for name, (count, size, cost) in class_sums(going, costs or {}).items():
        price = "" if cost is None else f", {cost:.2f} a month"
        lines.append(f"Deleted of class {name or '-'}: {count} claims, {size / GI:.1f} GiB{price}.")
    return "\n".join(lines)


def to_json(entries: Sequence[Entry], *, now: float, costs: Mapping[str, float] | None = None) -> str:
    """The same for a program, and for `run --plan`."""
    going = [entry for entry in entries if entry.action == "delete"]
    sums = {
        name: {"claims": count, "bytes": size, "cost": cost}
        for name, (count, size, cost) in class_sums(going, costs or {}).items()
    }
    document = {
        "version": PLAN_VERSION,
        "made": to_text(now),
        "delete": sums,
        "claims": [asdict(entry) for entry in entries],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def agreed(text: str, *, where: str) -> dict[Place, str]:
    """What a plan lets be deleted: place -> uid. Raises ConfigurationError for a file that is no plan."""
    try:
        document = json.loads(text)
        if document["version"] != PLAN_VERSION:
            raise ValueError(f"version {document['version']!r:.20}")
        found = {}
        for each in document["claims"]:
            if each["action"] == "delete":
                place, uid = (each["namespace"], each["claim"]), each["uid"]
                if not all(isinstance(part, str) and part for part in (*place, uid)):
                    raise ValueError("a claim without namespace, name or uid")
                found[place] = uid
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"This is no plan of this version: {error!r:.120}",
            where=where,
            fix="Write one with libretexts-hub cull plan --json.",
        ) from None
    return found


def _plain(text: str) -> str:
    """A name or a reason that can't move the cursor of a terminal."""
    return "".join(each if each.isprintable() else "?" for each in text)
