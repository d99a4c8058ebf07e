"""When does a server start in an empty home? Once, after a start that failed in a full one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from traitlets.config import Configurable

from libretexts_hub.hub.notices import NOTICES, Kind, Notice
from libretexts_hub.hub.pod_json import as_json, as_model

if TYPE_CHECKING:
    from types import ModuleType

STATE_KEY = "libretexts_scratch_home"
STATE_VERSION = 1


def core() -> ModuleType:
    """The core, loaded when a home was full."""
    from libretexts_hub.domain import scratch_home

    return scratch_home


class ScratchHomeMixin(Configurable):
    """An empty home, once, for the claim in which the last start failed."""

    # `namespace/claim` of the home in which nothing started.
    _full_home = ""

    @property
    def _home_key(self) -> str:
        return f"{self.namespace}/{self.pvc_name}"

    def add_scratch_home(self, pod) -> None:
        """Into the pod, where the last start failed for want of room."""
        if self._full_home != self._home_key:
            return
        from kubernetes_asyncio.client import V1Volume, V1VolumeMount

        made = core().scratch_home(as_json(pod), self.pvc_name)
        if made is None:
            return
        self.log.warning("The home of %s is full: this server has an empty one", self._log_name)
        notebook = next(
            (each for each in pod.spec.containers if each.name == "notebook"), pod.spec.containers[0]
        )
        notebook.volume_mounts = [as_model(V1VolumeMount, each) for each in made.mounts]
        pod.spec.volumes = [*(pod.spec.volumes or ()), as_model(V1Volume, made.volume)]

    def note_full_home(self) -> str:
        """The start failed in a full home: a sentence for the person."""
        self._full_home = self._home_key
        return core().AGAIN

    def note_started(self) -> None:
        """It runs: the next start is in the home again."""
        key, was_scratch = f"scratch home {self.name}", self._full_home == self._home_key
        NOTICES.remove(key, person=self.user.name)
        self._full_home = ""
        if was_scratch:
            NOTICES.post(Notice(Kind.ERROR, core().TOLD, key=key), person=self.user.name)

    # State --------------------------------------------------------------------------------------------------

    def get_state(self):
        """KubeSpawner's state, and in which home the last start failed."""
        state = super().get_state()
        if self._full_home:
            state[STATE_KEY] = {"version": STATE_VERSION, "home": self._full_home}
        return state

    def load_state(self, state):
        """KubeSpawner's state, and in which home the last start failed; a later version's is left alone."""
        super().load_state(state)
        saved = state.get(STATE_KEY)
        if isinstance(saved, dict) and saved.get("version") == STATE_VERSION:
            self._full_home = str(saved.get("home") or "")
