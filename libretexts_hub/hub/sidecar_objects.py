"""How are the claim and the Secret of a database made, found and deleted? Never those of somebody else."""

import asyncio
from typing import Any

from kubernetes_asyncio.client.rest import ApiException

from libretexts_hub.clients import cluster
from libretexts_hub.hub.refusal import OWNER, of_somebody_else, refused_by_cluster, unanswered

SERVER = "hub.jupyter.org/servername"
PAUSE_SECONDS = 0.5


async def ensure(spawner: Any, manifest: dict[str, Any]) -> None:
    """Create the object; one that exists is used if it is of this very server, and not on its way out.

    Raises HTTPError in words for the person, with the reason in the log.
    """
    kind, name = manifest["kind"], manifest["metadata"]["name"]
    now = asyncio.get_running_loop().time
    deadline = now() + spawner.k8s_api_request_retry_timeout
    while True:
        try:
            if await _create_or_find(spawner, manifest):
                return
        except ApiException as error:
            if error.status not in cluster.PASSING:
                what = f"{kind} {spawner.namespace}/{name}"
                raise refused_by_cluster(spawner.log, what, error) from error
            spawner.log.warning("Creating %s %s: %s, trying again", kind, name, cluster.reason(error))
        except cluster.UNREACHABLE as error:
            spawner.log.warning("Creating %s %s: %r, trying again", kind, name, error)
        if now() + PAUSE_SECONDS > deadline:
            raise unanswered()
        await asyncio.sleep(PAUSE_SECONDS)


async def _create_or_find(spawner: Any, manifest: dict[str, Any]) -> bool:
    """Whether it is there now. A quota (403) may be looked at before the name is."""
    name, seconds = manifest["metadata"]["name"], spawner.k8s_api_request_timeout
    requests = CLAIM if manifest["kind"] == "PersistentVolumeClaim" else SECRET
    try:
        await requests.create(spawner.api, spawner.namespace, manifest, seconds=seconds)
    except ApiException as error:
        if error.status not in (403, 409):
            raise
        found = await requests.read(spawner.api, spawner.namespace, name, seconds=seconds)
        if found is None:
            if error.status == 403:
                raise
            return False
        _refuse_foreign(spawner, manifest, found)
        return "deletionTimestamp" not in found["metadata"]
    return True


def _refuse_foreign(spawner: Any, manifest: dict[str, Any], found: dict[str, Any]) -> None:
    if _owner(found) == _owner(manifest):
        return
    what = f"{manifest['kind']} {spawner.namespace}/{manifest['metadata']['name']}"
    words = "The disk of your database belongs to somebody else. Tell the operators of this hub."
    raise of_somebody_else(spawner, what, " ".join(_owner(found)).strip(), words)


async def delete(spawner: Any, name: str, namespace: str) -> None:
    """Delete both objects, those of this very server only. Raises ApiException, or what is UNREACHABLE."""
    seconds = spawner.k8s_api_request_timeout
    mine = (spawner.user.name, spawner.name)
    for requests in (CLAIM, SECRET):
        found = await requests.read(spawner.api, namespace, name, seconds=seconds)
        if found is None:
            continue
        if _owner(found) != mine:
            spawner.log.error(
                "Not deleting %s %s/%s: it is of %s", requests.kind, namespace, name, _owner(found)
            )
            continue
        seen = {key: found["metadata"][key] for key in ("uid", "resourceVersion")}
        spawner.log.info("Deleting %s %s/%s", requests.kind, namespace, name)
        body = {"preconditions": seen}
        await requests.delete(spawner.api, namespace, name, body, seconds=seconds)


def _owner(found: dict[str, Any]) -> tuple[str, str]:
    """Person and server, as KubeSpawner writes them on everything that it makes."""
    notes = found["metadata"].get("annotations") or {}
    return notes.get(OWNER, ""), notes.get(SERVER, "")


CLAIM = cluster.Requests("persistent_volume_claim")
SECRET = cluster.Requests("secret")
