"""Is the home claim there, of its person, and not on its way out?"""

import asyncio
import re

from kubernetes_asyncio.client.rest import ApiException
from traitlets.config import Configurable

from libretexts_hub.clients import cluster
from libretexts_hub.hub.refusal import OWNER, of_somebody_else, refused_by_cluster
from libretexts_hub.hub.turns import creating

# In a template of names: without it, one claim is meant for all.
OF_A_PERSON = re.compile(r"\{[a-z_]*user")


class HomeClaimMixin(Configurable):
    """KubeSpawner's claim, also when it is being deleted or has vanished behind the hub's back."""

    async def _make_create_pvc_request(self, pvc, request_timeout):
        """True once the claim exists and stays.

        KubeSpawner 7.0 asks at every start, 7.1 only for a first one.
        """
        if self._pvc_exists:
            return True
        try:
            async with creating():
                await cluster.create_claim(self.api, self.namespace, pvc, seconds=request_timeout)
        except cluster.UNREACHABLE as error:
            self._last_trouble = error
            self.log.warning("Creating claim %s: %r, trying again", pvc.metadata.name, error)
            return False
        except ApiException as error:
            return await self._settle_refused_claim(pvc.metadata.name, error, request_timeout)
        return True

    async def _settle_refused_claim(self, name: str, refused: ApiException, request_timeout: float) -> bool:
        """Whether the claim exists after all. 403: a quota may be checked before the name is looked at."""
        if refused.status in cluster.PASSING:
            self._last_trouble = refused
            self.log.warning("Creating claim %s: %s, trying again", name, cluster.reason(refused))
            return False
        claim = None
        if refused.status in (403, 409):
            try:
                claim = await cluster.read_claim(self.api, self.namespace, name, seconds=request_timeout)
            except cluster.UNREACHABLE:
                return False
        if claim is None and refused.status != 409:
            raise refused_by_cluster(self.log, f"claim {self.namespace}/{name}", refused) from refused
        if claim is None or self._is_leaving(claim):
            return False
        self._refuse_foreign(claim)
        return True

    def _refuse_foreign(self, claim) -> None:
        """A claim that our state does not know may be another person's: with `claim-{userid}`, that of
        somebody who had this number in an earlier database. One without an owner is taken."""
        metadata = claim["metadata"]
        owner = (metadata.get("annotations") or {}).get(OWNER, "")
        if owner in ("", self.user.name) or not OF_A_PERSON.search(self.pvc_name_template):
            return
        words = "The disk of your home belongs to somebody else. Tell the operators of this hub."
        raise of_somebody_else(self, f"claim {self.namespace}/{metadata['name']}", owner, words)

    def _is_leaving(self, claim) -> bool:
        leaving = "deletionTimestamp" in claim["metadata"]
        if leaving:
            self.log.warning("Claim %s is being deleted: waiting to make it anew", claim["metadata"]["name"])
        return leaving

    async def _repair_claim(self, pod) -> None:
        """Make the claim anew when the scheduler says that it is gone and our state says that it exists."""
        if pod is None or not self.storage_pvc_ensure or not self._pvc_exists or not self._misses_claim(pod):
            return
        self.log.warning("Claim %s has vanished: making a new, empty one", self.pvc_name)
        self._pvc_exists = False
        if await self._make_create_pvc_request(self.get_pvc_manifest(), self.k8s_api_request_timeout):
            self._pvc_exists = True
        else:
            await asyncio.sleep(1)
            self._pvc_exists = True  # still misses it: the next look at the pod comes back here

    def _misses_claim(self, pod) -> bool:
        wanted = f'persistentvolumeclaim "{self.pvc_name}" not found'
        conditions = pod.get("status", {}).get("conditions") or ()
        return any(
            condition.get("type") == "PodScheduled" and wanted in (condition.get("message") or "")
            for condition in conditions
        )
