"""How does a pod come into being, exactly once, whatever the API server answers or fails to answer?

A create request that takes longer than `k8s_api_request_timeout` may still have succeeded. Stock retries,
gets a 409 for its own pod, deletes it and makes it again. Each start has an id here, written into the pod's
annotations: a 409 with our own id is success. A pod of another start is deleted, never adopted: its API
token is not the one of this start.
"""

import asyncio
import time
import uuid

from kubernetes_asyncio.client.rest import ApiException
from traitlets.config import Configurable

from libretexts_hub.clients import cluster
from libretexts_hub.domain.database_grace import grace_of
from libretexts_hub.hub.metrics import ADOPTED_PODS
from libretexts_hub.hub.pod_json import as_json
from libretexts_hub.hub.refusal import refused_by_cluster, still_ending
from libretexts_hub.hub.turns import creating, take_turn

START_ID = "libretexts.org/start-id"
LONGEST_PAUSE_SECONDS = 5
AT_ONCE = -1.0


class PodCreationMixin(Configurable):
    """Creates the pod of one start, or finds that it has been created."""

    _start_id = ""
    # Why the last request to create something got no answer that helps, None once one did.
    _last_trouble: Exception | None = None

    async def _make_create_pod_request(self, pod, request_timeout):
        """True once the pod of this start exists. KubeSpawner retries a False, after a random wait."""
        await take_turn()
        body = self._pod_body(pod)
        self._save_state()
        self._created_at = self._created_at or time.monotonic()
        now = asyncio.get_running_loop().time
        deadline, last_moment = now() + self.k8s_api_request_retry_timeout, now() + self._seconds_left()
        pause = 0.1
        while (wait := await self._try_to_create(body, request_timeout)) is not None:
            if wait == AT_ONCE and now() < last_moment:
                continue
            pause = max(pause, wait)
            if now() + pause > deadline:
                return False
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        return True

    async def _try_to_create(self, body, request_timeout: float) -> float | None:
        """None once the pod exists, else how many seconds to wait at least (AT_ONCE: not at all)."""
        try:
            async with creating():
                await cluster.create_pod(self.api, self.namespace, body, seconds=request_timeout)
        except TimeoutError as error:
            self._last_trouble = error
            self.log.warning("Creating pod %s was not answered in %s s", self.pod_key, request_timeout)
            return self._adopt() if self._is_own(self.watched_pod()) else 0.0
        except ApiException as error:
            if error.status not in cluster.PASSING | {409}:
                raise refused_by_cluster(self.log, f"pod {self.pod_key}", error) from error
            self.log.info("Creating pod %s: %s", self.pod_key, cluster.reason(error))
            if error.status == 409:
                self._last_trouble = None
                return await self._settle_conflict(request_timeout)
            self._last_trouble = error
            return cluster.retry_after(error)
        except cluster.UNREACHABLE as error:
            self._last_trouble = error
            self.log.warning("Creating pod %s: %r, trying again", self.pod_key, error)
            return 0.0
        self._last_trouble = None
        return None

    def _pod_body(self, pod) -> dict:
        """The pod as JSON, made once for all attempts, with the id of this start."""
        self._start_id = self._start_id or uuid.uuid4().hex
        body = as_json(pod)
        body["metadata"].setdefault("annotations", {})[START_ID] = self._start_id
        return body

    def _save_state(self) -> None:
        """Save now what finds this pod again: JupyterHub does so after `start()`, if it lives till then."""
        if getattr(self, "orm_spawner", None) is not None:
            self.orm_spawner.state = self.get_state()
            self.user.db.commit()

    def _is_of_this_start(self, pod) -> bool:
        """Also of one that is being deleted."""
        return bool(pod) and pod["metadata"].get("annotations", {}).get(START_ID) == self._start_id

    def _is_own(self, pod) -> bool:
        """Whether this is the pod of this very start, and stays."""
        return self._is_of_this_start(pod) and "deletionTimestamp" not in pod["metadata"]

    def _adopt(self) -> None:
        ADOPTED_PODS.inc()
        self.log.info("Pod %s of this start exists: its creation was answered too late", self.pod_key)

    async def _settle_conflict(self, request_timeout: float) -> float | None:
        """There is a pod of this name. None if it is ours; else see that it goes."""
        if self._is_own(self.watched_pod()):
            return self._adopt()
        try:
            pod = await cluster.read_pod(self.api, self.namespace, self.pod_name, seconds=request_timeout)
            if self._is_own(pod):
                return self._adopt()
            if pod is None:
                return (
                    0.0  # gone just now, or the conflict was another one: a quota that changed at that moment
                )
            await self._delete_foreign(pod, request_timeout)
        except (ApiException, *cluster.UNREACHABLE) as error:
            self.log.warning("Settling the conflict about pod %s: %r, trying again", self.pod_key, error)
            return 0.0
        await self._until_other_pod_is_gone(pod["metadata"]["uid"])
        return AT_ONCE

    async def _delete_foreign(self, pod, request_timeout: float) -> None:
        if "deletionTimestamp" in pod["metadata"]:
            return
        self.log.warning("Pod %s is of another start: deleting it", self.pod_key)
        options = {"preconditions": {"uid": pod["metadata"]["uid"]}, "gracePeriodSeconds": grace_of(pod)}
        await cluster.delete_pod(self.api, self.namespace, self.pod_name, options, seconds=request_timeout)

    async def _until_other_pod_is_gone(self, uid: str) -> None:
        """Event-driven where our watch sees that pod. A pod with other labels is not seen: ask again soon."""
        seen = self.watched_pod()
        if seen is None or seen["metadata"]["uid"] != uid:
            await asyncio.sleep(0.25)
            return
        while (seen := self.watched_pod()) is not None and seen["metadata"]["uid"] == uid:
            remaining = self._seconds_left()
            if remaining <= 0:
                raise still_ending(self.log, seen)
            await self.pod_change(remaining)

    def _seconds_left(self) -> float:
        """Of the time that this start has."""
        if not self._start_deadline:
            return self.start_timeout
        return self._start_deadline - asyncio.get_running_loop().time()
