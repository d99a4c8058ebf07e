"""Does the culler read and change a cluster so that no object but the one that it read is ever touched?"""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
import pytest_asyncio

from libretexts_hub.clients.claim_events import ClaimEvents
from libretexts_hub.clients.claim_pods import ClaimPods
from libretexts_hub.clients.claims import Claims
from libretexts_hub.clients.database_secrets import DatabaseSecrets
from libretexts_hub.clients.kube_access import find_access, fixed
from libretexts_hub.clients.kube_api import Kind, KubeApi
from libretexts_hub.clients.leases import LEDGER, Lease, parse_ledger
from libretexts_hub.clients.polite_requests import PoliteClient
from libretexts_hub.clients.snapshots import Snapshots
from libretexts_hub.domain.culling import Ledger
from libretexts_hub.domain.culling_errors import (
    ConflictError,
    ForbiddenError,
    GoneError,
    PartialListError,
    RefusedError,
    UnavailableError,
)
from libretexts_hub.errors import SetupError
from tests.clients.culler_hub import QUICK
from tests.clients.fake_snapshots import FakeSnapshots
from tests.servers.faults import FaultProxy
from tests.servers.namespace_objects import eventually
from tests.servers.target import fresh_namespace

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def proxy(target):
    async with FaultProxy(target) as faults:
        yield faults


@asynccontextmanager
async def asking(kubeconfig, **more):
    access = find_access(environment={"KUBECONFIG": str(kubeconfig)})
    options = {"patience": QUICK, "tls": access.tls, "concurrency": 4} | more
    async with PoliteClient(access.server, access.authorization, **options) as client:
        yield KubeApi(client)


@pytest_asyncio.fixture(loop_scope="module")
async def world(target, proxy):
    """A namespace of its own behind the fault proxy, and the clients for it."""
    with fresh_namespace(target, "claims") as own:
        async with proxy.afresh() as faults, asking(faults.kubeconfig) as api:
            yield SimpleNamespace(
                api=api, faults=faults, namespace=own.namespace, claims=Claims(api, [own.namespace])
            )


def manifest(namespace, name, **metadata):
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": namespace, **metadata},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }


async def settled(world, **metadata):
    """A claim `home` that no controller changes any more."""
    found = await world.claims.create(manifest(world.namespace, "home", **metadata))

    async def rests():
        nonlocal found
        before, found = found, await world.claims.get(world.namespace, "home")
        await asyncio.sleep(0.2)
        return before == found == await world.claims.get(world.namespace, "home")

    await eventually("the claim rests", rests)
    return found


async def test_a_claim_is_made_marked_and_deleted(world):
    made = await settled(world, annotations={"a": "1"})
    assert (made.bytes, made.access_modes, made.finalizers) == (2**30, ("ReadWriteOnce",), ())
    marked = await world.claims.annotate(made, {"b": "2", "a": None})
    assert {"b": "2"}.items() <= marked.annotations.items()
    assert "a" not in marked.annotations
    await world.claims.delete(await world.claims.get(world.namespace, "home"))

    async def gone():
        found = await world.claims.get(world.namespace, "home")
        return found is None or found.is_leaving

    await eventually("the claim goes", gone)


async def test_a_claim_that_changed_meanwhile_is_neither_marked_nor_deleted(world):
    old = await settled(world)
    await world.claims.annotate(old, {"by": "somebody"})

    for attempt in (world.claims.annotate(old, {"mark": "1"}), world.claims.delete(old)):
        with pytest.raises(ConflictError):
            await attempt
    found = await world.claims.get(world.namespace, "home")
    assert not found.is_leaving
    assert "mark" not in found.annotations


async def test_a_claim_made_again_under_the_name_is_another_one(world):
    now = await settled(world)
    other = replace(now, uid="00000000-0000-0000-0000-000000000000")

    for attempt in (world.claims.annotate(other, {"mark": "1"}), world.claims.delete(other)):
        with pytest.raises(ConflictError):
            await attempt
    assert await world.claims.get(world.namespace, "home") == now


async def test_what_is_not_there(world):
    made = await world.claims.create(manifest(world.namespace, "home"))
    missing = replace(made, name="other")
    assert await world.claims.get(world.namespace, "other") is None
    with pytest.raises(GoneError):
        await world.claims.delete(missing)
    with pytest.raises(GoneError):
        await world.claims.annotate(missing, {"a": "1"})
    with pytest.raises(ConflictError):
        await world.claims.create(manifest(world.namespace, "home"))


async def test_pages_of_several_namespaces_hold_every_claim_once(world, target):
    with fresh_namespace(target, "more") as more:
        places = [(world.namespace, f"a{number}") for number in range(5)] + [(more.namespace, "b")]
        await asyncio.gather(*(world.claims.create(manifest(*place)) for place in places))
        claims = Claims(world.api, [world.namespace, more.namespace])
        found, token, first = [], "", True
        while token or first:
            page = await claims.page(token=token, limit=2)
            found, token, first = [*found, *page.claims], page.next_token, False
        assert sorted(claim.place for claim in found) == sorted(places)
        assert page.remaining == 0
        assert page.server_time is not None


