"""Does a home that exists get the capacity that it should have by now? It grows; it never shrinks.

The chart's Role lets a hub make claims, but not change them: `libretexts-hub roles --for homes` prints what
is missing. Whatever goes wrong here, the server starts with the home as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubernetes_asyncio.client.rest import ApiException
from traitlets.config import Configurable

from libretexts_hub.clients import cluster

if TYPE_CHECKING:
    from types import ModuleType

    from libretexts_hub.domain.homes import Home

STATE_KEY = "libretexts_home"
STATE_VERSION = 1


def core() -> ModuleType:
    """The core of homes, loaded when it is first asked for."""
    from libretexts_hub.hub import homes_core

    return homes_core


class HomeGrowthMixin(Configurable):
    """A claim's request, raised to the capacity of its owner's `homes` entry."""

    # What this hub was refused already: asked again after it restarts, not at every start of a server.
    _refused_growth: set[tuple[str, int]] = set()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # `namespace/claim` -> bytes that it is known to ask for, so that later starts need no request.
        self._home_sizes: dict[str, int] = {}

    async def grow_home(self, home: Home) -> None:
        """Ask for a larger claim where it is smaller than it should be. Never raises."""
        key = f"{self.namespace}/{self.pvc_name}"
        if not home.grow or not self.storage_pvc_ensure or self._home_sizes.get(key, 0) >= home.capacity:
            return
        if (key, home.capacity) in self._refused_growth:
            return
        try:
            await self._grow(key, home.capacity)
        except ApiException as error:
            self._growth_refused(key, home.capacity, error)
        except cluster.UNREACHABLE as error:
            self.log.warning("The home %s could not be made larger (%r); the next start tries it", key, error)

    async def _grow(self, key: str, wanted: int) -> None:
        seconds = self.k8s_api_request_timeout
        claim = await cluster.read_claim(self.api, self.namespace, self.pvc_name, seconds=seconds)
        if claim is None:
            return
        has = core().size_of(claim)
        if has < wanted:
            if not core().may_grow_now(claim):
                return
            size, version = core().as_quantity(wanted), claim["metadata"]["resourceVersion"]
            await cluster.grow_claim(
                self.api, self.namespace, self.pvc_name, size, version=version, seconds=seconds
            )
            self.log.info("The home %s grows from %s to %s", key, core().format_memory(has), size)
        self._home_sizes[key] = max(has, wanted)

    def _growth_refused(self, key: str, wanted: int, error: ApiException) -> None:
        """In the log only: the person has the home that they had."""
        fix = "The next start tries it again."
        if error.status in (403, 422):
            self._refused_growth.add((key, wanted))
            fix = (
                "Its storage class must have allowVolumeExpansion: true, and the hub the verb patch "
                "(libretexts-hub roles --for homes prints the Role)."
            )
        self.log.warning("The home %s was not made larger: %s. %s", key, cluster.reason(error), fix)

    # State --------------------------------------------------------------------------------------------------

    def get_state(self):
        """KubeSpawner's state, and how large the homes are known to be."""
        state = super().get_state()
        if self._home_sizes:
            state[STATE_KEY] = {"version": STATE_VERSION, "sizes": dict(self._home_sizes)}
        return state

    def load_state(self, state):
        """KubeSpawner's state, and how large the homes are known to be; a later version's is left alone."""
        super().load_state(state)
        saved = state.get(STATE_KEY)
        if isinstance(saved, dict) and saved.get("version") == STATE_VERSION:
            sizes = saved.get("sizes")
            known = sizes.items() if isinstance(sizes, dict) else ()
            self._home_sizes = {str(key): size for key, size in known if isinstance(size, int)}
