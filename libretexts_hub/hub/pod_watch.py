"""What do the pods look like right now, and who wants to know when one changes?

KubeSpawner's reflector keeps a dictionary of pods and tells nobody when it changes, so KubeSpawner looks
again after random waits of up to 5 s. `PodWatch` wakes those who wait. `PodWatchMixin` starts reflectors
such that one whose first list failed, or whose watch has given up, is never asked.
"""

import asyncio
from collections import defaultdict

from kubernetes_asyncio.client.rest import ApiException
from kubespawner.spawner import EventReflector, PodReflector
from traitlets.config import Configurable

from libretexts_hub.clients import cluster
from libretexts_hub.hub.event_watch import EventWatch
from libretexts_hub.hub.refusal import not_allowed, unanswered
from libretexts_hub.hub.resumed_watch import ResumedWatch

# A watch can lose an event, so a waiter looks again after this many seconds even if nobody woke it.
LOOK_AGAIN_SECONDS = 5
# How often to look where the reflector is not ours: the class-wide dictionary may hold another spawner's.
SHORT_POLL_SECONDS = 0.2
# Between two attempts of a start to make the first list, while the API server is away.
FIRST_LIST_PAUSE_SECONDS = 0.5
# Of so many pods that went it is kept what they said at the end.
MOST_LOST = 500


class NotifyingPods(dict):
    """The reflector's dictionary, which reports the key of every change, and a pod that goes."""

    def __init__(self, pods, notify, notify_gone=lambda _key, _pod: None):
        super().__init__(pods)
        self._notify = notify
        self._notify_gone = notify_gone

    def __setitem__(self, key, pod):
        super().__setitem__(key, pod)
        self._notify(key)

    def pop(self, key, *fallback):
        pod = super().pop(key, *fallback)
        if pod:
            self._notify_gone(key, pod)
        self._notify(key)
        return pod


