"""How does a pod live, from the moment it is on the node until its object is gone?"""

import asyncio
import logging
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from libretexts_hub.local_cluster.clock import timestamp
from libretexts_hub.local_cluster.kubelet.container import Container
from libretexts_hub.local_cluster.kubelet.container_state import Role
from libretexts_hub.local_cluster.kubelet.context import PodContext
from libretexts_hub.local_cluster.kubelet.deadline import Deadline, pause
from libretexts_hub.local_cluster.kubelet.images import Simulated
from libretexts_hub.local_cluster.kubelet.node import HOST_IP, Node
from libretexts_hub.local_cluster.kubelet.status import PodFacts, pod_status
from libretexts_hub.local_cluster.kubelet.termination import end_containers
from libretexts_hub.local_cluster.kubelet.volumes import VolumeProblem, VolumeSource
from libretexts_hub.local_cluster.store import ApiError, Object

if TYPE_CHECKING:
    from libretexts_hub.local_cluster.kubelet.addresses import Address

log = logging.getLogger(__name__)
DEADLINE_EXCEEDED = ("DeadlineExceeded", "Pod was active on the node longer than the specified deadline")


class PodWorker:
    """One pod on the node (a pod worker in pkg/kubelet/pod_workers.go)."""

    def __init__(self, node: Node, pod: Object) -> None:
        self._node = node
        self._context = PodContext(node, pod, publish=self.publish)
        spec = pod["spec"]
        self.containers = [
            *(Container(self._context, item, _role(item)) for item in spec.get("initContainers") or []),
            *(Container(self._context, item, Role.MAIN) for item in spec["containers"]),
        ]
        start_time = pod.get("status", {}).get("startTime") or timestamp()
        self._facts = PodFacts(HOST_IP, start_time)
        self._address: Address | None = None
        self._deleted = asyncio.Event()
        self._deadline: Deadline | None = None
        self._publication: asyncio.Handle | None = None

    @property
    def uid(self) -> str:
        """The pod's uid."""
        return self._context.uid

    def see(self, pod: Object) -> None:
        """The object has changed.

        Labels for the downward API, and perhaps a deletion, which may become shorter.
        """
        self._context.pod = pod
        meta = pod["metadata"]
        if "deletionTimestamp" in meta:
            self.delete(float(meta.get("deletionGracePeriodSeconds") or 0))

    def delete(self, grace_seconds: float) -> None:
        """End the pod within that time; a later call can only make it shorter. 0 kills at once."""
        if self._deadline is None:
            self._deadline = Deadline(grace_seconds)
        else:
            self._deadline.shorten(grace_seconds)
        self._deleted.set()
        self._context.stopping.set()

    async def run(self) -> None:
        """The whole life. Returns when nothing of the pod is left, neither process nor object."""
        try:
            await self._live()
        except Exception:
            log.exception("The worker of pod %s failed; the pod is ended.", self._context.full_name)
            self._facts.failure = (
                "InternalError",
                "The embedded cluster failed to run this pod; its log says why.",
            )
            self._context.stopping.set()
            await self._end()
        self._publish_now()
        await self._deleted.wait()
        self._node.store.remove("pods", self._context.namespace, self._context.name, self.uid)
        if self._context.folder.is_dir():
            await asyncio.to_thread(shutil.rmtree, self._context.folder, True)

    async def _live(self) -> None:
        if not self._context.stopping.is_set():
            self._prepare()
        timer = asyncio.ensure_future(self._watch_active_deadline())
        work = asyncio.ensure_future(self._work())
        stopping = asyncio.ensure_future(self._context.stopping.wait())
        try:
            await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
            self._context.stopping.set()
            await self._end()
            await work
        finally:
            for task in (timer, stopping, work):
                task.cancel()
        self._facts.is_terminal = True

    def _prepare(self) -> None:
        """Give the pod its address: the sandbox, as the kubelet calls it."""
        simulated = self._simulated()
        if simulated is not None and simulated.pod_ip:
            self._context.pod_ip = simulated.pod_ip
        else:
            self._address = self._node.addresses.take()
            self._context.pod_ip = self._address.ip
        self._facts.pod_ip = self._context.pod_ip
        self._facts.sandbox_ready = True
        self.publish()

    def _simulated(self) -> Simulated | None:
        """How the pod is simulated, when all its main containers are."""
        images = [
            self._node.images.find(item.get("image") or "")
            for item in self._context.pod["spec"]["containers"]
        ]
        if all(image is not None and image.simulated is not None for image in images):
            return images[0].simulated if images[0] else None
        return None

    async def _work(self) -> None:
        """Volumes, then init containers in order, then all main containers until none is started again."""
        if self._simulated() is None and not await self._set_up_volumes():
            return
        sidecars: list[asyncio.Task[None]] = []
        try:
            for container in self.containers:
                if container.state.role is Role.SIDECAR:
                    sidecars.append(asyncio.ensure_future(container.run()))
                    await self._wait_until_initialized(container)
                elif container.state.role is Role.INIT:
                    await container.run()
                    if not container.state.ready:
                        return
                if self._context.stopping.is_set():
                    return
            self._facts.has_initialized = True
            await asyncio.gather(*(item.run() for item in self.containers if item.state.role is Role.MAIN))
        finally:
            # The sidecars' own tasks end when stop() has ended their processes.
            self._context.stopping.set()
            await asyncio.gather(*sidecars, return_exceptions=True)

    async def _wait_until_initialized(self, sidecar: Container) -> None:
        stopping = asyncio.ensure_future(self._context.stopping.wait())
        ready = asyncio.ensure_future(sidecar.initialized.wait())
        await asyncio.wait({stopping, ready}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        ready.cancel()

    async def _set_up_volumes(self) -> bool:
        """Make the volumes, again and again while one cannot be made; False when the pod ends before."""
        context, delay = self._context, self._node.timing.mount_retry
        context.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for container in self.containers:
            container.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while not context.stopping.is_set():
            source = VolumeSource(
                context.pod,
                context.folder / "volumes",
                self._node.claims,
                context.objects,
                context.pod_ip,
                HOST_IP,
            )
            try:
                context.volumes = source.set_up()
            except VolumeProblem as problem:
                self._node.events.warning(context.pod, "FailedMount", str(problem))
            else:
                return True
            if await pause(context.stopping, delay):
                break
            delay = min(2 * delay, self._node.timing.mount_retry_max)
        return False

    async def _watch_active_deadline(self) -> None:
        seconds = self._context.pod["spec"].get("activeDeadlineSeconds")
        if seconds is None or await pause(self._context.stopping, float(seconds)):
            return
        self._facts.failure = DEADLINE_EXCEEDED
        self._node.events.normal(self._context.pod, *DEADLINE_EXCEEDED)
        self._context.stopping.set()

    async def _end(self) -> None:
        """End what still runs, give the address back."""
        if self._deadline is None:
            self._deadline = Deadline(self._context.grace_seconds)
        await end_containers(self.containers, self._deadline)
        if self._address is not None:
            self._address.release()
            self._address = None
        self._facts.sandbox_ready = False

    def publish(self) -> None:
        """Write the status soon; all changes of one turn of the event loop become one write."""
        if self._publication is None:
            self._publication = asyncio.get_running_loop().call_soon(self._publish_now)

    def _publish_now(self) -> None:
        if self._publication is not None:
            self._publication.cancel()
            self._publication = None
        states = [container.state for container in self.containers]

        def change(pod: Object) -> None:
            pod["status"] = pod_status(pod, states, self._facts, timestamp())

        with suppress(ApiError):  # the pod was deleted by force, or replaced
            self._context.pod = self._node.store.update(
                "pods", self._context.namespace, self._context.name, change, uid=self.uid
            )

    def container(self, name: str) -> Container | None:
        """The container of that name."""
        return next((item for item in self.containers if item.state.name == name), None)


def _role(init_container: Object) -> Role:
    return Role.SIDECAR if init_container.get("restartPolicy") == "Always" else Role.INIT