async def test_an_expired_page_is_no_end(world):
    await asyncio.gather(*(world.claims.create(manifest(world.namespace, f"a{n}")) for n in range(3)))
    page = await world.claims.page(limit=2)
    await world.faults.add("status", resource="persistentvolumeclaims", status=410)
    with pytest.raises(PartialListError):
        await world.claims.page(token=page.next_token, limit=2)
    with pytest.raises(PartialListError):
        await world.claims.page(token="no token")


async def test_reads_wait_for_an_api_server_that_is_pressed(world):
    await world.claims.create(manifest(world.namespace, "home"))
    await world.faults.add("status", verb="list", resource="persistentvolumeclaims", status=429, first=1)
    await world.faults.add("status", verb="list", resource="persistentvolumeclaims", status=500, first=2)
    assert len((await world.claims.page()).claims) == 1


async def test_a_delete_whose_answer_is_lost_is_not_sent_again(world):
    made = await world.claims.create(manifest(world.namespace, "home"))
    await world.faults.add("drop", verb="delete", resource="persistentvolumeclaims", when="after")
    with pytest.raises(UnavailableError) as lost:
        await world.claims.delete(made)
    assert lost.value.is_sure is False
    assert len(await world.faults.requests(verb="delete")) == 1


@pytest.mark.parametrize(
    ("status", "message", "error"),
    [
        (403, 'cannot delete resource "persistentvolumeclaims"', ForbiddenError),
        (403, "ValidatingAdmissionPolicy 'x' denied request: no mark", RefusedError),
        (422, "spec is immutable", RefusedError),
        (500, "etcd", UnavailableError),
    ],
)
async def test_a_refusal_is_told_from_a_failure(world, status, message, error):
    made = await world.claims.create(manifest(world.namespace, "home"))
    body = json.dumps({"kind": "Status", "message": message})
    await world.faults.add("status", verb="delete", status=status, body=body)
    with pytest.raises(error):
        await world.claims.delete(made)


async def test_pods_of_anybody_that_name_a_claim(world):
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "home"}}]
    await world.claims.create(manifest(world.namespace, "home"))
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "someones", "namespace": world.namespace},
        "spec": {
            "containers": [{"name": "c", "image": "localhost/none:1"}],
            "volumes": volumes,
            "schedulingGates": [{"name": "example.org/wait"}],
        },
    }
    await world.api.create(Kind("pods"), world.namespace, pod)
    found = await ClaimPods(world.api).mounting(world.namespace, ["home", "other"])
    assert found == {"home": ("someones",), "other": ()}


async def test_a_secret_is_deleted_without_being_read(world):
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "db", "namespace": world.namespace, "labels": {"component": "database"}},
        "stringData": {"password": "hidden"},
    }
    await world.api.create(Kind("secrets"), world.namespace, secret)
    secrets = DatabaseSecrets(world.api)
    found = await secrets.get(world.namespace, "db")
    assert found.labels == {"component": "database"}
    assert "hidden" not in repr(found)
    with pytest.raises(ConflictError):
        await secrets.delete(replace(found, uid="00000000-0000-0000-0000-000000000000"))
    await secrets.delete(found)
    assert await secrets.get(world.namespace, "db") is None


async def test_an_event_is_on_the_claim(world):
    made = await world.claims.create(manifest(world.namespace, "home"))
    await ClaimEvents(world.api).tell(made.place, made.uid, "HomeMarked", "x" * 5000)
    events = await world.api.everything(Kind("events"), world.namespace)
    assert ("HomeMarked", "home") in [(each["reason"], each["involvedObject"]["name"]) for each in events]


# One at a time ----------------------------------------------------------------------------------------------


async def test_only_one_runs_and_what_it_saw_is_kept(world):
    first, second = (Lease(world.api, world.namespace, "culler", who, duration=2) for who in "ab")
    assert await first.acquire()
    assert first.holds()
    assert not await second.acquire()  # renewed meanwhile
    assert not second.holds()
    await first.remember(Ledger(users=5, claims=7, finished=1.5))
    await first.release()
    assert not first.holds()
    assert await second.acquire()
    assert await second.ledger() == Ledger(users=5, claims=7, finished=1.5)
    with pytest.raises(ConflictError):
        await first.remember(Ledger(users=1))
    await second.release()


async def test_a_killed_ones_lease_is_taken_after_its_duration(world):
    first, second = (Lease(world.api, world.namespace, "culler", who, duration=1) for who in "ab")
    assert await first.acquire()
    first._renewing.cancel()  # SIGKILL: nothing is renewed and nothing given back

    assert await second.acquire()
    assert not first.holds()
    await second.release()


