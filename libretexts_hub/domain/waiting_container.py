"""What does a pod on its node wait for: its volumes, its image, its containers?"""

import re
from collections.abc import Iterator

from libretexts_hub.domain.image_pull import PULL_TROUBLES, why_no_image
from libretexts_hub.domain.pod_events import Happened, Object, plain

# Words, detail, percent, since, is_trouble: the fields of a Step.
Found = tuple[str, str, int, float, bool]

MULTI_ATTACH = re.compile(r"multi-attach|already (exclusively attached|used by)", re.I)
MISSING = re.compile(r'(configmap|secret)s? "[^"]*" not found', re.I)
SLOW = re.compile(r"timed out|deadline", re.I)
IMAGE_SIZE = re.compile(r"Image size: (\d{1,15}) bytes")
PULL_SECONDS = re.compile(r" in (?:(\d{1,4})h)?(?:(\d{1,4})m)?(\d{1,5}(?:\.\d{1,9})?)s \(")
REASON_WORD = re.compile(r"[A-Z][A-Za-z]{2,59}")
LASTS = "If this lasts, tell the operators of this hub."
BROKEN = frozenset({"CreateContainerConfigError", "CreateContainerError", "RunContainerError"})


def states(pod: Object) -> Iterator[tuple[Object, bool]]:
    """The statuses of all containers, and whether each is an init container's."""
    status = pod.get("status") or {}
    yield from ((each, True) for each in status.get("initContainerStatuses") or ())
    yield from ((each, False) for each in status.get("containerStatuses") or ())


def waiting_reason(state: Object) -> tuple[str, str]:
    """Reason and message of a container that waits; two empty texts for one that does not."""
    waiting = (state.get("state") or {}).get("waiting") or {}
    return plain(waiting.get("reason"), 80), plain(waiting.get("message"))


def trouble(pod: Object, told: list[Happened]) -> Found | None:
    """An image that can't be fetched, or a container that can't be made."""
    for state, is_init in states(pod):
        reason, message = waiting_reason(state)
        if reason in PULL_TROUBLES:
            said = _pull_message(message, told)
            words = (
                f"The environment can't be fetched yet: {why_no_image(said).words}. The cluster tries again."
            )
            return words, f"{reason}: {said}", 50, 0.0, True
        if reason in BROKEN:
            words = f"The cluster can't make the container of your server yet, and tries again. {LASTS}"
            return words, f"{reason}: {message}", 50, 0.0, True
        if is_init and reason == "CrashLoopBackOff":
            name = plain(state.get("name"), 63)
            words = f"The preparation of your server ({name}) fails and is tried again. {LASTS}"
            return words, f"init container {name}: {reason}: {message}", 60, 0.0, True
    return None


def preparing(pod: Object, _told: list[Happened]) -> Found | None:
    """An init container at work, or one beside the notebook that is not up yet."""
    stay = {
        each.get("name")
        for each in (pod.get("spec") or {}).get("initContainers") or ()
        if each.get("restartPolicy") == "Always"
    }
    for state, is_init in states(pod):
        if not is_init or (state.get("state") or {}).get("running") is None:
            continue
        name = plain(state.get("name"), 63)
        if state.get("name") not in stay:
            return f"Your server is being prepared: {name}.", f"init container {name} runs", 60, 0.0, False
        if not state.get("started"):
            return f"Starting what runs beside the environment: {name}.", f"{name} starts", 70, 0.0, False
    return None


def after(event: Happened) -> Found | None:
    """Where a start is after this event; None for one that says nothing of it."""
    known = AFTER.get(event.reason)
    if known is not None:
        # The states of init containers say how far they are.
        return None if event.is_of_init and event.reason != "Pulling" else known(event)
    if event.is_warning and event.reason not in SILENT and REASON_WORD.fullmatch(event.reason):
        words = f"The cluster reports a difficulty ({event.reason}) and tries again. {LASTS}"
        return words, f"{event.reason}: {event.message}", 40, event.first, True
    return None


def _pull_message(message: str, told: list[Happened]) -> str:
    """Before 1.31 the state of a container that backs off does not say why; the events do."""
    if message and not re.fullmatch(r'Back-off pulling image "[^"]*"', message):
        return message
    failed = [each for each in told if each.reason == "Failed" and each.message.startswith("Failed to pull")]
    return failed[-1].message if failed else message


def _attach(event: Happened) -> Found:
    detail = f"{event.reason}: {event.message}"
    if MULTI_ATTACH.search(event.message):
        words = "Your files are still with the machine of your last server and are being brought over."
    elif MISSING.search(event.message):
        words = f"A part of the configuration of your server is missing. {LASTS}"
    elif SLOW.search(event.message):
        words = "Attaching your files takes longer than usual."
    else:
        words = f"Your files can't be attached yet; the cluster tries again. {LASTS}"
    return words, detail, 40, event.first, True


def _pulling(event: Happened) -> Found:
    what = "A part of your server" if event.is_of_init else "The environment"
    words = f"{what} is being fetched; the first time on a machine this takes a while."
    return words, f"Pulling: {event.message}", 50, event.at, False


def _pulled(event: Happened) -> Found:
    size, took = IMAGE_SIZE.search(event.message), PULL_SECONDS.search(event.message)
    seconds = _seconds(took) if took else 0
    if not took or seconds < 1:
        return "The environment is there and starts.", "", 75, 0.0, False
    gigabytes = int(size[1]) / 1e9 if size else 0
    much = f" {gigabytes:.1f} GB" if gigabytes >= 0.1 else ""
    words = (
        f"The environment was fetched ({much.strip()}{' in ' if much else ''}{_took(seconds)}) and starts."
    )
    return words, f"Pulled: {event.message}", 75, 0.0, False


def _seconds(took: re.Match[str]) -> float:
    hours, minutes, seconds = (float(part or 0) for part in took.groups())
    return hours * 3600 + minutes * 60 + seconds


def _took(seconds: float) -> str:
    if seconds < 100:
        return f"{round(seconds)} second{'s' if round(seconds) != 1 else ''}"
    return f"{round(seconds / 60)} minutes"


def _network(event: Happened) -> Found:
    words = f"The network of your server can't be set up yet; the cluster tries again. {LASTS}"
    return words, f"{event.reason}: {event.message}", 40, event.first, True


AFTER = {
    "SuccessfulAttachVolume": lambda _: ("Your files are attached.", "", 45, 0.0, False),
    "FailedAttachVolume": _attach,
    "FailedMount": _attach,
    "FailedMapVolume": _attach,
    "Pulling": _pulling,
    "Pulled": _pulled,
    "Created": lambda _: ("The environment is starting.", "", 80, 0.0, False),
    "Started": lambda _: ("The environment is starting.", "", 80, 0.0, False),
    "FailedCreatePodSandBox": _network,
    "NetworkNotReady": _network,
}
# The states of the containers, the scheduler's condition and probes say the same.
SILENT = frozenset(
    {"Failed", "BackOff", "FailedScheduling", "Unhealthy", "InspectFailed", "ErrImageNeverPull"}
)
