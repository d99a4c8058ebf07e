"""Did the cluster end this server, and why? What a pod says of it once it is over, or just before."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from libretexts_hub.domain.pod_events import Object, condition, happened, plain

# Kubernetes' own condition, and the one that Kueue sets on a pod that it ends.
CONDITIONS = ("DisruptionTarget", "TerminationTarget")
NOTEBOOK = "notebook"
KEPT = "What was saved in your home is still there."
START_AGAIN = "You may start it again."
LOW_ON = re.compile(r"low on resource: ([a-z-]+)")
OWN_DISK = re.compile(r"ephemeral (local )?storage.*(exceed|limit)|Usage of EmptyDir", re.I)

OUT_OF_MEMORY = "It used more memory than it has."
LESS = "Choose a larger size, or work with less data at a time."
ROOM = "It had to make room for one that goes first."
NODE_GONE = "The machine that it ran on failed or was taken out of service."
SHUTDOWN = "The machine that it ran on was switched off."
MAINTENANCE = "The machine that it ran on was emptied for maintenance."
FULL_NODE = "The machine that it ran on had too little {} left."
OWN_FILES = "It wrote more temporary files, outside of the home, than it may."
TIME = "The time that it was given is over."
# status.reason of a pod that failed.
REASONS = {
    "Preempting": ROOM,
    "Preempted": ROOM,
    "NodeShutdown": SHUTDOWN,
    "Shutdown": SHUTDOWN,
    "Terminated": SHUTDOWN,
    "NodeLost": NODE_GONE,
    "DeadlineExceeded": TIME,
}
# reason of a condition.
TARGETS = {
    "PreemptionByScheduler": ROOM,
    "PreemptionByKubeScheduler": ROOM,
    "DeletionByTaintManager": NODE_GONE,
    "DeletionByPodGC": NODE_GONE,
    "EvictionByEvictionAPI": MAINTENANCE,
    "TerminationByKubelet": "The machine that it ran on could not keep it.",
}


# reason of an event of the pod.
EVENTS = {"Preempted": ROOM, "Preempting": ROOM, "TaintManagerEviction": NODE_GONE, "NodeShutdown": SHUTDOWN}


@dataclass(frozen=True, slots=True)
class Ended:
    """A cause for metrics, a few sentences for the person, and what Kubernetes said for the log."""

    cause: str
    words: str
    detail: str


def is_marked(pod: Object) -> bool:
    """Whether the cluster has marked this pod as one that it ends; to be asked at every change of one."""
    status = pod.get("status") or {}
    targets = (condition(pod, name) for name in CONDITIONS)
    return bool(status.get("reason")) or any(each.get("status") == "True" for each in targets)


def why_ended(pod: Object | None, server: str = "") -> Ended | None:
    """What the owner is to be told of a server that is over; None where the cluster did not end it."""
    if not pod:
        return None
    if _was_killed_for_memory(pod, "state"):
        return _ended("OOMKilled", f"{OUT_OF_MEMORY} {LESS}", _status_text(pod), server)
    status = pod.get("status") or {}
    reason = plain(status.get("reason"), 60)
    if reason == "Evicted":
        return _ended(reason, _evicted(plain(status.get("message"))), _status_text(pod), server)
    if reason in REASONS:
        return _ended(reason, REASONS[reason], _status_text(pod), server)
    for name in CONDITIONS:
        target = condition(pod, name)
        if target.get("status") == "True":
            cause = plain(target.get("reason"), 60) or name
            detail = f"{cause}: {plain(target.get('message'))}"
            return _ended(cause if cause in TARGETS else name, TARGETS.get(cause, ROOM), detail, server)
    return None


def why_gone(events: Iterable[Object], since: float, server: str = "") -> Ended | None:
    """The same for a pod of which only events are left, since it was deleted while no hub watched.

    Those from before `since` (seconds since the epoch) are of an earlier server of this name.
    """
    found = None
    for each in happened(events, ""):
        is_ours = each.reason in EVENTS or each.reason == "Evicted"
        if not is_ours or each.at < since or each.message.startswith("Cancelling"):
            continue
        why = EVENTS.get(each.reason) or _evicted(each.message)
        found = _ended(each.reason, why, f"{each.reason}: {each.message}", server)
    return found


def unseen(server: str = "") -> Ended:
    """For a pod that went while no hub watched, and of which nothing tells why: `kubectl drain` leaves no
    event."""
    return Ended(
        "Unseen",
        f"{_which(server)} was ended while this hub was not running. {KEPT} {START_AGAIN}",
        "its pod went while no hub watched, and no event says why",
    )


def interrupted(server: str = "") -> str:
    """What the owner is to be told of a server that was starting when the hub ended, and has no pod."""
    return f"{_which(server)} was still starting when this hub was restarted. {KEPT} {START_AGAIN}"


def restarts_for_memory(pod: Object | None) -> tuple[int, object]:
    """How often the notebook's container was started again, if last for want of memory (else 0), and when it
    ended before."""
    for state in _notebooks(pod or {}):
        last = (state.get("lastState") or {}).get("terminated") or {}
        count = state.get("restartCount")
        if last.get("reason") == "OOMKilled" and isinstance(count, int):
            return count, last.get("finishedAt")
    return 0, None


def memory_words(server: str) -> str:
    """What the owner is to be told of a server that was started again in its pod."""
    return f"{_which(server)} was started anew. {OUT_OF_MEMORY} {LESS} {KEPT}"


def _ended(cause: str, why: str, detail: str, server: str) -> Ended:
    return Ended(cause, f"{_which(server)} was ended by the cluster. {why} {KEPT} {START_AGAIN}", detail)


def _which(server: str) -> str:
    return f"Your server {plain(server, 63)}" if server else "Your server"


def _evicted(message: str) -> str:
    if OWN_DISK.search(message):
        return OWN_FILES
    low = LOW_ON.search(message)
    if low is None:
        return "The machine that it ran on could not keep it."
    return FULL_NODE.format("memory" if low[1] == "memory" else "disk")


def _notebooks(pod: Object) -> list[Object]:
    states = (pod.get("status") or {}).get("containerStatuses") or ()
    return [each for each in states if each.get("name") == NOTEBOOK]


def _was_killed_for_memory(pod: Object, key: str) -> bool:
    states = ((each.get(key) or {}).get("terminated") or {} for each in _notebooks(pod))
    return any(each.get("reason") == "OOMKilled" for each in states)


def _status_text(pod: Object) -> str:
    status = pod.get("status") or {}
    ended = [(each.get("state") or {}).get("terminated") or {} for each in _notebooks(pod)]
    parts = [status.get("reason"), status.get("message"), *(each.get("reason") for each in ended)]
    return " | ".join(filter(None, map(plain, parts)))
