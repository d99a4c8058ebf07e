"""Who runs at the moment? One culler, by a Lease (coordination.k8s.io/v1), which also keeps its ledger.

Nobody's wall clock is believed: a Lease of another holder is taken only after it was seen unchanged for its
whole duration by our own monotonic clock, as client-go's leader election does it.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from libretexts_hub.clients.kube_api import Kind, KubeApi
from libretexts_hub.domain.cull_annotations import PREFIX
from libretexts_hub.domain.culling import Ledger
from libretexts_hub.domain.culling_errors import ConflictError, CullingError, GoneError

LEASES = Kind("leases", "coordination.k8s.io")
LEDGER = f"{PREFIX}ledger"


class Lease:
    """The Lease `namespace/name`, held as `holder`, which no other process may be called."""

    def __init__(
        self, api: KubeApi, namespace: str, name: str, holder: str, *, duration: float = 30.0
    ) -> None:
        self._api = api
        self._place = (namespace, name)
        self._holder = holder
        self._duration = max(1, round(duration))
        # Until when, by the monotonic clock, nobody else can have taken it.
        self._ours_until = float("-inf")
        self._is_lost = False
        self._version = ""
        self._renewing: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()

    async def acquire(self) -> bool:
        """Take it. Another one's is watched for its duration: renewed meanwhile, it stays theirs (False).

        Raises ForbiddenError, UnavailableError.
        """
        found = await self._api.read(LEASES, *self._place)
        if found is not None and self._is_of_another(found):
            found = await self._unchanged(found)
            if found is None:
                return False
        began = time.monotonic()
        try:
            if found is None:
                taken = await self._api.create(LEASES, self._place[0], self._manifest({}, 0))
            else:
                taken = await self._api.replace(LEASES, *self._place, self._taken_over(found))
        except (ConflictError, GoneError):
            return False
        self._hold(taken, began)
        self._renewing = asyncio.create_task(self._renew(), name="renew the culler's lease")
        return True

    def holds(self) -> bool:
        """Whether it is surely still ours: a change that begins now is ours alone."""
        return time.monotonic() < self._ours_until

    async def release(self) -> None:
        """Give it back, so that the next one need not wait. Never raises what a cluster answers."""
        if self._renewing is not None:
            self._renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._renewing
            self._renewing = None
        if self._version:
            with contextlib.suppress(CullingError):
                await self._write({"spec": {"holderIdentity": ""}})
        self._ours_until = float("-inf")
        self._version = ""

    async def ledger(self) -> Ledger:
        """What the last complete run saw; an empty one where it can't be read."""
        found = await self._api.read(LEASES, *self._place)
        return parse_ledger(((found or {}).get("metadata") or {}).get("annotations") or {})

    async def remember(self, ledger: Ledger) -> None:
        """Write it down, at the version that we have written last: also after a while in which nobody could
        renew it. Raises ConflictError where the Lease was taken away."""
        if self._is_lost or not self._version:
            raise ConflictError(
                "The Lease is not ours any more", where="/".join(self._place), fix="Another culler runs."
            )
        await self._write({"metadata": {"annotations": {LEDGER: json.dumps(asdict(ledger))}}})

    # Renewal ------------------------------------------------------------------------------------------------

    async def _renew(self) -> None:
        """Until it is lost. What goes wrong is tried again: the version says whether nobody else had it
        meanwhile, and until it is renewed `holds` is false."""
        while not self._is_lost:
            await asyncio.sleep(self._duration / 4)
            with contextlib.suppress(CullingError):
                await self._write({})

    async def _write(self, change: Mapping[str, Any]) -> None:
        """Change it at the version that we have written last; whatever this carries renews it too."""
        async with self._writing:
            began = time.monotonic()
            spec = {"renewTime": _now()} | dict(change.get("spec") or {})
            metadata = {"resourceVersion": self._version} | dict(change.get("metadata") or {})
            body = {"metadata": metadata, "spec": spec}
            try:
                written = await self._api.merge(LEASES, *self._place, body)
            except (ConflictError, GoneError):
                await self._look_again()
                raise
            self._hold(written, began)

    async def _look_again(self) -> None:
        """After a conflict: a write of ours whose answer was lost, or somebody else's."""
        found = await self._api.read(LEASES, *self._place)
        spec = (found or {}).get("spec") or {}
        if found is not None and spec.get("holderIdentity") == self._holder:
            self._version = str(found["metadata"]["resourceVersion"])
        else:
            self._is_lost = True
            self._ours_until = float("-inf")

    def _hold(self, written: dict[str, Any], began: float) -> None:
        self._is_lost = False
        self._version = str(written["metadata"]["resourceVersion"])
        # A little less than others wait, counted from before the request.
        self._ours_until = began + self._duration * 0.8

    # Taking -------------------------------------------------------------------------------------------------

    def _is_of_another(self, found: dict[str, Any]) -> bool:
        return (found.get("spec") or {}).get("holderIdentity") not in (None, "", self._holder)

    async def _unchanged(self, found: dict[str, Any]) -> dict[str, Any] | None:
        """The Lease once it was not renewed for its duration; None as soon as it is."""
        seconds = float((found.get("spec") or {}).get("leaseDurationSeconds") or self._duration)
        deadline = time.monotonic() + min(seconds, 3600.0)
        while (left := deadline - time.monotonic()) > 0:
            await asyncio.sleep(min(left, seconds / 4))
            now = await self._api.read(LEASES, *self._place)
            if now is None or not self._is_of_another(now):
                return now or found
            if now["metadata"]["resourceVersion"] != found["metadata"]["resourceVersion"]:
                return None
        return found

    def _taken_over(self, found: dict[str, Any]) -> dict[str, Any]:
        before = found.get("spec") or {}
        return self._manifest(found["metadata"], int(before.get("leaseTransitions") or 0) + 1)

    def _manifest(self, metadata: Mapping[str, Any], transitions: int) -> dict[str, Any]:
        kept = {key: metadata[key] for key in ("annotations", "labels", "resourceVersion") if key in metadata}
        now = _now()
        return {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {**kept, "name": self._place[1], "namespace": self._place[0]},
            "spec": {
                "holderIdentity": self._holder,
                "leaseDurationSeconds": self._duration,
                "acquireTime": now,
                "renewTime": now,
                "leaseTransitions": transitions,
            },
        }


def parse_ledger(annotations: Mapping[str, str]) -> Ledger:
    """The ledger in the annotations of a Lease; whatever can't be read is not known."""
    try:
        written = json.loads(annotations.get(LEDGER) or "{}")
    except ValueError:
        written = {}
    numbers = (
        {key: value for key, value in written.items() if type(value) in (int, float)}
        if isinstance(written, dict)
        else {}
    )
    users, claims = numbers.get("users"), numbers.get("claims")
    return Ledger(
        users=int(users) if users is not None else None,
        claims=int(claims) if claims is not None else None,
        finished=numbers.get("finished"),
        newest_activity=numbers.get("newest_activity"),
    )


def _now() -> str:
    """A MicroTime."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
