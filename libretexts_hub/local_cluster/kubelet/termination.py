"""In which order do the containers of a pod end?"""

import asyncio
from collections.abc import Iterable, Sequence

from libretexts_hub.local_cluster.kubelet.container import Container
from libretexts_hub.local_cluster.kubelet.container_state import Role
from libretexts_hub.local_cluster.kubelet.deadline import Deadline


async def end_containers(containers: Sequence[Container], deadline: Deadline) -> None:
    """End all within one grace period: main containers at once, then sidecars from the last to the first.

    Source: pkg/kubelet/kuberuntime/kuberuntime_termination_order.go. preStop hooks of all run at the
    beginning.
    """
    mains = [item for item in containers if item.state.role is not Role.SIDECAR]
    waits: list[Container] = list(mains)
    stops = [item.stop("", deadline) for item in mains]
    for sidecar in reversed([item for item in containers if item.state.role is Role.SIDECAR]):
        stops.append(sidecar.stop("", deadline, _all_ended(tuple(waits))))
        waits.append(sidecar)
    await asyncio.gather(*stops)


async def _all_ended(containers: Iterable[Container]) -> None:
    for container in containers:
        await container.ended()
