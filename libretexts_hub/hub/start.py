"""When has a server started?

At the moment it answers: events wake the waiting start, no random wait delays it.
"""

import asyncio
import time
import uuid

from jupyterhub.utils import make_ssl_context, url_path_join
from traitlets import Integer
from traitlets.config import Configurable

from libretexts_hub.clients import cluster
from libretexts_hub.clients.notebook import wait_for_answer
from libretexts_hub.hub.claim import HomeClaimMixin
from libretexts_hub.hub.collector import set_loaded_code_aside
from libretexts_hub.hub.metrics import START_SECONDS
from libretexts_hub.hub.pod_check import PodCheckMixin
from libretexts_hub.hub.pod_create import PodCreationMixin
from libretexts_hub.hub.pod_end import PodEndMixin
from libretexts_hub.hub.pod_health import given_up, refuse_ended
from libretexts_hub.hub.pod_loss import PodLossMixin
from libretexts_hub.hub.pod_patience import Patience
from libretexts_hub.hub.pod_watch import PodWatchMixin
from libretexts_hub.hub.progress import LOOK_AGAIN_SECONDS, ProgressMixin
from libretexts_hub.hub.refusal import unanswered
from libretexts_hub.hub.server_tokens import ServerTokenMixin
from libretexts_hub.hub.turns import take_turn

# JupyterHub cancels a start at start_timeout. End this long before, so that KubeSpawner's own recovery still
# runs.
MARGIN_SECONDS = 1.0


class EventDrivenMixin(
    PodCheckMixin,
    PodLossMixin,
    PodEndMixin,
    ServerTokenMixin,
    PodCreationMixin,
    HomeClaimMixin,
    ProgressMixin,
    PodWatchMixin,
    Configurable,
):
    """KubeSpawner's start, stop and poll, driven by the pod watch."""

    image_pull_tries = Integer(
        3,
        min=1,
        help="""
        After how many failed attempts to fetch its image a start is given up, with the cause in words. A
        registry that does not answer or asks to wait is tried until the start's time is over. The default
        is 3, which takes a node about half a minute.

        Example: `c.LibreTextsSpawner.image_pull_tries = 5`
        """,
    ).tag(config=True)

    _patience = Patience(1)

    def start(self):
        """Begin a start with an id of its own."""
        set_loaded_code_aside()
        self._last_trouble = None
        self._patience = Patience(self.image_pull_tries)
        self._logged_detail = ""
        self._created_at = 0.0
        self.forget_end()
        self._start_id = uuid.uuid4().hex
        margin = min(MARGIN_SECONDS, self.start_timeout / 10)
        self._start_deadline = asyncio.get_running_loop().time() + self.start_timeout - margin
        return super().start()

    async def _start(self):
        begun = time.perf_counter()
        cluster.spare_environment_lookups(self.api)
        await take_turn()
        try:
            url = await super()._start()
        except TimeoutError as error:  # of KubeSpawner's retries: "Could not create pod ..."
            if self._last_trouble is None:
                raise
            raise unanswered() from error
        running = time.perf_counter()
        START_SECONDS.labels(phase="pod").observe(running - begun)
        await self._until_answering(url)
        START_SECONDS.labels(phase="answer").observe(time.perf_counter() - running)
        return url

    async def get_pod_manifest(self):
        """KubeSpawner's, in a pass of the loop of its own: answers for many claims may come together."""
        await take_turn()
        return await super().get_pod_manifest()

    def is_pod_running(self, pod):
        """Inside our own start: an awaitable that ends when the pod runs. Elsewhere: KubeSpawner's answer.

        `_start` hands this to `exponential_backoff`, which awaits what is awaitable; `poll` calls it as it
        is, and a coroutine would always be true there.
        """
        if self._start_future is not None and asyncio.current_task() is self._start_future:
            return self._until_running()
        return self._is_running(pod)

    def _is_running(self, pod) -> bool:
        try:
            return super().is_pod_running(pod)
        except (KeyError, TypeError):
            return False  # Running, but without an address or container states yet

    async def _until_running(self) -> bool:
        """True once our pod runs.

        A False would cost a random sleep, so the only other way out is an exception.
        """
        now = asyncio.get_running_loop().time
        look_at = now() + LOOK_AGAIN_SECONDS
        while not self._is_running(pod := self._pod_of_this_start()):
            refuse_ended(pod)
            self._refuse_hopeless(pod)
            await self._repair_claim(pod)
            remaining = self._start_deadline - now()
            if remaining <= 0:
                raise self._out_of_time()
            await self._start_watching_pods()  # anew, if the watch gave up in a long outage; else at once
            if now() < look_at:  # a pod of many containers changes often, and each look reads all its events
                await self.pod_change(min(remaining, look_at - now()))
                continue
            self.log_step()
            look_at = now() + LOOK_AGAIN_SECONDS
            await self.pod_change(remaining)
        return True

    def _pod_of_this_start(self):
        """Our pod as last seen. After an outage the watch may still show the one before, whose end is not
        ours, and whose address may be somebody else's by now."""
        pod = self.watched_pod()
        return pod if self._is_of_this_start(pod) else None

    def _refuse_hopeless(self, pod) -> None:
        """Raise HTTPError 500 in words for what was tried often enough."""
        if ending := self._patience.ending(pod, asyncio.get_running_loop().time()):
            cause, words, detail = ending
            self.log.error("The start of %s is given up: %s", self._log_name, detail)
            raise given_up(cause, words)

    def _out_of_time(self) -> TimeoutError:
        """With what it waited for to the end, in words for the person."""
        error = TimeoutError(f"pod {self.pod_key} did not start in {self.start_timeout} seconds!")
        step = self.current_step()
        if step is not None:
            error.jupyterhub_message = f"Your server did not start in time. The last step was: {step.words}"
        return error

    async def _until_answering(self, url: str) -> None:
        """Ask the server itself, so that JupyterHub's first check finds it: its own waits are random too."""
        remaining = self._start_deadline - asyncio.get_running_loop().time()
        answering = await wait_for_answer(
            url_path_join(url, self._server_path(), "api"),
            seconds=min(self.http_timeout, remaining),
            check=self._refuse_ended_now,
            context=self._ssl_context(url),
        )
        # Out of start time with http_timeout left: JupyterHub goes on asking for its own http_timeout.
        if not answering and self.http_timeout < remaining:
            raise TimeoutError(f"The server at {url} did not answer in {self.http_timeout} seconds")

    def _refuse_ended_now(self) -> None:
        refuse_ended(self.watched_pod(), started=True)

    def _server_path(self) -> str:
        return self.server.base_url if self.server else "/"

    def _ssl_context(self, url: str):
        if not url.startswith("https:"):
            return None
        settings = self.user.settings
        names = ("internal_ssl_key", "internal_ssl_cert", "internal_ssl_ca")
        key, certificate, authority = (settings.get(name) for name in names)
        return make_ssl_context(key, certificate, cafile=authority)
