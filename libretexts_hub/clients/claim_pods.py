"""Which pods name a claim, whoever made them?"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from libretexts_hub.clients.kube_api import Kind, KubeApi

PODS = Kind("pods")
# A pod that has ended mounts nothing any more, whatever it names.
ENDED = ("Succeeded", "Failed")


class ClaimPods:
    """Asks for all pods of a namespace: a pod of another owner has labels of its own, or none."""

    def __init__(self, api: KubeApi) -> None:
        self._api = api

    async def mounting(self, namespace: str, claims: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """Names of the pods that name each of these claims, read after this call began.

        Raises PartialListError for a list that is not whole.
        """
        wanted = set(claims)
        found: dict[str, list[str]] = {name: [] for name in wanted}
        for pod in await self._api.everything(PODS, namespace):
            if (pod.get("status") or {}).get("phase") in ENDED:
                continue
            name = str(pod["metadata"]["name"])
            for claim in named_claims(pod):
                if claim in wanted:
                    found[claim].append(name)
        return {claim: tuple(pods) for claim, pods in found.items()}


def named_claims(pod: Mapping[str, Any]) -> Iterator[str]:
    """The claims in a pod's volumes; one made with the pod has the name of the pod in front of its own."""
    for volume in (pod.get("spec") or {}).get("volumes") or ():
        if claim := (volume.get("persistentVolumeClaim") or {}).get("claimName"):
            yield str(claim)
        if volume.get("ephemeral"):
            yield f"{pod['metadata']['name']}-{volume['name']}"
