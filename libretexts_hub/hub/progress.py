"""What does the progress page say while a server starts? Each sentence once, as soon as it holds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from traitlets.config import Configurable

if TYPE_CHECKING:
    from libretexts_hub.domain.waiting import Step

# The words tell how long something takes, so they change even when the pod does not.
LOOK_AGAIN_SECONDS = 1.0


def step_of(pod, events, now: float) -> Step | None:
    """The core's, loaded with the first start: a hub's own start waits for every import."""
    from libretexts_hub.domain import waiting

    return waiting.step_of(pod, events, now)


def earlier_pod(pod) -> Step | None:
    """The core's, for a pod of this name that is of an earlier start."""
    from libretexts_hub.domain import waiting

    return waiting.EARLIER_POD if pod else None


class ProgressMixin(Configurable):
    """KubeSpawner's progress, told in words instead of as raw events, and the same for the log."""

    _logged_detail = ""
    # When this start asked for its pod, by the monotonic clock; 0 before.
    _created_at = 0.0

    async def progress(self):
        """Sentences for the page. It asks nothing of the API server: the start itself watches pod and events.

        Each viewer of the page has a generator of their own.
        """
        start, said, percent = self._start_future, set(), 0
        while True:
            start = start or self._start_future
            is_over = start is not None and start.done()
            step = self.current_step()
            if step is not None and step.words not in said:
                said.add(step.words)
                percent = max(percent, step.percent)
                yield {"progress": percent, "message": step.words}
            if is_over:
                return
            await self.pod_change(LOOK_AGAIN_SECONDS)

    def current_step(self) -> Step | None:
        """At which step this start is; None before there is a pod of it."""
        pod = self.watched_pod()
        if self._is_own(pod):
            return step_of(pod, self.events, self._cluster_time(pod))
        is_starting = self._start_future is not None and not self._start_future.done()
        return earlier_pod(pod) if is_starting else None

    def _cluster_time(self, pod) -> float:
        """Now, by the clock that wrote the pod's times: ours may differ, or be set while a start waits."""
        from libretexts_hub.domain.pod_events import moment

        created = moment(pod["metadata"].get("creationTimestamp"))
        return created + time.monotonic() - self._created_at if created and self._created_at else time.time()

    def log_step(self) -> None:
        """The cluster's own words for what is in the way, once for each of them."""
        step = self.current_step()
        if step is not None and step.is_trouble and step.detail != self._logged_detail:
            self._logged_detail = step.detail
            self.log.warning("%s waits: %s", self._log_name, step.detail)
