"""What does the log of a container say, or why is there none?"""

from collections.abc import AsyncIterator

from libretexts_hub.local_cluster.kubelet.container import Container
from libretexts_hub.local_cluster.kubelet.pod import PodWorker
from libretexts_hub.local_cluster.status import bad_request
from libretexts_hub.local_cluster.store import Object

_IMAGE_WORDS = {
    "ErrImagePull": "image can't be pulled",
    "ImagePullBackOff": "trying and failing to pull image",
}


def read_pod_log(
    pod: Object, worker: PodWorker | None, container: str, tail_lines: int | None, previous: bool
) -> bytes:
    """The bytes that were written. ApiError 400 when there are none to be had."""
    found = _container_with_log(pod, worker, container, previous=previous)
    state = found.state
    # While it waits for a restart, the attempt that ended last is the current one as well as the previous.
    waits = previous and state.running_since is None and state.termination is None
    return found.log(tail_lines=tail_lines, previous=previous and not waits)


def follow_pod_log(
    pod: Object, worker: PodWorker | None, container: str, tail_lines: int | None
) -> AsyncIterator[bytes]:
    """The bytes as they are written, to the end of the attempt that runs now. ApiError 400 at once."""
    return _container_with_log(pod, worker, container, previous=False).follow_log(tail_lines=tail_lines)


def _container_with_log(
    pod: Object, worker: PodWorker | None, container: str, *, previous: bool
) -> Container:
    """ApiError 400 with the words of validateContainerLogStatus in kubelet_pods.go."""
    name = pod["metadata"]["name"]
    spec = pod["spec"]
    known = {item["name"] for item in [*spec.get("containers", []), *(spec.get("initContainers") or [])]}
    if container not in known:
        raise bad_request(f"container {container} is not valid for pod {name}")
    found = worker.container(container) if worker is not None else None
    if found is None:
        raise bad_request(f'container "{container}" in pod "{name}" is not available')
    state = found.state
    if previous and state.last_termination is None:
        raise bad_request(f'previous terminated container "{container}" in pod "{name}" not found')
    if state.attempts == 0:
        has_init = bool(spec.get("initContainers"))
        reason = state.waiting_reason
        if reason == "ContainerCreating" and has_init:
            reason = "PodInitializing"
        why = _IMAGE_WORDS.get(reason, reason)
        raise bad_request(f'container "{container}" in pod "{name}" is waiting to start: {why}')
    return found
