"""What does a start wait for right now? One sentence for the person and one for the log.

Read from the pod's conditions, the states of its containers and its events. No text of the cluster reaches
the person: what is known is told in our words, and of the rest only that there is something.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from libretexts_hub.domain import waiting_container
from libretexts_hub.domain.pod_events import Happened, Object, condition, happened, moment, plain
from libretexts_hub.domain.unschedulable import may_last, why_no_place

QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
KUEUE = "kueue.x-k8s.io/"
# The cluster autoscaler's, and Karpenter's.
SCALES_UP = frozenset({"TriggeredScaleUp", "Nominated"})
SCALES_NOT = frozenset({"NotTriggerScaleUp"})
TELL_OPERATORS = "If this lasts, tell the operators of this hub."
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Step:
    """`words` for the person, `detail` for the log, `percent` for the bar; `since` when it began."""

    words: str
    detail: str = ""
    percent: int = 0
    since: float = 0.0
    is_trouble: bool = False


# Two servers at once would write into one home.
EARLIER_POD = Step("Waiting until your last server has ended.", "the pod of an earlier start", percent=5)


def step_of(pod: Object | None, events: Iterable[Object], now: float) -> Step | None:
    """The step at which this start is at `now`; None where there is nothing to tell."""
    if not pod:
        return None
    told = happened(events, str((pod.get("metadata") or {}).get("uid") or ""))
    step = _gated(pod) or _without_place(pod, told) or _on_its_node(pod, told)
    return replace(step, words=f"{step.words}{how_long(now - step.since) if step.since else ''}")


def how_long(seconds: float) -> str:
    """` (3 minutes so far)`: one text for each minute, later for every five, so that it moves and is read."""
    minutes = int(seconds // MINUTE)
    if minutes < 1:
        return ""
    if minutes > 10:
        minutes -= minutes % 5
    return f" ({minutes} minute{'s' if minutes > 1 else ''} so far)"


def _spec(pod: Object) -> Object:
    spec: dict[str, Any] = pod.get("spec") or {}
    return spec


def _asked_at(pod: Object) -> float:
    scheduled = condition(pod, "PodScheduled")
    return moment(scheduled.get("lastTransitionTime") or (pod.get("metadata") or {}).get("creationTimestamp"))


def _gated(pod: Object) -> Step | None:
    """Kueue holds a pod back by a gate until its queue has room; others may do so too."""
    gates = [plain(gate.get("name"), 120) for gate in _spec(pod).get("schedulingGates") or ()]
    if not gates:
        return None
    detail = f"held back by {', '.join(gates)[:300]}"
    words = "Waiting until the cluster lets your server in."
    if any(gate.startswith(KUEUE) for gate in gates):
        queue = plain(((pod.get("metadata") or {}).get("labels") or {}).get(QUEUE_LABEL), 63)
        words = f"Waiting in the queue{f' {queue}' if queue else ''} until there is room."
        detail += f" in queue {queue}" if queue else ""
    return Step(words, detail, percent=10, since=_asked_at(pod))


def _without_place(pod: Object, told: list[Happened]) -> Step | None:
    scheduled = condition(pod, "PodScheduled")
    if _spec(pod).get("nodeName") or scheduled.get("status") == "True":
        return None
    grows = _last(told, lambda each: each.reason in SCALES_UP)
    grows_not = _last(told, _is_refused_growth)
    if grows and not (grows_not and grows_not.at > grows.at):
        words = "A new machine is being started for your server; that often takes some minutes."
        return Step(words, f"{grows.reason}: {grows.message}", percent=20, since=grows.first)
    failed = _last(told, lambda each: each.reason == "FailedScheduling")
    message = plain(scheduled.get("message")) or (failed.message if failed else "")
    if not message:
        return Step("Looking for a machine with room for your server.", percent=10, since=_asked_at(pod))
    words = f"Waiting for a place: {why_no_place(message) or 'no machine takes this server now'}."
    if grows_not and not may_last(message):
        words += " No machine can be added at the moment."
        message += f" | {grows_not.reason}: {grows_not.message}"
    if may_last(message):
        words += f" {TELL_OPERATORS}"
    return Step(words, message, percent=10, since=_asked_at(pod), is_trouble=True)


def _is_refused_growth(event: Happened) -> bool:
    """The cluster autoscaler has an event of its own for it; Karpenter calls it as the scheduler does."""
    karpenter = re.search(r"nodepool|instance type", event.message)
    return event.reason in SCALES_NOT or (event.reason == "FailedScheduling" and karpenter is not None)


def _on_its_node(pod: Object, told: list[Happened]) -> Step:
    for look in (waiting_container.trouble, waiting_container.preparing):
        if found := look(pod, told):
            return Step(*found)
    for event in reversed(told):
        if found := waiting_container.after(event):
            return Step(*found)
    if (pod.get("status") or {}).get("phase") == "Running":
        return Step("The environment is starting.", percent=80)
    has_files = any(volume.get("persistentVolumeClaim") for volume in _spec(pod).get("volumes") or ())
    return Step(f"A machine was found.{' Your files are being attached.' if has_files else ''}", percent=35)


def _last(told: list[Happened], matches: Callable[[Happened], bool]) -> Happened | None:
    return next((each for each in reversed(told) if matches(each)), None)
