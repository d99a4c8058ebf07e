"""Will this pod still become a server? A start that can't succeed ends at once, in words."""

from tornado import web

from libretexts_hub.hub.metrics import FAILED_STARTS

# Reasons of a waiting container that do not pass without another choice or configuration.
HOPELESS = {
    "CrashLoopBackOff": "stops again and again while it starts",
    "InvalidImageName": "has an image whose name is not valid",
    "ErrImageNeverPull": "has an image that is not on its node",
}


def refuse_ended(pod, *, started: bool = False) -> None:
    """Raise HTTPError 500 in words if the pod has ended, crashes on and on, or (once `started`) is gone."""
    if ending := describe_ending(pod, started=started):
        raise given_up(*ending)


def given_up(cause: str, words: str) -> web.HTTPError:
    """The HTTP error 500 that ends a start, counted under its cause."""
    FAILED_STARTS.labels(cause=cause).inc()
    error = web.HTTPError(500, words)
    error.jupyterhub_message = words
    return error


def describe_ending(pod, *, started: bool = False) -> tuple[str, str] | None:
    """A cause (for metrics) and a sentence (for the person), or None while there is hope."""
    if pod is None:
        return ("gone", "The server was removed while it started. Start it again.") if started else None
    status = pod.get("status", {})
    for state in status.get("initContainerStatuses") or ():
        # One that crashes may be waiting for something: it is tried as long as the start has time.
        if _waiting_for(state) in HOPELESS.keys() - {"CrashLoopBackOff"}:
            reason = _waiting_for(state)
            return reason, f"What prepares the server {HOPELESS[reason]}. {TRY_ANOTHER}"
    for state in status.get("containerStatuses") or ():
        reason = _waiting_for(state)
        if reason in HOPELESS:
            return reason, f"The server {HOPELESS[reason]}{_exit_code(state)}. {TRY_ANOTHER}"
    if status.get("phase") in ("Failed", "Succeeded"):
        codes = [_exit_code(state) for state in status.get("containerStatuses") or ()]
        why = f" ({status['reason']})" if status.get("reason") else next(filter(None, codes), "")
        return "ended", f"The server stopped while it started{why}. {TRY_ANOTHER}"
    return None


TRY_ANOTHER = (
    "Start it again or choose another environment; if that doesn't help, tell the operators of this hub."
)


def _waiting_for(state) -> str:
    return ((state.get("state") or {}).get("waiting") or {}).get("reason") or ""


def _exit_code(state) -> str:
    for key in ("state", "lastState"):
        ended = (state.get(key) or {}).get("terminated")
        if ended:
            return f" (exit code {ended.get('exitCode')}, {ended.get('reason', 'no reason given')})"
    return ""
