"""Has the cluster ended a running server? Then its owner is told at the next visit, once."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC
from typing import TYPE_CHECKING, Any

from kubernetes_asyncio.client.rest import ApiException
from traitlets.config import Configurable

from libretexts_hub.clients import cluster
from libretexts_hub.hub.event_watch import EventWatch
from libretexts_hub.hub.metrics import ENDED_SERVERS
from libretexts_hub.hub.notices import NOTICES, Kind, Notice
from libretexts_hub.hub.pod_check import UNKNOWN_AFTER_SECONDS
from libretexts_hub.hub.pod_watch import PodWatch

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

# A notice of what was long ago helps nobody.
TOLD_FOR_SECONDS = 14 * 24 * 3600.0
LONGEST_WORDS = 1000
# A hub that was just started does not tell again of what happened before.
RECENT_SECONDS = 15 * 60.0


def core() -> ModuleType:
    """The core, loaded when a server has ended."""
    from libretexts_hub.domain import disruption

    return disruption


STATE_KEY = "libretexts_ended"
STATE_VERSION = 1


class PodLossMixin(Configurable):
    """KubeSpawner's poll, with a look at why a server is over."""

    _memory_restarts = 0
    # Whether this hub has seen the pod, or made it: then it knows why it went.
    _has_seen_pod = False
    # What the owner has not seen yet. In the state, since the hub may restart before they come.
    _untold = ""

    async def poll(self):
        """KubeSpawner's answer. What it tells of an end is posted for the owner."""
        before, was_asked = self.watched_pod(), self.is_stop_asked
        self._has_seen_pod = self._has_seen_pod or before is not None
        answer = await super().poll()
        if answer is not None:
            # KubeSpawner's poll stops what is left of a pod, which nobody has asked for.
            if not self._tell_end(before) and not was_asked:
                await self._look_back()
        else:
            if self.is_stop_asked and getattr(self, "_check_pending", False):
                self.is_stop_asked = False  # the last hub did not come to it
                self._save_state()
            if before is not None and _restarted(before):
                self._tell_restart(before)
        return answer

    def forget_end(self) -> None:
        """A new start of this server: what became of the last one is no cause of its end."""
        self._memory_restarts, self._has_seen_pod = 0, True
        if isinstance(self.pod_reflector, PodWatch):
            self.pod_reflector.lost.pop(self.pod_key, None)

    def _tell_end(self, pod) -> bool:
        """Whether no more is to be looked for: the pod says why it ended, or it is of another start.

        A kubelet that evicts a pod writes down that its containers have ended, sometimes before it writes
        why. Its event is there then.
        """
        reflector = self.pod_reflector
        lost = reflector.lost.pop(self.pod_key, None) if isinstance(reflector, PodWatch) else None
        pod = pod or lost
        if pod is None:
            return False
        self._has_seen_pod = True
        if self._is_of_another_start(pod):
            return True
        ended = core().why_ended(pod, self.name)
        if ended is not None:
            self._tell(ended)
        return ended is not None

    async def _look_back(self) -> None:
        """The pod does not say it, or went while no hub watched: its events are there for an hour."""
        started = getattr(self.orm_spawner, "started", None)
        if started is None:
            return
        ended = core().why_gone(await self._past_events(), started.replace(tzinfo=UTC).timestamp(), self.name)
        if ended is None and not self._has_seen_pod:
            if self._never_ran():
                self._has_seen_pod = True  # said once
                self.log.warning("The hub ended while %s was starting: it has no pod", self._log_name)
                self._post(core().interrupted(self.name))
                return
            ended = core().unseen(self.name)
        if ended is not None:
            self._has_seen_pod = True  # said once
            self._tell(ended)

    def _never_ran(self) -> bool:
        """JupyterHub writes the address of a server down when its start has ended well."""
        server = getattr(self.orm_spawner, "server", None)
        return getattr(server, "ip", None) == ""

    async def _past_events(self) -> Iterable[dict[str, Any]]:
        if not self.events_enabled:
            return ()
        try:
            await asyncio.wait_for(self._start_watching_events(), UNKNOWN_AFTER_SECONDS)
        except (ApiException, *cluster.UNREACHABLE) as error:
            self.log.warning("Can't ask why %s is over: %r", self._log_name, error)
            return ()
        reflector = self.event_reflector
        return reflector.of_pod(self.pod_name) if isinstance(reflector, EventWatch) else ()

    def _tell(self, ended) -> None:
        ENDED_SERVERS.labels(cause=ended.cause).inc()
        self.log.warning("%s was ended by the cluster: %s", self._log_name, ended.detail)
        self._post(ended.words)

    def _tell_restart(self, pod) -> None:
        from libretexts_hub.domain.pod_events import moment

        count, ended_at = core().restarts_for_memory(pod)
        is_new, self._memory_restarts = count > self._memory_restarts, max(count, self._memory_restarts)
        if is_new and time.time() - moment(ended_at) < RECENT_SECONDS:
            ENDED_SERVERS.labels(cause="OOMKilled").inc()
            self.log.warning("%s ran out of memory and was started anew in its pod", self._log_name)
            self._post(core().memory_words(self.name))

    def _post(self, words: str) -> None:
        self._untold = words
        self._post_untold()
        self._save_state()

    def _post_untold(self) -> None:
        until = time.time() + TOLD_FOR_SECONDS
        notice = Notice(Kind.WARNING, self._untold, until, key=f"ended {self.name}", is_once=True)
        NOTICES.post(notice, person=self.user.name)

    def end_was_told(self) -> None:
        """Its owner has seen a page with all notices."""
        if self._untold:
            self._untold = ""
            self._save_state()

    # State --------------------------------------------------------------------------------------------------

    def get_state(self):
        """KubeSpawner's state, and what the owner is still to be told."""
        state = super().get_state()
        if self._untold:
            state[STATE_KEY] = {"version": STATE_VERSION, "words": self._untold}
        return state

    def clear_state(self):
        """JupyterHub does it before each start and after each stop: then there is no pod to have gone."""
        super().clear_state()
        self._has_seen_pod = True

    def load_state(self, state):
        """KubeSpawner's state, and what the owner is still to be told; a later version's is left alone."""
        super().load_state(state)
        saved = state.get(STATE_KEY)
        if isinstance(saved, dict) and saved.get("version") == STATE_VERSION:
            self._untold = str(saved.get("words", ""))[:LONGEST_WORDS]
            self._post_untold()


def _restarted(pod) -> bool:
    """Cheap, since every poll of every server asks."""
    states = (pod.get("status") or {}).get("containerStatuses") or ()
    return any(each.get("restartCount") for each in states)
