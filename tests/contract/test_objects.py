"""Is an object kept, found, refused and changed as the API server does it?"""

from __future__ import annotations

import re

import pytest

from tests.contract.api_client import fields_of, unique
from tests.contract.samples import (
    KINDS,
    config_map,
    lease,
    sample,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
every_kind = pytest.mark.parametrize("resource", KINDS)
# pkg/registry/core/*/storage: these stores set ReturnDeletedObject.
ANSWERS_WITH_THE_OBJECT = {"pods", "persistentvolumeclaims", "services", "serviceaccounts"}


@every_kind
async def test_an_object_lives(api, resource: str) -> None:
    name = unique("o")
    made = (await api.create(resource, sample(resource, name, api.namespace))).ok(201)
    meta = made["metadata"]
    assert (made["kind"], meta["name"], meta["namespace"]) == (KINDS[resource], name, api.namespace)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", meta["creationTimestamp"])
    assert meta["uid"]
    assert int(meta["resourceVersion"]) > 0
    read = (await api.get(resource, name)).ok(200)
    assert (read["kind"], read["metadata"]["uid"]) == (KINDS[resource], meta["uid"])

    listed = (await api.list(resource)).ok()
    assert (listed["kind"], listed["apiVersion"]) == (f"{KINDS[resource]}List", made["apiVersion"])
    assert int(listed["metadata"]["resourceVersion"]) >= int(meta["resourceVersion"])
    item = next(item for item in listed["items"] if item["metadata"]["name"] == name)
    assert not {"kind", "apiVersion"} & set(item), "the items of a typed list carry no kind"

    ended = (await api.delete(resource, name)).ok(200)
    if resource in ANSWERS_WITH_THE_OBJECT:
        assert (ended["kind"], ended["metadata"]["uid"]) == (KINDS[resource], meta["uid"])
    else:
        assert (ended["kind"], ended["status"]) == ("Status", "Success")
        assert (ended["details"]["name"], ended["details"]["uid"]) == (name, meta["uid"])
        assert ended["details"]["kind"] == resource
    await api.gone(resource, name)


@every_kind
async def test_a_name_is_taken(api, resource: str) -> None:
    name = unique("o")
    body = sample(resource, name, api.namespace)
    (await api.create(resource, body)).ok(201)
    status = (await api.create(resource, body)).failed(409, "AlreadyExists")
    assert (status["details"]["name"], status["details"]["kind"]) == (name, resource)
    assert status["message"].endswith(f'"{name}" already exists')
    await api.delete(resource, name)


@every_kind
async def test_a_name_is_not_found(api, resource: str) -> None:
    for method in ("GET", "DELETE"):
        status = (await api.ask(method, api.path(resource, "absent"))).failed(404, "NotFound")
        assert (status["details"]["name"], status["details"]["kind"]) == ("absent", resource)
        assert status["message"].endswith('"absent" not found')


@every_kind
async def test_a_namespace_is_missing(api, resource: str) -> None:
    nowhere = "no-such-namespace"
    body = sample(resource, "o", nowhere)
    path = api.path(resource, namespace=nowhere)
    status = (await api.ask("POST", path, body)).failed(404, "NotFound")
    assert status["details"] == {"name": nowhere, "kind": "namespaces"}
    assert status["message"] == f'namespaces "{nowhere}" not found'
    assert (await api.ask("GET", path)).ok(200)["items"] == []


async def test_namespaces(api) -> None:
    name = unique("contract-extra")
    made = (await api.create("namespaces", {"metadata": {"name": name, "labels": {"x": "y"}}})).ok(201)
    assert made["metadata"]["labels"]["kubernetes.io/metadata.name"] == name
    assert made["status"] == {"phase": "Active"}
    (await api.create("namespaces", {"metadata": {"name": name}})).failed(409, "AlreadyExists")
    assert (await api.list("namespaces", labelSelector="x=y")).ok()["kind"] == "NamespaceList"
    assert (await api.delete("namespaces", name)).ok(200)["metadata"]["name"] == name
    await api.gone("namespaces", name, seconds=60)


async def test_a_change_of_an_old_version_conflicts(api) -> None:
    name = unique("o")
    first = (await api.create("configmaps", config_map(name))).ok()
    changed = (await api.replace("configmaps", name, {**first, "data": {"a": "2"}})).ok(200)
    assert int(changed["metadata"]["resourceVersion"]) > int(first["metadata"]["resourceVersion"])
    status = (await api.replace("configmaps", name, {**first, "data": {"a": "3"}})).failed(409, "Conflict")
    assert (status["details"]["name"], status["details"]["kind"]) == (name, "configmaps")
    assert "the object has been modified" in status["message"]
    without = {**changed, "metadata": {"name": name}, "data": {"a": "4"}}
    assert (await api.replace("configmaps", name, without)).ok()["data"] == {"a": "4"}


async def test_a_change_that_changes_nothing_keeps_the_version(api) -> None:
    name = unique("o")
    first = (await api.create("configmaps", config_map(name))).ok()
    again = (await api.replace("configmaps", name, first)).ok()
    assert again["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]


@pytest.mark.parametrize(
    ("change", "code", "reason"),
    [
        pytest.param({"name": "other"}, 400, "BadRequest", id="other-name"),
        pytest.param({"namespace": "other"}, 400, "BadRequest", id="other-namespace"),
        pytest.param({"uid": "00000000-0000-0000-0000-000000000000"}, 409, "Conflict", id="other-uid"),
    ],
)
async def test_a_change_of_something_else_is_refused(api, change: dict, code: int, reason: str) -> None:
    name = unique("o")
    first = (await api.create("configmaps", config_map(name))).ok()
    body = {**first, "metadata": {**first["metadata"], **change}}
    assert (await api.replace("configmaps", name, body)).failed(code, reason)


async def test_a_change_of_nothing_is_not_found(api) -> None:
    assert (await api.replace("configmaps", "absent", config_map("absent"))).failed(404, "NotFound")


async def test_a_lease_changes_hands_once(api) -> None:
    name = unique("l")
    first = (await api.create("leases", lease(name))).ok()
    assert first["apiVersion"] == "coordination.k8s.io/v1"
    mine = {
        **first,
        "spec": {**first["spec"], "holderIdentity": "two", "renewTime": "2026-01-01T00:00:00.123456Z"},
    }
    taken = (await api.replace("leases", name, mine)).ok()
    assert taken["spec"]["renewTime"] == "2026-01-01T00:00:00.123456Z"
    other = {**first, "spec": {**first["spec"], "holderIdentity": "three"}}
    (await api.replace("leases", name, other)).failed(409, "Conflict")
    unversioned = {"metadata": {"name": name}, "spec": first["spec"]}
    status = (await api.replace("leases", name, unversioned)).failed(422, "Invalid")
    assert fields_of(status) == {"metadata.resourceVersion"}


async def test_a_name_is_made(api) -> None:
    made = [
        (await api.create("configmaps", {"metadata": {"generateName": "gen-"}})).ok(201) for _ in range(2)
    ]
    names = [one["metadata"]["name"] for one in made]
    assert len(set(names)) == 2
    assert all(re.fullmatch(r"gen-[a-z0-9]{5}", name) for name in names)
    assert made[0]["metadata"]["generateName"] == "gen-"


async def test_a_namespace_has_its_service_account(api) -> None:
    assert (await api.get("serviceaccounts", "default")).ok()["metadata"]["name"] == "default"
