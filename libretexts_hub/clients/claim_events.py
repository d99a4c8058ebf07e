"""How does `kubectl describe` of a claim say what becomes of it? By an Event on the claim."""

import secrets
from datetime import UTC, datetime

from libretexts_hub.clients.kube_api import Kind, KubeApi

EVENTS = Kind("events")
COMPONENT = "libretexts-culler"
# The API server refuses a longer message.
LONGEST_MESSAGE = 1024


class ClaimEvents:
    """Events of the core API group, which need the verb create."""

    def __init__(self, api: KubeApi) -> None:
        self._api = api

    async def tell(self, place: tuple[str, str], uid: str, reason: str, message: str) -> None:
        """An Event of type Normal on the claim at `place`. Raises what the API refuses."""
        namespace, name = place
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        manifest = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{name[:200]}.{secrets.token_hex(8)}", "namespace": namespace},
            "involvedObject": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": namespace,
                "name": name,
                **({"uid": uid} if uid else {}),
            },
            "reason": reason,
            "message": message[:LONGEST_MESSAGE],
            "type": "Normal",
            "source": {"component": COMPONENT},
            "reportingComponent": COMPONENT,
            "reportingInstance": COMPONENT,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        }
        await self._api.create(EVENTS, namespace, manifest)
