"""Does the cluster do by itself what a cluster does: bind claims, collect garbage, empty namespaces?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from libretexts_hub.local_cluster.controllers.event_expiry import expire_events
from tests.local_cluster.api_harness import Api, claim, config_map, pod, until

CLAIMS = "persistentvolumeclaims"
Object = dict[str, Any]


def owned(name: str, *owners: Object, **more: Any) -> Object:
    references = [
        {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"]}
        | {"uid": owner["metadata"]["uid"], **more}
        for owner in owners
    ]
    return {"metadata": {"name": name, "ownerReferences": references}}


async def gone(api: Api, resource: str, name: str) -> None:
    await until(
        lambda: api.store.find(resource, "default", name) is None, f"{resource} {name} is still there"
    )


async def bound(api: Api, name: str = "c") -> Object:
    def find() -> Object | None:
        found = api.store.get(CLAIMS, "default", name)
        return found if found["status"]["phase"] == "Bound" else None

    return await until(find, "the claim was never bound")


async def mounted(api: Api, name: str = "p", node: str = "local") -> None:
    """A pod on a node that mounts the claim `c`."""
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}]
    (await api.post("pods", pod(name, volumes=volumes))).ok(201)
    api.store.update("pods", "default", name, lambda obj: obj["spec"].update(nodeName=node))


async def test_a_claim_is_bound(api: Api) -> None:
    assert (await api.post(CLAIMS, claim())).ok(201)["status"] == {"phase": "Pending"}
    found = await bound(api)
    assert found["spec"]["volumeName"] == f"pvc-{found['metadata']['uid']}"
    assert found["status"]["capacity"] == {"storage": "1Gi"}
    (event,) = api.store.list("events", "default")[0]
    assert (event["reason"], event["involvedObject"]["uid"]) == (
        "ProvisioningSucceeded",
        found["metadata"]["uid"],
    )


@pytest.mark.parametrize(
    ("name", "reason", "words"),
    [
        ("fast", "ProvisioningFailed", 'storageclass.storage.k8s.io "fast" not found'),
        ("", "FailedBinding", "no storage class is set"),
    ],
)
async def test_a_claim_of_another_class_waits_and_says_why(
    api: Api, name: str, reason: str, words: str
) -> None:
    (await api.post(CLAIMS, claim(storageClassName=name))).ok(201)
    event = (await until(lambda: api.store.list("events", "default")[0], "no event"))[0]
    assert event["reason"] == reason
    assert words in event["message"]
    assert api.store.get(CLAIMS, "default", "c")["status"]["phase"] == "Pending"


async def test_an_unused_claim_goes_at_once(api: Api) -> None:
    (await api.post(CLAIMS, claim())).ok(201)
    assert (await api.delete(f"{CLAIMS}/c")).ok()["metadata"]["finalizers"] == [
        "kubernetes.io/pvc-protection"
    ]
    await gone(api, CLAIMS, "c")


async def test_a_used_claim_waits_for_its_last_pod(api: Api) -> None:
    (await api.post(CLAIMS, claim())).ok(201)
    for name in "ab":
        await mounted(api, name)
    ending = (await api.delete(f"{CLAIMS}/c")).ok()
    assert ending["metadata"]["deletionTimestamp"]
    api.store.update("pods", "default", "a", lambda obj: obj.update(status={"phase": "Succeeded"}))
    for name in "ab":
        await bound(api)
        assert "deletionTimestamp" in api.store.get(CLAIMS, "default", "c")["metadata"]
        (await api.delete(f"pods/{name}?gracePeriodSeconds=0")).ok()
    await gone(api, CLAIMS, "c")


async def test_a_pod_without_a_node_holds_no_claim(api: Api) -> None:
    (await api.post(CLAIMS, claim())).ok(201)
    await mounted(api, node="")
    (await api.delete(f"{CLAIMS}/c")).ok()
    await gone(api, CLAIMS, "c")


async def test_what_is_owned_goes_with_its_owner(api: Api) -> None:
    owner = (await api.post("configmaps", config_map())).ok(201)
    (await api.post("secrets", owned("s", owner))).ok(201)
    (await api.delete("configmaps/m")).ok()
    await gone(api, "secrets", "s")


async def test_one_of_two_owners_is_enough(api: Api) -> None:
    owners = [(await api.post("configmaps", config_map(name))).ok(201) for name in "ab"]
    (await api.post("secrets", owned("s", *owners))).ok(201)
    (await api.delete("configmaps/a")).ok()

    def names() -> list[str]:
        references = api.store.get("secrets", "default", "s")["metadata"]["ownerReferences"]
        return [reference["name"] for reference in references]

    await until(lambda: names() == ["b"], "the owner that went is still named")
    (await api.delete("configmaps/b")).ok()
    await gone(api, "secrets", "s")


async def test_an_owner_that_never_was(api: Api) -> None:
    ghost = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "ghost", "uid": "1"}}
    (await api.post("secrets", owned("s", ghost))).ok(201)
    await gone(api, "secrets", "s")


async def test_an_owner_of_a_kind_unknown_here_is_believed(api: Api) -> None:
    robot = {"apiVersion": "example.com/v1", "kind": "Robot", "metadata": {"name": "r", "uid": "1"}}
    ghost = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "ghost", "uid": "1"}}
    (await api.post("secrets", owned("kept", robot))).ok(201)
    (await api.post("secrets", owned("collected", ghost))).ok(201)
    await gone(api, "secrets", "collected")
    (await api.get("secrets/kept")).ok()


async def test_an_owner_waits_in_the_foreground(api: Api) -> None:
    owner = (await api.post("configmaps", config_map())).ok(201)
    body = owned("s", owner, blockOwnerDeletion=True)
    body["metadata"]["finalizers"] = ["example.com/hold"]
    (await api.post("secrets", body)).ok(201)
    waiting = (await api.delete("configmaps/m", {"propagationPolicy": "Foreground"})).ok()
    assert waiting["metadata"]["finalizers"] == ["foregroundDeletion"]
    await until(
        lambda: "deletionTimestamp" in api.store.get("secrets", "default", "s")["metadata"],
        "the secret is not deleted",
    )
    (await api.get("configmaps/m")).ok()
    (await api.patch("secrets/s", {"metadata": {"finalizers": None}})).ok()
    await gone(api, "secrets", "s")
    await gone(api, "configmaps", "m")


async def test_orphans_are_set_free(api: Api) -> None:
    owner = (await api.post("configmaps", config_map())).ok(201)
    (await api.post("secrets", owned("s", owner))).ok(201)
    (await api.delete("configmaps/m", {"propagationPolicy": "Orphan"})).ok()
    await gone(api, "configmaps", "m")
    assert "ownerReferences" not in (await api.get("secrets/s")).ok()["metadata"]


async def test_a_namespace_has_its_service_account(api: Api) -> None:
    (await api.post("/api/v1/namespaces", {"metadata": {"name": "n"}})).ok(201)
    (await api.post("/api/v1/namespaces/n/pods", pod())).ok(201)
    (await api.delete("/api/v1/namespaces/n/serviceaccounts/default")).ok()
    await until(
        lambda: api.store.find("serviceaccounts", "n", "default"), "the service account never came back"
    )


async def test_a_namespace_goes_when_it_is_empty(api: Api) -> None:
    (await api.post("/api/v1/namespaces", {"metadata": {"name": "n"}})).ok(201)
    (await api.post("/api/v1/namespaces/n/configmaps", config_map(finalizers=["example.com/hold"]))).ok(201)
    (await api.post("/api/v1/namespaces/n/secrets", {"metadata": {"name": "s"}})).ok(201)
    assert (await api.delete("/api/v1/namespaces/n")).ok()["status"]["phase"] == "Terminating"
    (await api.post("/api/v1/namespaces/n/secrets", {"metadata": {"name": "t"}})).refused(403, "Forbidden")
    await until(lambda: api.store.find("secrets", "n", "s") is None, "the secret is still there")
    (await api.patch("/api/v1/namespaces/n/configmaps/m", {"metadata": {"finalizers": None}})).ok()
    await until(lambda: api.store.find("namespaces", None, "n") is None, "the namespace is still there")


async def test_events_are_kept_for_an_hour(api: Api) -> None:
    now = datetime.now(UTC)
    # An hour after the last write, whatever older time the writer names in it.
    for name, minutes in (("at-once", -90), ("repeated", 30)):
        last = (now + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
        involved = {"kind": "Pod", "namespace": "default", "name": "p"}
        event = {"metadata": {"name": name}, "involvedObject": involved, "lastTimestamp": last}
        (await api.post("events", event)).ok(201)

    def kept(minutes: int) -> list[str]:
        expire_events(api.store, now + timedelta(minutes=minutes))
        return sorted(event["metadata"]["name"] for event in api.store.list("events")[0])

    assert kept(59) == ["at-once", "repeated"]
    assert kept(62) == ["repeated"]
    assert kept(92) == []