async def test_a_lease_that_was_taken_away_is_noticed(world):
    first = Lease(world.api, world.namespace, "culler", "a", duration=1)
    assert await first.acquire()
    theirs = {"spec": {"holderIdentity": "thief"}}
    await world.api.merge(Kind("leases", "coordination.k8s.io"), world.namespace, "culler", theirs)

    async def lost():
        return not first.holds()

    await eventually("the holder notices", lost, 10)
    await first.release()


class Unreachable:
    """The API, whose changes can be cut off for a while."""

    def __init__(self, api: KubeApi) -> None:
        self.api, self.is_away = api, False

    def __getattr__(self, name):
        return getattr(self.api, name)

    async def merge(self, *words):
        if self.is_away:
            raise UnavailableError("PATCH was not done", where="a test", fix="Wait.")
        return await self.api.merge(*words)


async def test_a_lease_that_nobody_took_meanwhile_is_held_again(world):
    """The API server was away for longer than the Lease lasts: nothing is changed then."""
    api = Unreachable(world.api)
    first = Lease(api, world.namespace, "culler", "a", duration=1)
    assert await first.acquire()
    api.is_away = True
    await eventually("nothing may be changed", lambda: _is(not first.holds()), 10)
    api.is_away = False
    await eventually("it may again", lambda: _is(first.holds()), 10)
    await first.remember(Ledger(users=5))
    assert (await first.ledger()).users == 5
    await first.release()


async def test_a_lease_that_was_taken_while_the_api_was_away_stays_taken(world):
    api = Unreachable(world.api)
    first, second = (
        Lease(each, world.namespace, "culler", who, duration=1)
        for each, who in ((api, "a"), (world.api, "b"))
    )
    assert await first.acquire()
    api.is_away = True
    assert await second.acquire()
    api.is_away = False
    with pytest.raises(ConflictError):
        await first.remember(Ledger(users=1))
    assert not first.holds()
    assert second.holds()
    await first.release()
    assert second.holds()
    await second.release()


async def _is(answer: bool) -> bool:
    return answer


@pytest.mark.parametrize("written", ["", "{", "[]", '{"users": "many"}', '{"users": true}', '"x"', "null"])
async def test_a_ledger_that_cannot_be_read_is_empty(written):
    assert parse_ledger({LEDGER: written}) == Ledger()


# Snapshots --------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture(loop_scope="module")
async def fake():
    async with (
        FakeSnapshots().running() as fake,
        PoliteClient(fake.url, fixed(""), patience=QUICK) as client,
    ):
        fake.client = Snapshots(KubeApi(client), ["ns"], snapshot_class="retained")
        yield fake


@pytest.mark.parametrize(
    ("driver", "ready", "error"),
    [("ready", True, ""), ("error", False, "the disk is full"), ("never", False, "")],
)
async def test_a_snapshot_says_what_it_is(world, fake, driver, ready, error):
    claim = replace(await world.claims.create(manifest(world.namespace, "home")), namespace="ns")
    fake.driver = driver
    made = await fake.client.create(claim, "cull-home", {"note": "x"})
    assert (made.is_ready, made.error, made.claim_uid) == (ready, error, claim.uid)
    assert made.is_retained is True
    assert await fake.client.create(claim, "cull-home", {}) == made  # asked again after a restart
    assert await fake.client.list() == (made,)
    with pytest.raises(ConflictError):
        await fake.client.create(replace(claim, uid="other"), "cull-home", {})
    with pytest.raises(ConflictError):
        await fake.client.delete(replace(made, resource_version="0"))
    await fake.client.delete(made)
    assert await fake.client.get("ns", "cull-home") is None


async def test_a_snapshot_that_goes_with_its_claim_is_told(world, fake):
    claim = replace(await world.claims.create(manifest(world.namespace, "home")), namespace="ns")
    fake.policy = "Delete"
    assert (await fake.client.create(claim, "cull-home", {})).is_retained is False


# Access -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [None, "", "{", "[]", "kind: Config", "current-context: x"])
async def test_no_cluster_is_one_sentence(tmp_path, text):
    path = tmp_path / "kubeconfig"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SetupError, match="No cluster"):
        find_access(environment={"KUBECONFIG": str(path)})


async def test_a_pods_token_is_read_again(tmp_path, target, monkeypatch):
    monkeypatch.setattr("libretexts_hub.clients.kube_access.TOKEN_SECONDS", 0)
    (tmp_path / "token").write_text("first\n")
    (tmp_path / "namespace").write_text("jhub")
    (tmp_path / "ca.crt").write_bytes(target.ca_file.read_bytes())
    access = find_access(tmp_path, {"KUBERNETES_SERVICE_HOST": "fd00::1"})
    assert (access.server, access.namespace) == ("https://[fd00::1]:443", "jhub")
    assert await access.authorization() == "Bearer first"
    (tmp_path / "token").write_text("second")
    assert await access.authorization() == "Bearer second"
    (tmp_path / "token").unlink()
    assert await access.authorization() == "Bearer second"
