"""Is the culler held to its rights by a real API server, even where its own code would be wrong?"""

from __future__ import annotations

import contextlib
import time
from types import SimpleNamespace

import pytest
import pytest_asyncio

from libretexts_hub.clients.claim_pods import ClaimPods
from libretexts_hub.clients.claims import Claims
from libretexts_hub.clients.database_secrets import DatabaseSecrets
from libretexts_hub.clients.kube_api import Kind
from libretexts_hub.clients.leases import Lease
from libretexts_hub.domain import cull_annotations as keys
from libretexts_hub.domain.culling_errors import CullingError, ForbiddenError, RefusedError
from tests.clients.culler_account import held_to_rights
from tests.clients.test_claims import manifest
from tests.servers.namespace_objects import eventually

pytestmark = [pytest.mark.real_cluster, pytest.mark.asyncio(loop_scope="module")]
LABELS = {"component": "singleuser-storage"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(real):
    """A namespace with the culler's account, its Role as printed, and the policy in force."""
    async with held_to_rights(real, "rights", ["culler"]) as held, held.as_culler() as api:
        made = SimpleNamespace(
            admin=Claims(held.admin, [held.namespace]),
            claims=Claims(api, [held.namespace]),
            api=api,
            namespace=held.namespace,
            raw=held.admin,
        )
        await _until_enforced(made)
        yield made


async def _until_enforced(world) -> None:
    """A policy is in force some seconds after it was made."""
    claim = await made(world, "probe")

    async def enforced():
        now = await world.admin.get(*claim.place)
        with contextlib.suppress(RefusedError):
            await world.claims.annotate(now, {"other": str(time.time())})
            return False
        return True

    await eventually("the policy is in force", enforced, 60)


def mark(claim, **more):
    return {
        keys.VERSION: "1",
        keys.USER: "ada",
        keys.CLAIM_UID: claim.uid,
        keys.MARKED_AT: "2026-01-01T00:00:00Z",
        keys.DELETE_AFTER: "2026-02-01T00:00:00Z",
        keys.DELETING_AT: "2026-02-01T00:00:01Z",
    } | more


async def made(world, name, labels=LABELS):
    body = manifest(world.namespace, name, labels=labels)
    # No provisioner has this class, so that no controller changes the claim meanwhile.
    body["spec"]["storageClassName"] = "none-of-this-name"
    return await world.admin.create(body)


async def marked(world, name, labels=LABELS, **more):
    claim = await made(world, name, labels)
    for _ in range(5):
        with contextlib.suppress(CullingError):
            return await world.claims.annotate(await world.admin.get(*claim.place), mark(claim, **more))
    raise AssertionError("the claim could not be marked")


async def test_a_home_whose_time_is_over_may_go(world):
    await world.claims.delete(await marked(world, "over"))
    found = await world.admin.get(world.namespace, "over")
    assert found is None or found.is_leaving


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("grace", {keys.DELETING_AT: "2026-01-31T23:59:59Z"}, "grace time"),
        ("backwards", {keys.MARKED_AT: "2026-03-01T00:00:00Z"}, "grace time"),
        ("copied", {keys.CLAIM_UID: "00000000-0000-0000-0000-000000000000"}, "another claim"),
        ("unsaid", {keys.DELETING_AT: None}, "no mark"),
        ("nobody", {keys.USER: None}, "no mark"),
        ("held", {keys.HOLD: "audit"}, "protected"),
        ("protected", {keys.PROTECT: "true"}, "protected"),
        ("nonsense", {keys.DELETE_AFTER: "soon"}, ""),
    ],
)
async def test_a_home_that_has_time_left_may_not(world, name, more, words):
    claim = await marked(world, name, **more)
    with pytest.raises(RefusedError, match=words):
        await world.claims.delete(claim)
    assert not (await world.admin.get(*claim.place)).is_leaving


async def test_a_claim_without_a_mark_may_not(world):
    with pytest.raises(RefusedError, match="no mark"):
        await world.claims.delete(await made(world, "plain"))


@pytest.mark.parametrize("labels", [{}, {"component": "prometheus"}])
async def test_a_claim_that_is_no_home_may_not(world, labels):
    claim = await marked(world, f"foreign-{len(labels)}", labels)
    with pytest.raises(RefusedError, match="homes"):
        await world.claims.delete(claim)


async def test_nothing_but_its_own_annotations_is_changed(world):
    claim = await made(world, "changed")
    change = {"metadata": {"labels": {"component": "database"}}}
    with pytest.raises(RefusedError, match="own annotations"):
        await world.api.merge(Kind("persistentvolumeclaims"), *claim.place, change)
    with pytest.raises(RefusedError, match="own annotations"):
        await world.claims.annotate(await world.admin.get(*claim.place), {keys.OWNER: "eve"})


async def test_only_a_databases_secret_may_go(world):
    secrets = DatabaseSecrets(world.api)
    for name, labels in (("db", {"component": "database"}), ("hub", {})):
        body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "labels": labels}}
        await world.raw.create(Kind("secrets"), world.namespace, body)
    await secrets.delete(await secrets.get(world.namespace, "db"))
    with pytest.raises(RefusedError, match="Secrets only"):
        await secrets.delete(await secrets.get(world.namespace, "hub"))


async def test_what_is_printed_is_enough(world):
    assert (await world.claims.page()).claims
    assert await ClaimPods(world.api).mounting(world.namespace, ["x"]) == {"x": ()}
    lease = Lease(world.api, world.namespace, "culler", "a", duration=5)
    assert await lease.acquire()
    await lease.release()


async def test_what_is_not_printed_is_refused(world):
    with pytest.raises(ForbiddenError):
        await world.claims.create(manifest(world.namespace, "new"))
    with pytest.raises(ForbiddenError):
        await world.api.everything(Kind("secrets"), world.namespace)
    with pytest.raises(ForbiddenError):
        await Claims(world.api, []).page()
