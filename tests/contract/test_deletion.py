"""What does a delete end, what holds it up, and what goes with it?"""

from __future__ import annotations

import pytest

from tests.contract.api_client import unique, until
from tests.contract.samples import claim, config_map, gated_pod, secret

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("resource", ["configmaps", "pods", "persistentvolumeclaims"])
async def test_preconditions(api, resource: str) -> None:
    name = unique("d")
    body = {"configmaps": config_map, "pods": gated_pod, "persistentvolumeclaims": claim}[resource](name)
    made = (await api.create(resource, body)).ok()
    stale = made["metadata"]["resourceVersion"]
    (await api.patch(resource, name, {"metadata": {"labels": {"a": "b"}}})).ok()
    other = "00000000-0000-0000-0000-000000000000"
    for wrong in ({"uid": other}, {"resourceVersion": stale}):
        status = (await api.delete(resource, name, {"preconditions": wrong})).failed(409, "Conflict")
        assert "recondition" in status["message"]

    # The controllers write to a fresh claim too, so read it last.
    async def deleted() -> bool:
        meta = (await api.get(resource, name)).ok()["metadata"]
        right = {"uid": meta["uid"], "resourceVersion": meta["resourceVersion"]}
        return (await api.delete(resource, name, {"preconditions": right})).status == 200

    await until(deleted, 10, "the right preconditions were refused")
    await api.gone(resource, name)


async def test_a_finalizer_holds_an_object(api) -> None:
    name = unique("d")
    made = (await api.create("configmaps", config_map(name, finalizers=["example.com/hold"]))).ok()
    ended = (await api.delete("configmaps", name)).ok(200)
    meta = ended["metadata"]
    assert (ended["kind"], meta["uid"]) == ("ConfigMap", made["metadata"]["uid"])
    assert meta["deletionTimestamp"]
    assert meta["deletionGracePeriodSeconds"] == 0
    (await api.delete("configmaps", name)).ok(200)
    (await api.create("configmaps", config_map(name))).failed(409, "AlreadyExists")
    more = {"metadata": {"finalizers": ["example.com/hold", "example.com/more"]}}
    (await api.patch("configmaps", name, more)).failed(422, "Invalid")
    (await api.patch("configmaps", name, {"metadata": {"labels": {"still": "writable"}}})).ok()
    (await api.patch("configmaps", name, {"metadata": {"finalizers": None}})).ok(200)
    (await api.get("configmaps", name)).failed(404, "NotFound")


async def test_a_finalizer_holds_a_claim_and_its_name(api) -> None:
    name = unique("d")
    body = claim(name)
    body["metadata"]["finalizers"] = ["example.com/hold"]
    made = (await api.create("persistentvolumeclaims", body)).ok()
    assert sorted(made["metadata"]["finalizers"]) == ["example.com/hold", "kubernetes.io/pvc-protection"]
    (await api.delete("persistentvolumeclaims", name)).ok(200)
    status = (await api.create("persistentvolumeclaims", claim(name))).failed(409, "AlreadyExists")
    assert status["message"].startswith("object is being deleted:")
    (await api.patch("persistentvolumeclaims", name, {"metadata": {"finalizers": None}})).ok()
    await api.gone("persistentvolumeclaims", name)


async def test_an_unused_claim_goes(api) -> None:
    name = unique("d")
    (await api.create("persistentvolumeclaims", claim(name))).ok()
    (await api.create("pods", gated_pod(name, volumes=[home(name)]))).ok()
    (await api.delete("persistentvolumeclaims", name)).ok(200)
    await api.gone("persistentvolumeclaims", name)
    assert (await api.get("persistentvolumeclaims", name)).status == 404


def home(name: str) -> dict:
    return {"name": "home", "persistentVolumeClaim": {"claimName": name}}


async def test_a_pod_on_no_node_goes_at_once(api) -> None:
    name = unique("d")
    (await api.create("pods", gated_pod(name))).ok()
    (await api.delete("pods", name, {"gracePeriodSeconds": 30})).ok(200)
    assert (await api.get("pods", name)).failed(404, "NotFound")


def owned(name: str, owner: dict, **fields: object) -> dict:
    reference = {
        "apiVersion": "v1",
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        **fields,
    }
    body = secret(name)
    body["metadata"]["ownerReferences"] = [reference]
    return body


