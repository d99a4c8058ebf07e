"""Why did this start fail? What was seen when it did, kept for an operator, and what they can do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from libretexts_hub.domain.pod_events import happened
from libretexts_hub.domain.scrub import scrubbed

VERSION = 1
MOST_EVENTS = 30
MOST_LINES = 40
# Annotations and labels of ours that say why a pod is as it is.
OURS = "libretexts.org/"
PRIVATE = ("libretexts.org/person-",)

# By a word of what was seen: what an operator does about it. The first that is found counts.
FIXES = (
    (("OOMKilled",), "Give the environment a larger size, or tell its people to load less."),
    (
        ("ErrImagePull", "ImagePullBackOff", "InvalidImageName"),
        "Look at the image's name, and its pull secret.",
    ),
    (("CrashLoopBackOff", "exit code"), "Read the lines of the server below; try the image by itself."),
    (
        ("exceeded quota", "Forbidden"),
        "Raise the quota of the namespace, or ask for less.",
    ),
    (
        ("Insufficient", "unschedulable", "FailedScheduling"),
        "Add a node, or look at selectors and taints.",
    ),
    (("FailedMount", "FailedAttachVolume"), "Look at the claim and its volume: kubectl describe pvc."),
    (("scheduling gate", "SchedulingGated"), "Look at the queue: kubectl get workloads."),
    (("did not answer",), "Raise http_timeout, or look for what holds the server up below."),
    (
        ("API server", "Kubernetes"),
        "Look at the API server, then start it again.",
    ),
)
NO_FIX = "Read the events and lines below; libretexts-hub render shows what was asked for."


@dataclass(frozen=True)
class Seen:
    """What the hub has at hand when a start ends: plain JSON of pod and events, lines of logs.

    `logs`: a container -> its last lines, or a sentence why there are none.
    """

    person: str
    server: str
    at: float
    words: str
    choice: Mapping[str, Any]
    pod: Mapping[str, Any] | None = None
    events: Sequence[Mapping[str, Any]] = ()
    hub_lines: Sequence[str] = ()
    logs: Mapping[str, Sequence[str]] | None = None
    secrets: Sequence[str] = ()


def record(seen: Seen) -> dict[str, Any]:
    """What is kept: bounded, without secrets, plain JSON with a version."""
    pod = seen.pod or {}
    metadata = pod.get("metadata") or {}
    told = {
        **(metadata.get("labels") or {}),
        **(metadata.get("annotations") or {}),
    }
    return {
        "version": VERSION,
        "person": seen.person,
        "server": seen.server,
        "at": seen.at,
        "words": scrubbed(seen.words, seen.secrets),
        "choice": {str(key)[:100]: scrubbed(str(value), seen.secrets) for key, value in _chosen(seen.choice)},
        "decided": {
            key.removeprefix(OURS): scrubbed(str(value), seen.secrets)
            for key, value in sorted(told.items())
            if key.startswith(OURS) and not key.startswith(PRIVATE)
        },
        "pod": str(metadata.get("name", "")),
        "node": str((pod.get("spec") or {}).get("nodeName", "")),
        "phase": str((pod.get("status") or {}).get("phase", "")),
        "containers": [_container(state, seen.secrets) for state in _states(pod)],
        "events": _events(seen),
        "hub": _lines(seen.hub_lines, seen.secrets),
        "logs": {name: _lines(lines, seen.secrets) for name, lines in (seen.logs or {}).items()},
    }


def _chosen(choice: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    return list(choice.items())[:MOST_LINES]


def _states(pod: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    status = pod.get("status") or {}
    return [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]


def _container(state: Mapping[str, Any], secrets: Iterable[str]) -> dict[str, Any]:
    """`waiting: ImagePullBackOff, …`, and how it ended before."""
    now = _state_words(state.get("state") or {})
    before = _state_words(state.get("lastState") or {})
    return {
        "name": str(state.get("name", "")),
        "image": str(state.get("image", "")),
        "state": scrubbed(now, secrets),
        "before": scrubbed(before, secrets),
        "restarts": int(state.get("restartCount") or 0),
    }


def _state_words(state: Mapping[str, Any]) -> str:
    for kind in ("waiting", "terminated", "running"):
        each = state.get(kind)
        if each is not None:
            code = f"exit code {each['exitCode']}" if "exitCode" in each else ""
            parts = [code, str(each.get("reason") or ""), str(each.get("message") or "")]
            more = ", ".join(part for part in parts if part)
            return f"{kind}: {more}" if more else kind
    return ""


def _events(seen: Seen) -> list[str]:
    """Each once, with how often."""
    uid = str(((seen.pod or {}).get("metadata") or {}).get("uid") or "")
    found = [f"{each.reason}: {each.message}" for each in happened(seen.events, uid)]
    counted = {text: found.count(text) for text in dict.fromkeys(found)}
    lines = [f"{text} ({times} times)" if times > 1 else text for text, times in counted.items()]
    return _lines(lines[-MOST_EVENTS:], seen.secrets)


def _lines(lines: Sequence[str], secrets: Iterable[str]) -> list[str]:
    return [scrubbed(line, secrets) for line in lines[-MOST_LINES:]]


def fix_of(kept: Mapping[str, Any]) -> str:
    """What an operator does about it, by what was seen."""
    texts = [str(kept.get("words", ""))]
    for container in kept.get("containers") or ():
        texts += [str(container.get("state", "")), str(container.get("before", ""))]
    texts += [str(event) for event in kept.get("events") or ()]
    for words, fix in FIXES:
        if any(word.lower() in text.lower() for word in words for text in texts):
            return fix
    return NO_FIX
