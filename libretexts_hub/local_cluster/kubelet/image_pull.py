"""Is a container's image there, and what does the pod say while it is not?"""

import asyncio
from dataclasses import dataclass

from libretexts_hub.local_cluster.kubelet.container_state import ContainerState
from libretexts_hub.local_cluster.kubelet.context import PodContext
from libretexts_hub.local_cluster.kubelet.deadline import pause
from libretexts_hub.local_cluster.kubelet.images import Image, is_reference, pull_policy


@dataclass
class ImagePull:
    """The image of one container, with the statuses and events of pkg/kubelet/images/image_manager.go."""

    context: PodContext
    state: ContainerState
    field_path: str

    async def ensure(self) -> Image | None:
        """The image, once there is one; None when the pod ends before."""
        reference = str(self.state.spec.get("image") or "")
        while not self.context.stopping.is_set():
            image = self._find(reference)
            if image is not None:
                self.context.node.add_image(image)
                return image
            if self.state.waiting_reason == "ErrImagePull":
                await self._back_off(reference)
            else:
                await pause(self.context.stopping, self.context.node.timing.resync)
        return None

    def _find(self, reference: str) -> Image | None:
        """Look once; what is wrong becomes the waiting state."""
        events, pod = self.context.node.events, self.context.pod
        if not is_reference(reference):
            message = (
                f'Failed to apply default image tag "{reference}": '
                f'couldn\'t parse image name "{reference}": invalid reference format'
            )
            events.warning(pod, "InspectFailed", message, container=self.field_path)
            self._wait("InvalidImageName", message)
            return None
        policy, image = pull_policy(self.state.spec), self.context.node.images.find(reference)
        if image is None and policy == "Never":
            message = f'Container image "{reference}" is not present with pull policy of Never'
            events.warning(pod, "ErrImageNeverPull", message, container=self.field_path)
            self._wait("ErrImageNeverPull", message)
            return None
        if image is None or policy == "Always":
            events.normal(pod, "Pulling", f'Pulling image "{reference}"', container=self.field_path)
        if image is None:
            self._fail(reference)
            return None
        message = f'Container image "{reference}" already present on machine and can be accessed by the pod'
        if policy == "Always":
            message = (
                f'Successfully pulled image "{reference}" in 1ms (1ms including waiting). '
                "Image size: 0 bytes."
            )
        events.normal(pod, "Pulled", message, container=self.field_path)
        return image

    def _fail(self, reference: str) -> None:
        why = (
            f'rpc error: code = NotFound desc = failed to pull and unpack image "{reference}": '
            "no entry of the cluster's images file matches it: not found"
        )
        text = f'Failed to pull image "{reference}": {why}'
        self.context.node.events.warning(self.context.pod, "Failed", text, container=self.field_path)
        self._wait("ErrImagePull", why)
        self.context.node.image_backoff.next(self._key(reference), asyncio.get_running_loop().time())

    async def _back_off(self, reference: str) -> None:
        """Until the next attempt the state says ImagePullBackOff, with the error that led to it."""
        node = self.context.node
        shown = min(node.timing.pull_error, node.image_backoff.delay(self._key(reference)) / 2)
        if await pause(self.context.stopping, shown):
            return
        text = f'Back-off pulling image "{reference}"'
        node.events.normal(self.context.pod, "BackOff", text, container=self.field_path)
        self._wait("ImagePullBackOff", f"{text}: ErrImagePull: {self.state.waiting_message}")
        await pause(self.context.stopping, node.image_backoff.delay(self._key(reference)) - shown)

    def _wait(self, reason: str, message: str) -> None:
        self.state.wait(reason, message)
        events = self.context.node.events
        events.warning(self.context.pod, "Failed", f"Error: {reason}", container=self.field_path)
        self.context.publish()

    def _key(self, reference: str) -> str:
        return f"{self.context.uid}_{reference}"
