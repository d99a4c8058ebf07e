"""When has a start been tried often enough? What can't succeed ends before the start's time is over."""

from __future__ import annotations

from typing import Any

# A Secret that KubeSpawner makes after its pod (internal_ssl) is missing for a moment.
BROKEN_SECONDS = 30.0
TRY_ANOTHER = "Choose another environment, or tell the operators of this hub."


class Patience:
    """What one start has seen so far of images that can't be fetched and containers that can't be made."""

    def __init__(self, pull_tries: int) -> None:
        self._pull_tries = pull_tries
        self._tries: dict[str, int] = {}
        self._reasons: dict[str, str] = {}
        self._causes: dict[str, str] = {}
        self._broken_since: dict[str, float] = {}

    def ending(self, pod: Any, now: float) -> tuple[str, str, str] | None:
        """A cause for metrics, a sentence for the person and one for the log; None while there is hope.

        To be asked at every change of the pod: the status does not count, so the changes are counted here.
        """
        from libretexts_hub.domain.waiting_container import BROKEN, states, waiting_reason

        for state, _ in states(pod or {}):
            name = str(state.get("name"))
            reason, message = waiting_reason(state)
            ended = self._pull(name, reason, message)
            if ended is None and reason in BROKEN:
                ended = self._broken(name, reason, message, now)
            elif reason not in BROKEN:
                self._broken_since.pop(name, None)
            self._reasons[name] = reason
            if ended:
                return ended
        return None

    def _pull(self, name: str, reason: str, message: str) -> tuple[str, str, str] | None:
        from libretexts_hub.domain.image_pull import PULL_TROUBLES, why_no_image

        if reason not in PULL_TROUBLES:
            return None
        if reason != "ImagePullBackOff" and self._reasons.get(name) != reason:
            # One failed attempt: the container goes to ErrImagePull, and to ImagePullBackOff until the next.
            self._tries[name] = self._tries.get(name, 0) + 1
            self._causes[name] = message
        said = self._causes.get(name, message)
        trouble = why_no_image(said)
        if trouble.passes or self._tries.get(name, 0) < self._pull_tries:
            return None
        words = f"The environment can't be fetched: {trouble.words}. {TRY_ANOTHER}"
        return reason, words, f"{name}: {self._tries[name]} failed pulls: {said}"

    def _broken(self, name: str, reason: str, message: str, now: float) -> tuple[str, str, str] | None:
        since = self._broken_since.setdefault(name, now)
        if now - since < BROKEN_SECONDS:
            return None
        words = f"The cluster can't make the container of this server. {TRY_ANOTHER}"
        return reason, words, f"{name}: {reason}: {message}"
