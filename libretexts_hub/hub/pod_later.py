"""Who deletes a pod whose server was ended while the API server was away? This hub, as soon as it answers.

JupyterHub takes a server as stopped also when its stop has failed. Its pod would run on for nobody, on a GPU
perhaps, and no culler would see it, until its owner starts the next one.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from kubernetes_asyncio.client.rest import ApiException

from libretexts_hub.clients import cluster
from libretexts_hub.domain.database_grace import grace_of
from libretexts_hub.hub.pod_create import START_ID

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 30.0
# Afterwards nobody remembers: the next start of this server deletes it.
GIVEN_UP_SECONDS = 24 * 3600.0
_tasks: set[asyncio.Task[None]] = set()


@dataclass(frozen=True)
class EndedPod:
    """The pod of one start, by its uid, or by the id of the start where the hub has not seen it.

    A later one of its name is not meant.
    """

    namespace: str
    name: str
    start_id: str
    uid: str
    grace: int

    def is_meant(self, pod: dict[str, Any]) -> bool:
        """Whether this is the pod that was to go."""
        metadata = pod["metadata"]
        written = (metadata.get("annotations") or {}).get(START_ID, "")
        return bool(
            (self.start_id and written == self.start_id) or (self.uid and metadata["uid"] == self.uid)
        )


def delete_later(api: Any, ended: EndedPod, log: logging.Logger, *, request_seconds: float) -> None:
    """Begin to try, in a task of its own."""
    log.warning("Pod %s/%s could not be deleted: it is tried further", ended.namespace, ended.name)
    task = asyncio.get_running_loop().create_task(_until_deleted(api, ended, log, request_seconds))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def _until_deleted(api: Any, ended: EndedPod, log: logging.Logger, request_seconds: float) -> None:
    pause, waited = FIRST_PAUSE_SECONDS, 0.0
    while waited < GIVEN_UP_SECONDS:
        await asyncio.sleep(pause)
        waited += pause
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        try:
            if await _delete(api, ended, request_seconds):
                log.info("Pod %s/%s is deleted, or was gone", ended.namespace, ended.name)
                return
        except (ApiException, *cluster.UNREACHABLE) as error:
            log.debug("Deleting pod %s/%s: %r, trying again", ended.namespace, ended.name, error)
    log.error("Pod %s/%s could not be deleted. Delete it by hand.", ended.namespace, ended.name)


async def _delete(api: Any, ended: EndedPod, seconds: float) -> bool:
    """Whether nothing is left to do. Raises ApiException, or what is UNREACHABLE."""
    pod = await cluster.read_pod(api, ended.namespace, ended.name, seconds=seconds)
    if pod is None or not ended.is_meant(pod) or "deletionTimestamp" in pod["metadata"]:
        return True
    options = {
        "preconditions": {"uid": pod["metadata"]["uid"]},
        "gracePeriodSeconds": max(ended.grace, grace_of(pod)),
    }
    await cluster.delete_pod(api, ended.namespace, ended.name, options, seconds=seconds)
    return True
