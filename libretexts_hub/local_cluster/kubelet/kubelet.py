"""Who looks after all pods?

Watches the store, schedules pods, runs a worker for each, ends them all at the end.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import aiohttp

from libretexts_hub.local_cluster.kubelet import leftovers
from libretexts_hub.local_cluster.kubelet.addresses import Addresses
from libretexts_hub.local_cluster.kubelet.images import Images
from libretexts_hub.local_cluster.kubelet.node import NODE_NAME, Node
from libretexts_hub.local_cluster.kubelet.pod import PodWorker
from libretexts_hub.local_cluster.kubelet.pod_log import follow_pod_log, read_pod_log
from libretexts_hub.local_cluster.kubelet.scheduler import Scheduler
from libretexts_hub.local_cluster.kubelet.strays import STATE_MARKER, kill_marked
from libretexts_hub.local_cluster.kubelet.timing import Timing
from libretexts_hub.local_cluster.store import ApiError, Event, Object, Store

log = logging.getLogger(__name__)


class Kubelet:
    """Runs the pods of the store as local processes.

    There is no isolation: a pod's processes are this user's, see this machine's files and network, and have
    no uid of their own. What a pod gets is its own address, directory, environment, log and process group;
    see mounts.py for what a mount is here. Everything is kept below `state_dir`: `pods/<uid>/`,
    `claims/<namespace>/<name>/`.
    """

    def __init__(
        self,
        store: Store,
        state_dir: Path,
        images: "Images | Mapping[str, Any] | Path | str | None" = None,
        one_address: bool = False,
        *,
        timing: Timing | None = None,
    ) -> None:
        """`images`: an images file or its content. ConfigurationError when it is wrong."""
        self._store = store
        self._state_dir = Path(state_dir).resolve()
        self._images = Images.load(images)
        self._one_address = one_address
        self._timing = timing or Timing()
        self._node: Node | None = None
        self._scheduler: Scheduler | None = None
        self._workers: dict[str, PodWorker] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._watches: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """End what an earlier cluster of this folder left running, then begin to run pods."""
        grace = self._timing.leftover_grace
        ended = await asyncio.to_thread(leftovers.end_leftovers, self._state_dir, grace)
        if ended:
            log.warning("Ended %d processes that an earlier cluster left in %s.", ended, self._state_dir)
        addresses = Addresses(str(self._state_dir), one_address=self._one_address)
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=True), cookie_jar=aiohttp.DummyCookieJar()
        )
        self._node = Node(self._store, self._state_dir, self._images, addresses, self._timing, session)
        self._node.pods_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._node.claims.sweep()
        self._node.show_images(self._images.exact())
        self._scheduler = Scheduler(self._store, self._node.events, NODE_NAME)
        self._watches = [
            asyncio.ensure_future(self._follow("persistentvolumeclaims", self._see_claim)),
            asyncio.ensure_future(self._follow("nodes", self._see_node)),
            asyncio.ensure_future(self._follow("pods", self._see_pod)),
        ]

    async def stop(self) -> None:
        """End every pod (SIGTERM, a short grace, SIGKILL) and all that carries this folder's marker."""
        for watch in self._watches:
            watch.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)
        for worker in self._workers.values():
            worker.delete(self._timing.stop_grace)
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await asyncio.to_thread(kill_marked, [f"{STATE_MARKER}={self._state_dir}"])
        if self._node is not None:
            await self._node.claims.finish()
            await self._node.session.close()
            self._node = None

    def pod_log(
        self,
        namespace: str,
        name: str,
        container: str,
        *,
        tail_lines: int | None = None,
        previous: bool = False,
    ) -> bytes:
        """What a container has written. ApiError 400: it has not started; 404: there is no such pod."""
        pod = self._store.get("pods", namespace, name)
        return read_pod_log(pod, self._workers.get(pod["metadata"]["uid"]), container, tail_lines, previous)

    def follow_pod_log(
        self, namespace: str, name: str, container: str, *, tail_lines: int | None = None
    ) -> AsyncIterator[bytes]:
        """What a container writes, until it ends. ApiError as `pod_log`, at once."""
        pod = self._store.get("pods", namespace, name)
        return follow_pod_log(pod, self._workers.get(pod["metadata"]["uid"]), container, tail_lines)

    async def _follow(self, resource: str, see: Callable[[Event], None]) -> None:
        """Hand every object, and every change, to `see`.

        Anew when the store's history has moved on without us.
        """
        while True:
            async for event in self._store.watch(resource):
                try:
                    see(event)
                except Exception:
                    log.exception("A change of %s could not be handled.", resource)
            log.warning("The watch of %s ended and begins anew.", resource)
            await asyncio.sleep(1)

    def _see_pod(self, event: Event) -> None:
        assert self._node is not None  # noqa: S101 - start() has made it before it began to watch
        assert self._scheduler is not None  # noqa: S101
        pod, uid = event.object, event.object["metadata"]["uid"]
        worker = self._workers.get(uid)
        if event.type == "DELETED" or pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
            self._scheduler.consider_pending()  # what this pod held is free
        if event.type == "DELETED":
            self._scheduler.forget(uid)
            if worker is not None:
                worker.delete(0)
        elif worker is not None:
            worker.see(pod)
        elif pod["spec"].get("nodeName") == NODE_NAME:
            self._begin(pod)
        else:
            self._scheduler.consider(pod)

    def _begin(self, pod: Object) -> None:
        """A pod has come to this node; what has ended already is not run again."""
        assert self._node is not None  # noqa: S101
        if pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
            return
        worker = PodWorker(self._node, pod)
        worker.see(pod)
        self._workers[worker.uid] = worker
        task = asyncio.ensure_future(worker.run())
        self._tasks[worker.uid] = task
        task.add_done_callback(lambda _: self._forget(worker.uid))

    def _forget(self, uid: str) -> None:
        self._workers.pop(uid, None)
        self._tasks.pop(uid, None)

    def _see_claim(self, event: Event) -> None:
        assert self._node is not None  # noqa: S101
        assert self._scheduler is not None  # noqa: S101
        meta = event.object["metadata"]
        if event.type == "DELETED":
            self._node.claims.remove(meta["namespace"], meta["name"])
        elif event.object.get("status", {}).get("phase") == "Bound" and "deletionTimestamp" not in meta:
            self._node.claims.folder(meta["namespace"], meta["name"])
        self._scheduler.consider_pending(meta["namespace"])

    def _see_node(self, event: Event) -> None:
        assert self._scheduler is not None  # noqa: S101
        if event.type != "DELETED":
            self._scheduler.consider_pending()


__all__ = ["ApiError", "Kubelet"]