@pytest.mark.parametrize(
    "options", [None, {"propagationPolicy": "Background"}], ids=["default", "background"]
)
async def test_what_is_owned_goes_too(api, options: dict | None) -> None:
    name = unique("g")
    owner = (await api.create("pods", gated_pod(name))).ok()
    (await api.create("secrets", owned(name, owner))).ok()
    (await api.delete("pods", name, options)).ok(200)
    await api.gone("pods", name)
    await api.gone("secrets", name)
    assert (await api.get("secrets", name)).status == 404


async def test_an_orphan_stays(api) -> None:
    name = unique("g")
    owner = (await api.create("configmaps", config_map(name))).ok()
    (await api.create("secrets", owned(name, owner))).ok()
    (await api.delete("configmaps", name, {"propagationPolicy": "Orphan"})).ok(200)
    await api.gone("configmaps", name)
    left = (await api.get("secrets", name)).ok()
    assert "ownerReferences" not in left["metadata"]


async def test_the_owned_go_first_when_asked(api) -> None:
    name = unique("g")
    owner = (await api.create("configmaps", config_map(name))).ok()
    (await api.create("secrets", owned(name, owner, blockOwnerDeletion=True))).ok()
    marked = (await api.delete("configmaps", name, {"propagationPolicy": "Foreground"})).ok(200)
    assert "foregroundDeletion" in marked["metadata"]["finalizers"]
    await api.gone("configmaps", name)
    (await api.get("secrets", name)).failed(404, "NotFound")


async def test_an_owner_that_never_was(api) -> None:
    name = unique("g")
    ghost = {
        "kind": "ConfigMap",
        "metadata": {"name": "ghost", "uid": "00000000-0000-0000-0000-000000000000"},
    }
    (await api.create("secrets", owned(name, ghost))).ok()
    await api.gone("secrets", name)
    assert (await api.get("secrets", name)).status == 404


async def test_one_of_two_owners_is_enough(api) -> None:
    name = unique("g")
    owners = [(await api.create("configmaps", config_map(f"{name}-{number}"))).ok() for number in range(2)]
    body = owned(name, owners[0])
    body["metadata"]["ownerReferences"] += owned(name, owners[1])["metadata"]["ownerReferences"]
    (await api.create("secrets", body)).ok()
    (await api.delete("configmaps", f"{name}-0")).ok()

    async def one_owner() -> bool:
        return len((await api.get("secrets", name)).ok()["metadata"]["ownerReferences"]) == 1

    await until(one_owner, 30, "the owner that went is still named")
    (await api.delete("configmaps", f"{name}-1")).ok()
    await api.gone("secrets", name)
    assert (await api.get("secrets", name)).status == 404


async def test_a_selection_is_deleted(api) -> None:
    run = unique("run")
    for number in range(3):
        (await api.create("configmaps", config_map(f"{run}-{number}", {"run": run, "n": str(number)}))).ok()
    answer = await api.ask("DELETE", api.path("configmaps"), labelSelector=f"run={run},n!=2")
    assert answer.ok(200)["kind"] == "ConfigMapList"
    left = (await api.list("configmaps", labelSelector=f"run={run}")).ok()["items"]
    assert [item["metadata"]["name"] for item in left] == [f"{run}-2"]


async def test_a_namespace_takes_everything_with_it(api) -> None:
    space = unique("contract-doomed")
    (await api.create("namespaces", {"metadata": {"name": space}})).ok()
    path = api.path("configmaps", namespace=space)
    (await api.ask("POST", path, config_map("held", finalizers=["example.com/hold"]))).ok()
    (await api.ask("POST", path, config_map("free"))).ok()
    (await api.delete("namespaces", space)).ok(200)
    ending = (await api.get("namespaces", space)).ok()
    assert (ending["status"]["phase"], "deletionTimestamp" in ending["metadata"]) == ("Terminating", True)
    status = (await api.ask("POST", path, config_map("late"))).failed(403, "Forbidden")
    assert status["details"]["causes"][0]["reason"] == "NamespaceTerminating"

    async def only_the_held() -> bool:
        items = (await api.ask("GET", path)).ok()["items"]
        return [item["metadata"]["name"] for item in items] == ["held"]

    await until(only_the_held, 60, "the rest is still there")
    free = {"Content-Type": "application/merge-patch+json"}
    (await api.ask("PATCH", f"{path}/held", {"metadata": {"finalizers": None}}, headers=free)).ok()
    await api.gone("namespaces", space, seconds=60)