class PodWatch(ResumedWatch, PodReflector):
    """A PodReflector that can be waited on."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._waiting: dict[str, set[asyncio.Future]] = defaultdict(set)
        # The last look of pods that the cluster itself has ended.
        self.lost: dict[str, dict] = {}

    async def list_all(self, resource_version):
        # The list replaces the dictionary. @observe("resources") would miss {} -> {}, so wrap it here.
        before = self.resources
        version = await super().list_all(resource_version)
        self.resources = NotifyingPods(self.resources, self._wake, self._note_lost)
        for key in before.keys() - self.resources.keys():
            self._note_lost(key, before[key])
        self.wake_all()
        return version

    def _note_lost(self, key: str, pod: dict) -> None:
        """Keep what nobody can look up any more: a preempted pod is deleted at once."""
        # Here, since a hub's start waits for every import.
        from libretexts_hub.domain.disruption import is_marked

        if "status" in pod and is_marked(pod):
            self.lost.pop(key, None)
            self.lost[key] = pod
            if len(self.lost) > MOST_LOST:
                del self.lost[next(iter(self.lost))]

    async def change(self, key: str, seconds: float) -> None:
        """Wait until the pod `namespace/name` changes, or `seconds` pass.

        Look at it before, without awaiting.
        """
        woken = asyncio.get_running_loop().create_future()
        self._waiting[key].add(woken)
        try:
            await asyncio.wait_for(woken, min(seconds, LOOK_AGAIN_SECONDS))
        except TimeoutError:
            pass
        finally:
            self._waiting[key].discard(woken)
            if not self._waiting[key]:
                del self._waiting[key]

    def _wake(self, key: str) -> None:
        for woken in self._waiting.get(key, ()):
            if not woken.done():
                woken.set_result(None)

    def wake_all(self) -> None:
        """Let everybody look again: the list was read anew, or this watch is being replaced."""
        for key in list(self._waiting):
            self._wake(key)


class PodWatchMixin(Configurable):
    """Reflectors that are loaded and alive when they are asked, and a way to wait for a change of our pod."""

    # The event loop's time at which our start has run out of time.
    _start_deadline = 0.0
    # Reflector key -> the task that is starting it, so that a hundred spawners make one list request.
    _reflectors_starting: dict[tuple, asyncio.Task] = {}

    @property
    def pod_key(self) -> str:
        """The key of our pod in the reflector."""
        return f"{self.namespace}/{self.pod_name}"

    def watched_pod(self):
        """Our pod as last seen, None if there is none."""
        return self.pod_reflector.pods.get(self.pod_key) if self.pod_reflector else None

    @property
    def events(self):
        """The events of our pod since this start began, oldest first; `_last_event` is the last before it."""
        reflector = self.event_reflector
        if not isinstance(reflector, EventWatch):
            return super().events
        events = reflector.of_pod(self.pod_name)
        before = [n for n, event in enumerate(events) if event["metadata"]["uid"] == self._last_event]
        return events[before[-1] + 1 :] if before and self._last_event else events

    async def pod_change(self, seconds: float) -> None:
        """Wait until our pod changes, or for `seconds`. The reflector may be another one afterwards."""
        reflector = self.pod_reflector
        if isinstance(reflector, PodWatch):
            await reflector.change(self.pod_key, seconds)
        else:
            await asyncio.sleep(min(seconds, SHORT_POLL_SECONDS))

    async def _start_reflector(self, kind, reflector_class, replace=False, **kwargs):
        """KubeSpawner's, but a reflector is registered once it is loaded, and replaced once it has ended."""
        key = self._get_reflector_key(kind)
        current = self.__class__.reflectors.get(key)
        if current is not None and not replace and is_alive(current):
            return current
        while True:
            try:
                return await self._start_shared(key, reflector_class, **kwargs)
            except (ApiException, *cluster.UNREACHABLE) as error:
                await self._pause_or_refuse(error)

    async def _start_shared(self, key, reflector_class, **kwargs):
        starting_key = (asyncio.get_running_loop(), *key)
        starting = self._reflectors_starting.get(starting_key)
        if starting is None:
            wanted = NOTIFYING.get(reflector_class, reflector_class)
            starting = asyncio.ensure_future(self._load_reflector(key, wanted, **kwargs))
            self._reflectors_starting[starting_key] = starting
            starting.add_done_callback(lambda _done: self._reflectors_starting.pop(starting_key, None))
        # A start that is cancelled must not cancel the list for everybody else.
        return await asyncio.shield(starting)

    async def _pause_or_refuse(self, error: Exception) -> None:
        """After a first list that failed: try again while a start is under way and has time, else raise."""
        passing = not isinstance(error, ApiException) or error.status in cluster.PASSING
        start = self._start_future
        if not passing and start is not None and not start.done() and isinstance(error, ApiException):
            raise not_allowed(self.log, self.namespace, error) from error
        if not passing or start is None or start.done():
            raise error
        if asyncio.get_running_loop().time() + FIRST_LIST_PAUSE_SECONDS > self._start_deadline:
            raise unanswered() from error
        self.log.warning("Listing before the start of %s: %r, trying again", self.pod_name, error)
        await asyncio.sleep(FIRST_LIST_PAUSE_SECONDS)

    async def _load_reflector(self, key, reflector_class, **kwargs):
        reflector = reflector_class(parent=self, namespace=self.namespace, **kwargs)
        # Nobody else waits for this future: without this an exception in it is reported as never retrieved.
        reflector.first_load_future.add_done_callback(lambda done: done.cancelled() or done.exception())
        await reflector.start()
        previous = self.__class__.reflectors.get(key)
        self.__class__.reflectors[key] = reflector
        if isinstance(previous, PodWatch):
            previous.wake_all()
        if previous is not None and is_of_this_loop(previous):
            await previous.stop()
        return reflector


NOTIFYING = {PodReflector: PodWatch, EventReflector: EventWatch}


def is_alive(reflector) -> bool:
    """Whether this reflector has been loaded and still watches.

    A watch gives up for good after about a minute.
    """
    return (
        is_of_this_loop(reflector)
        and reflector.first_load_future.done()
        and not reflector.first_load_future.cancelled()
        and reflector.first_load_future.exception() is None
        and not (reflector.watch_task is not None and reflector.watch_task.done())
    )


def is_of_this_loop(reflector) -> bool:
    """False for one left over from an event loop that ended (as happens in tests)."""
    return reflector.first_load_future.get_loop() is asyncio.get_running_loop()
