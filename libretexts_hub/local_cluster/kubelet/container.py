"""How does one container live: image, start, hooks, probes, end, restart?"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from typing import Any

from libretexts_hub.local_cluster.clock import timestamp
from libretexts_hub.local_cluster.kubelet import leftovers
from libretexts_hub.local_cluster.kubelet.container_state import ContainerState, Role, Termination
from libretexts_hub.local_cluster.kubelet.context import PodContext
from libretexts_hub.local_cluster.kubelet.deadline import Deadline, pause
from libretexts_hub.local_cluster.kubelet.environment import ConfigProblem
from libretexts_hub.local_cluster.kubelet.execution import Surroundings
from libretexts_hub.local_cluster.kubelet.hooks import run_hook
from libretexts_hub.local_cluster.kubelet.image_pull import ImagePull
from libretexts_hub.local_cluster.kubelet.images import Image
from libretexts_hub.local_cluster.kubelet.launch import Launch, prepare_launch, stop_signal
from libretexts_hub.local_cluster.kubelet.logs import follow_log, log_file, open_log, read_log
from libretexts_hub.local_cluster.kubelet.mounts import ContainerRoot
from libretexts_hub.local_cluster.kubelet.prober import KINDS, ProbeHandlers, Prober
from libretexts_hub.local_cluster.kubelet.probes import ProbeTarget, Verdict
from libretexts_hub.local_cluster.kubelet.process import Process, SimulatedProcess, StartProblem
from libretexts_hub.local_cluster.kubelet.strays import CONTAINER_MARKER
from libretexts_hub.local_cluster.store import Object

FALLBACK_LINES, FALLBACK_BYTES = 80, 2048  # pkg/kubelet/container/runtime.go


class Container:
    """One container of a pod, over all its attempts.

    `initialized` is set when the next init container may start.
    """

    def __init__(self, context: PodContext, spec: Object, role: Role) -> None:
        self.context = context
        self.state = ContainerState(spec, role)
        kind = "containers" if role is Role.MAIN else "initContainers"
        self.field_path = f"spec.{kind}{{{spec['name']}}}"
        self.folder = context.folder / "containers" / self.state.name
        self.initialized = asyncio.Event()
        self._process: Process | SimulatedProcess | None = None
        self._target: ProbeTarget | None = None
        self._ended_at = 0.0

    @property
    def is_running(self) -> bool:
        """True while there is a process."""
        return self._process is not None and not self._process.has_ended

    async def run(self) -> None:
        """Start it, and again as the restart policy says; returns when it will not be started any more."""
        while not self.context.stopping.is_set():
            image = await ImagePull(self.context, self.state, self.field_path).ensure()
            if image is None:
                return
            self.state.image_id = image.image_id
            if image.simulated is not None:
                code = await self._simulate(image.simulated.ready_after)
            else:
                code = await self._attempt(image)
            if code is None or not self.state.restarts_after(code, self.context.restart_policy):
                return
            await self._back_off()

    async def _simulate(self, ready_after: float) -> int | None:
        if ready_after and await pause(self.context.stopping, ready_after):
            return None
        self._process = SimulatedProcess()
        self._note_start(f"simulated://{uuid.uuid4().hex}")
        self._set_started()
        self._set_ready(True)
        if self.state.role is Role.INIT:
            self._process.kill()  # it has nothing to do, and the next one waits for its end
        return self._note_end(await self._process.wait())

    async def _attempt(self, image: Image) -> int | None:
        """One run from configuration to end: the exit code, or None when the pod ends before it starts."""
        root = ContainerRoot(self.folder, self.context.pod_ip)
        attempt = uuid.uuid4().hex
        launch = await self._configured(image, root, attempt)
        if launch is None:
            return None
        try:
            return await self._run_process(launch, root, attempt)
        finally:
            root.clear()

    async def _configured(self, image: Image, root: ContainerRoot, attempt: str) -> Launch | None:
        """Environment, mounts and command; tried again while something that it needs is missing."""
        marker = f"{self.context.uid}/{self.state.name}/{attempt}"
        while not self.context.stopping.is_set():
            try:
                return prepare_launch(self.context, self.state.spec, image, root, marker)
            except ConfigProblem as problem:
                self._warn("Failed", f"Error: {problem}")
                self.state.wait("CreateContainerConfigError", str(problem))
                self.context.publish()
            await pause(self.context.stopping, self.context.node.timing.resync)
        return None

    async def _run_process(self, launch: Launch, root: ContainerRoot, attempt: str) -> int:
        number = self.state.attempts
        self._normal("Created", "Container created")
        try:
            with open_log(self.folder, number) as log:
                process = Process.start(launch.argv, env=launch.env, directory=launch.directory, output=log)
        except StartProblem as problem:
            return self._note_failed_start(problem, attempt)
        self._process = process
        leftovers.write_record(self.folder, process.pid)
        surroundings = Surroundings(launch.env, launch.directory, root.argument)
        self._target = ProbeTarget(
            self.state.spec, self.context.pod_ip, surroundings, self.context.node.session
        )
        self._note_start(f"process://{attempt}")
        life = asyncio.ensure_future(self._live(self._target))
        try:
            code = await process.wait()
        finally:
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)
        await self.context.node.strays.end(f"{CONTAINER_MARKER}={launch.env[CONTAINER_MARKER]}")
        leftovers.remove_record(self.folder)
        return self._note_end(code, root)

    async def _live(self, target: ProbeTarget) -> None:
        """What goes on beside the process: the postStart hook, then the probes."""
        hook = (self.state.spec.get("lifecycle") or {}).get("postStart")
        if hook and not await run_hook(hook, target):
            self._warn("FailedPostStartHook", "PostStartHook failed")
            await self.stop("FailedPostStartHook", Deadline(self.context.grace_seconds))
            return
        handlers = ProbeHandlers(self._set_started, self._set_ready, self._restart, self._report)
        if self.state.role is not Role.INIT:
            await Prober(target, handlers).run()

    async def stop(
        self, message: str, deadline: Deadline, turn: Coroutine[Any, Any, Any] | None = None
    ) -> None:
        """preStop, wait for its turn, SIGTERM to the group, SIGKILL when the deadline passes.

        A deadline of zero kills at once; any other leaves at least the minimum after SIGTERM, as
        killContainer in pkg/kubelet/kuberuntime/kuberuntime_container.go does.
        """
        process = self._process
        if process is None or process.has_ended:
            if turn is not None:
                turn.close()
            return
        self._normal("Killing", message or f"Stopping container {self.state.name}")
        await self._pre_stop(deadline)
        if turn is not None:
            await deadline.wait_for(turn)
        if deadline.remaining() > 0 or not deadline.is_immediate:
            process.signal(stop_signal(self.state.spec))
            least = 0.0 if deadline.is_immediate else self.context.node.timing.minimum_grace
            if await deadline.wait_for(process.wait(), at_least=least):
                return
        process.kill()
        await process.wait()

    async def _pre_stop(self, deadline: Deadline) -> None:
        hook = (self.state.spec.get("lifecycle") or {}).get("preStop")
        if not hook or self._target is None or deadline.remaining() <= 0:
            return
        target = self._target

        async def execute() -> None:
            if not await run_hook(hook, target):
                self._warn("FailedPreStopHook", "PreStopHook failed")

        await deadline.wait_for(execute())

    async def _restart(self, kind: str) -> None:
        """A startup or liveness probe has failed for good."""
        spec = self.state.spec.get(KINDS[kind]) or {}
        grace = spec.get("terminationGracePeriodSeconds")
        message = f"Container {self.state.name} failed {kind} probe"
        if self.state.restarts_after(1, self.context.restart_policy):
            message += ", will be restarted"
        await self.stop(message, Deadline(self.context.grace_seconds if grace is None else float(grace)))

    async def _back_off(self) -> None:
        """Wait, in CrashLoopBackOff, before the next attempt; the first one comes at once."""
        node, key = self.context.node, f"{self.context.uid}/{self.state.name}"
        left = node.crash_backoff.remaining(key, self._ended_at, asyncio.get_running_loop().time())
        if left > 0:
            name = f"{self.state.name} in pod {self.context.full_name}"
            self._warn("BackOff", f"Back-off restarting failed container {name}")
            delay = go_duration(node.crash_backoff.delay(key))
            pod = f"container={self.state.name} pod={self.context.full_name}"
            self.state.wait("CrashLoopBackOff", f"back-off {delay} restarting failed {pod}")
            self.context.publish()
            await pause(self.context.stopping, left)
        node.crash_backoff.next(key, self._ended_at)

    def _note_start(self, container_id: str) -> None:
        self._count_attempt()
        self.state.run(container_id, timestamp())
        self._normal("Started", "Container started")
        self.context.publish()

    def _count_attempt(self) -> None:
        if self.state.attempts:
            self.state.restart_count += 1
        self.state.attempts += 1

    def _note_failed_start(self, problem: StartProblem, attempt: str) -> int:
        self._count_attempt()
        self._warn("Failed", f"Error: {problem}")
        # containerd: a container that never ran has exit code 128, and began at the start of time.
        epoch = "1970-01-01T00:00:00Z"
        self._finish(Termination(128, "StartError", epoch, timestamp(), f"process://{attempt}", str(problem)))
        return 128

    def _note_end(self, code: int, root: ContainerRoot | None = None) -> int:
        began = self.state.running_since or timestamp()
        message = "" if root is None else self._last_words(code, root)
        reason = "Completed" if code == 0 else "Error"
        self._finish(Termination(code, reason, began, timestamp(), self.state.container_id, message))
        return code

    def _finish(self, termination: Termination) -> None:
        self._ended_at = asyncio.get_running_loop().time()
        self.state.end(termination)
        self.context.publish()

    def _last_words(self, code: int, root: ContainerRoot) -> str:
        message = root.message()
        if message or code == 0 or self.state.spec.get("terminationMessagePolicy") != "FallbackToLogsOnError":
            return message
        tail = read_log(log_file(self.folder, self.state.attempts - 1), FALLBACK_LINES)
        return tail[-FALLBACK_BYTES:].decode("utf-8", "replace")

    def _set_started(self) -> None:
        self.state.started = True
        self.initialized.set()
        self.context.publish()

    def _set_ready(self, ready: bool) -> None:
        if self.state.running_since and self.state.ready is not ready:
            self.state.ready = ready
            self.context.publish()

    def _report(self, kind: str, verdict: Verdict) -> None:
        how = "probe failed" if verdict.succeeded is False else "probe errored and resulted in unknown state"
        self._warn("Unhealthy", f"{kind.capitalize()} {how}: {verdict.output}")

    def _normal(self, reason: str, message: str) -> None:
        self.context.node.events.normal(self.context.pod, reason, message, container=self.field_path)

    def _warn(self, reason: str, message: str) -> None:
        self.context.node.events.warning(self.context.pod, reason, message, container=self.field_path)

    def log(self, *, tail_lines: int | None, previous: bool) -> bytes:
        """What the current attempt has written, or the one before it."""
        number = self.state.attempts - (2 if previous else 1)
        return read_log(log_file(self.folder, number), tail_lines) if number >= 0 else b""

    def follow_log(self, *, tail_lines: int | None) -> AsyncIterator[bytes]:
        """What the current attempt has written and writes, to its end."""
        number = self.state.attempts - 1

        def is_over() -> bool:
            return self.state.attempts - 1 != number or self.state.running_since is None

        return follow_log(log_file(self.folder, number), tail_lines, is_over)

    async def ended(self) -> None:
        """Return when there is no process (any more)."""
        if self._process is not None:
            with suppress(asyncio.CancelledError):
                await self._process.wait()


def go_duration(seconds: float) -> str:
    """As Go prints a duration: 10s, 1m20s, 5m0s, 400ms."""
    if seconds < 1:
        return f"{1000 * seconds:g}ms"
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)}m{rest:g}s" if minutes else f"{rest:g}s"
