"""How does a pod go? Deleted once, and its stop ends at the moment it is gone."""

import asyncio
import contextlib
from functools import partial

from jupyterhub.utils import exponential_backoff
from kubernetes_asyncio import client
from kubernetes_asyncio.client.rest import ApiException
from traitlets.config import Configurable

from libretexts_hub.clients import cluster

STATE_KEY = "libretexts_stop"
STATE_VERSION = 1


class PodEndMixin(Configurable):
    """KubeSpawner's stop, without its random waits."""

    # Somebody has asked for the end of this server. In the state, since the hub may be killed meanwhile, and
    # the next hub would tell its owner that something else ended it.
    is_stop_asked = False

    async def stop(self, now=False):
        """Delete the pod and wait until it is gone. `now`: without grace."""
        self.is_stop_asked = True
        self._save_state()
        grace = 0 if now else self.delete_grace_period
        try:
            await self._ask_to_delete(grace)
        except (TimeoutError, ApiException, *cluster.UNREACHABLE):
            self._delete_later(grace)
            raise
        await self._until_gone()

    async def _ask_to_delete(self, grace: int) -> None:
        await self._start_watching_pods()
        options = client.V1DeleteOptions(grace_period_seconds=grace)
        await exponential_backoff(
            partial(
                self._make_delete_pod_request, self.pod_name, options, grace, self.k8s_api_request_timeout
            ),
            f"Could not delete pod {self.pod_key}",
            timeout=self.k8s_api_request_retry_timeout,
        )

    def _delete_later(self, grace: int) -> None:
        # Here, since a hub's start waits for every import.
        from libretexts_hub.hub.pod_later import EndedPod, delete_later

        uid = ((self.watched_pod() or {}).get("metadata") or {}).get("uid", "")
        ended = EndedPod(self.namespace, self.pod_name, self._start_id, uid, grace)
        delete_later(self.api, ended, self.log, request_seconds=self.k8s_api_request_timeout)

    async def _make_delete_pod_request(self, pod_name, delete_options, grace_seconds, request_timeout):
        """True once the API server has accepted the deletion. Only the very pod that we see is deleted."""
        self.log.info("Deleting pod %s/%s", self.namespace, pod_name)
        try:
            seen = await self._pod_to_delete(pod_name, request_timeout)
            body = {"gracePeriodSeconds": grace_seconds}
            if seen is not None:
                body["preconditions"] = {"uid": seen["metadata"]["uid"]}
            await cluster.delete_pod(self.api, self.namespace, pod_name, body, seconds=request_timeout)
        except cluster.UNREACHABLE as error:
            self.log.warning("Deleting pod %s/%s: %r, trying again", self.namespace, pod_name, error)
            return False
        except ApiException as error:
            self.log.error("Deleting pod %s/%s: %s", self.namespace, pod_name, cluster.reason(error))
            if error.status in cluster.PASSING:
                return False
            raise
        return True

    async def _pod_to_delete(self, pod_name: str, request_timeout: float):
        """The pod as the watch shows it, or asked for where the watch has not come back after an outage."""
        seen = self.pod_reflector.pods.get(f"{self.namespace}/{pod_name}") if self.pod_reflector else None
        if seen is None or not self._is_of_another_start(seen):
            return seen
        return await cluster.read_pod(self.api, self.namespace, pod_name, seconds=request_timeout)

    async def _until_gone(self) -> None:
        deadline = asyncio.get_running_loop().time() + self.start_timeout
        while self.watched_pod() is not None:
            remaining = deadline - asyncio.get_running_loop().time()
            if remaining <= 0:
                self.log.error("Pod %s did not disappear, restarting the pod watch", self.pod_key)
                await self._start_watching_pods(replace=True)
                raise TimeoutError(f"pod {self.pod_key} did not disappear in {self.start_timeout} seconds!")
            with contextlib.suppress(ApiException, *cluster.UNREACHABLE):
                await self._start_watching_pods()  # anew, if the watch gave up
            await self.pod_change(remaining)

    # State --------------------------------------------------------------------------------------------------

    def get_state(self):
        """KubeSpawner's state, and whether an end was asked for."""
        state = super().get_state()
        if self.is_stop_asked:
            state[STATE_KEY] = {"version": STATE_VERSION}
        return state

    def load_state(self, state):
        """KubeSpawner's state, and whether an end was asked for; a later version's record is left alone."""
        super().load_state(state)
        saved = state.get(STATE_KEY)
        self.is_stop_asked = isinstance(saved, dict) and saved.get("version") == STATE_VERSION

    def clear_state(self):
        """JupyterHub does it before each start and after each stop."""
        super().clear_state()
        self.is_stop_asked = False
