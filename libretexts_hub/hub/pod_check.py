"""Is the server still there? An API server that can't be asked is no reason to forget a running server.

JupyterHub takes an exception or a number from `poll()` as "stopped", removes the server's record and token,
and leaves the pod behind (`check_spawner` in jupyterhub/app.py does so at hub start). So: None unless it is
known.
"""

import asyncio

from kubernetes_asyncio.client.rest import ApiException
from traitlets.config import Configurable

from libretexts_hub.clients import cluster
from libretexts_hub.hub.pod_create import START_ID
from libretexts_hub.hub.pod_health import describe_ending

# How long one poll waits for a list of pods that can't be had. JupyterHub polls again every poll_interval.
UNKNOWN_AFTER_SECONDS = 3.0


class PodCheckMixin(Configurable):
    """KubeSpawner's `poll()`, which answers None ("as far as we know it runs") when nothing is known."""

    async def poll(self):
        """None: runs, or unknown. A number: it has ended, and that is sure."""
        try:
            await asyncio.wait_for(self._start_watching_pods(), UNKNOWN_AFTER_SECONDS)
            if getattr(self, "_check_pending", False) and not await self._settle_interrupted_start():
                return 1
            return await super().poll()
        except (ApiException, *cluster.UNREACHABLE) as error:
            self.log.warning("Can't ask Kubernetes about pod %s (%r): taken as running", self.pod_key, error)
            return None

    async def _settle_interrupted_start(self) -> bool:
        """The hub has just started. A pod that was on its way when the previous hub ended may come up now.

        False for a pod of another start than the one on record: its token is not known any more. It is
        deleted by the next start.
        """
        deadline = asyncio.get_running_loop().time() + self.start_timeout
        while (pod := self.watched_pod()) is not None and not self._is_running(pod):
            remaining = deadline - asyncio.get_running_loop().time()
            if remaining <= 0 or describe_ending(pod):
                break
            await self.pod_change(remaining)
        return not (pod and self._is_of_another_start(pod))

    def _is_of_another_start(self, pod) -> bool:
        written = pod["metadata"].get("annotations", {}).get(START_ID)
        return bool(written and self._start_id and written != self._start_id)

    def get_state(self):
        """KubeSpawner's state and the id of this start."""
        state = super().get_state()
        if self._start_id:
            state["libretexts_start"] = {"version": 1, "id": self._start_id}
        return state

    def load_state(self, state):
        """A later version's record is left alone: then the pod is found by its name alone, as stock does."""
        super().load_state(state)
        saved = state.get("libretexts_start")
        if isinstance(saved, dict) and saved.get("version") == 1:
            self._start_id = str(saved.get("id", ""))

    def clear_state(self):
        """After a stop there is no start on record."""
        super().clear_state()
        self._start_id = ""
