"""Does the store keep versions, conflicts, deletions and watches as the real server's registry does?"""

import asyncio
from typing import Any

import pytest

from libretexts_hub.local_cluster import bootstrap
from libretexts_hub.local_cluster.status import ApiError
from libretexts_hub.local_cluster.store import Store

Object = dict[str, Any]


@pytest.fixture
def store() -> Store:
    filled = Store()
    bootstrap.fill(filled)
    return filled


def config_map(name: str, **meta: Any) -> Object:
    return {"metadata": {"name": name, **meta}, "data": {"a": "1"}}


def scheduled_pod(store: Store, name: str = "p", **spec: Any) -> Object:
    return store.create(
        "pods", "default", {"metadata": {"name": name}, "spec": {"nodeName": "local", **spec}}
    )


def refusal(action: Any, *arguments: Any, **options: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        action(*arguments, **options)
    return caught.value


def brief(subscription: Any) -> list[tuple[str, str]]:
    return [(event.type, event.object["metadata"]["name"]) for event in subscription.take()]


def test_a_new_object_gets_its_identity(store: Store) -> None:
    made = store.create("configmaps", "default", config_map("m", uid="mine", resourceVersion="7"))
    assert made["kind"] == "ConfigMap"
    assert made["metadata"]["namespace"] == "default"
    assert made["metadata"]["uid"] != "mine"
    assert made["metadata"]["resourceVersion"] == str(store.version)


def test_what_the_caller_holds_is_not_what_is_kept(store: Store) -> None:
    sent = config_map("m")
    store.create("configmaps", "default", sent)
    sent["data"]["a"] = "2"
    assert store.get("configmaps", "default", "m")["data"] == {"a": "1"}


def test_generated_names_differ(store: Store) -> None:
    names = {
        store.create("configmaps", "default", {"metadata": {"generateName": "m-"}})["metadata"]["name"]
        for _ in range(20)
    }
    assert len(names) == 20
    assert all(name.startswith("m-") and len(name) == 7 for name in names)


def test_a_long_base_is_cut(store: Store) -> None:
    made = store.create("configmaps", "default", {"metadata": {"generateName": "m" * 100}})
    assert len(made["metadata"]["name"]) == 63


@pytest.mark.parametrize(
    ("namespace", "status", "reason"),
    [
        pytest.param("default", 409, "AlreadyExists", id="name taken"),
        pytest.param("nowhere", 404, "NotFound", id="no such namespace"),
        pytest.param("ending", 403, "Forbidden", id="namespace is being deleted"),
    ],
)
def test_a_refused_object_leaves_no_trace(store: Store, namespace: str, status: int, reason: str) -> None:
    store.create("namespaces", None, bootstrap.namespace("ending"))
    store.delete("namespaces", None, "ending")
    store.create("configmaps", "default", config_map("m"))
    before = store.version
    error = refusal(store.create, "configmaps", namespace, config_map("m"))
    assert (error.status, error.reason, store.version) == (status, reason, before)


def test_a_dry_run_leaves_no_trace(store: Store) -> None:
    before = store.version
    store.create("configmaps", "default", config_map("m"), dry_run=True)
    assert store.find("configmaps", "default", "m") is None
    store.create("configmaps", "default", config_map("m"))
    store.update("configmaps", "default", "m", lambda obj: obj.update(data={}), dry_run=True)
    store.delete("configmaps", "default", "m", dry_run=True)
    assert store.get("configmaps", "default", "m")["data"] == {"a": "1"}
    assert store.version == before + 1


def test_no_change_makes_no_version(store: Store) -> None:
    store.create("configmaps", "default", config_map("m"))
    before = store.version
    store.update("configmaps", "default", "m", lambda obj: None)
    assert store.version == before


def test_an_update_cannot_change_the_identity(store: Store) -> None:
    made = store.create("configmaps", "default", config_map("m"))
    changed = store.update(
        "configmaps", "default", "m", lambda obj: obj["metadata"].update(uid="x", name="y")
    )
    assert changed["metadata"]["uid"] == made["metadata"]["uid"]
    assert changed["metadata"]["name"] == "m"


def test_an_update_of_another_object_of_that_name_is_a_conflict(store: Store) -> None:
    store.create("configmaps", "default", config_map("m"))
    error = refusal(store.update, "configmaps", "default", "m", lambda obj: None, uid="other")
    assert (error.status, error.reason) == (409, "Conflict")


def test_an_object_that_failed_to_change_is_unchanged(store: Store) -> None:
    store.create("configmaps", "default", config_map("m"))

    def fail(obj: Object) -> None:
        obj["data"]["a"] = "2"
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - our own
        store.update("configmaps", "default", "m", fail)
    assert store.get("configmaps", "default", "m")["data"] == {"a": "1"}


def test_a_finalizer_holds_an_object(store: Store) -> None:
    store.create("configmaps", "default", config_map("m", finalizers=["example.com/hold"]))
    held = store.delete("configmaps", "default", "m")
    assert held["metadata"]["deletionGracePeriodSeconds"] == 0
    error = refusal(store.create, "configmaps", "default", config_map("m"))
    assert error.message.startswith("object is being deleted: ")
    store.update("configmaps", "default", "m", lambda obj: obj["metadata"].pop("finalizers"))
    assert store.find("configmaps", "default", "m") is None


@pytest.mark.parametrize(
    ("spec", "phase", "asked", "expected"),
    [
        pytest.param({}, "Running", None, 30, id="the default"),
        pytest.param({"terminationGracePeriodSeconds": 5}, "Running", None, 5, id="its own"),
        pytest.param({"terminationGracePeriodSeconds": 5}, "Running", 9, 9, id="asked"),
        pytest.param({}, "Running", -1, 1, id="negative"),
        pytest.param({}, "Running", 0, None, id="at once"),
        pytest.param({"nodeName": ""}, "Pending", 9, None, id="never scheduled"),
        pytest.param({}, "Succeeded", 9, None, id="has ended"),
        pytest.param({}, "Failed", None, None, id="has failed"),
    ],
)
def test_how_long_a_pod_may_take_to_end(
    store: Store, spec: Object, phase: str, asked: int | None, expected: int | None
) -> None:
    scheduled_pod(store, **spec)
    store.update("pods", "default", "p", lambda pod: pod.update(status={"phase": phase}))
    deleted = store.delete("pods", "default", "p", grace_seconds=asked)
    assert (store.find("pods", "default", "p") is None) == (expected is None)
    assert deleted["metadata"]["deletionGracePeriodSeconds"] == (expected or 0)


def test_a_second_deletion_only_shortens(store: Store) -> None:
    scheduled_pod(store)
    periods = [
        store.delete("pods", "default", "p", grace_seconds=seconds)["metadata"]["deletionGracePeriodSeconds"]
        for seconds in (20, 40, 10)
    ]
    assert periods == [20, 20, 10]


@pytest.mark.parametrize("precondition", ["uid", "resource_version"])
def test_a_precondition_that_does_not_hold(store: Store, precondition: str) -> None:
    store.create("configmaps", "default", config_map("m"))
    error = refusal(store.delete, "configmaps", "default", "m", **{precondition: "1"})
    assert (error.status, error.reason) == (409, "Conflict")
    assert store.find("configmaps", "default", "m") is not None


def test_the_kubelet_removes_only_the_pod_it_means(store: Store) -> None:
    pod = scheduled_pod(store)
    store.remove("pods", "default", "p", "another uid")
    assert store.find("pods", "default", "p") is not None
    store.remove("pods", "default", "p", pod["metadata"]["uid"])
    store.remove("pods", "default", "p", pod["metadata"]["uid"])
    assert store.find("pods", "default", "p") is None


def test_a_watch_begins_where_the_list_ended(store: Store) -> None:
    store.create("configmaps", "default", config_map("before"))
    _, version = store.list("configmaps")
    store.create("configmaps", "default", config_map("after"))
    watch = store.watch("configmaps", since=version)
    store.delete("configmaps", "default", "before")
    assert brief(watch) == [("ADDED", "after"), ("DELETED", "before")]


def test_a_watch_without_a_version_begins_with_what_exists(store: Store) -> None:
    store.create("configmaps", "default", config_map("m"))
    watch = store.watch("configmaps")
    store.update("configmaps", "default", "m", lambda obj: obj.update(data={}))
    assert brief(watch) == [("ADDED", "m"), ("MODIFIED", "m")]


def test_a_watch_sees_its_namespace_only(store: Store) -> None:
    watch = store.watch("configmaps", "kube-system", store.version)
    store.create("configmaps", "default", config_map("here"))
    store.create("configmaps", "kube-system", config_map("there"))
    assert brief(watch) == [("ADDED", "there")]


def test_a_deletion_has_a_version_of_its_own(store: Store) -> None:
    made = store.create("configmaps", "default", config_map("m"))
    watch = store.watch("configmaps", since=store.version)
    store.delete("configmaps", "default", "m")
    (event,) = watch.take()
    assert int(event.object["metadata"]["resourceVersion"]) > int(made["metadata"]["resourceVersion"])


def test_what_is_forgotten_cannot_be_watched() -> None:
    store = Store(history=5)
    bootstrap.fill(store)
    first = store.version
    for number in range(7):
        store.create("configmaps", "default", config_map(f"m{number}"))
    error = refusal(store.watch, "configmaps", None, first)
    assert (error.status, error.reason) == (410, "Expired")
    assert len(store.watch("configmaps", since=first + 2).take()) == 5


def test_a_compaction_forgets_everything(store: Store) -> None:
    version = store.version
    store.create("configmaps", "default", config_map("m"))
    store.forget_history()
    assert refusal(store.watch, "configmaps", None, version).status == 410


def test_a_watcher_that_never_reads_is_cut_off() -> None:
    store = Store(history=5)
    bootstrap.fill(store)
    watch = store.watch("configmaps", since=store.version)
    for number in range(50):
        store.create("configmaps", "default", config_map(f"m{number}"))
    assert watch.is_closed
    assert watch.fell_behind
    assert len(watch.take()) == 5


async def test_a_waiting_watcher_is_woken(store: Store) -> None:
    watch = store.watch("configmaps", since=store.version)
    asyncio.get_running_loop().call_soon(store.create, "configmaps", "default", config_map("m"))
    event = await asyncio.wait_for(anext(watch), 5)
    assert event.object["metadata"]["name"] == "m"
    asyncio.get_running_loop().call_soon(store.close_watches)
    assert [event async for event in watch] == []


def test_the_past_can_be_listed(store: Store) -> None:
    store.create("configmaps", "default", config_map("changed"))
    store.create("configmaps", "default", config_map("deleted"))
    then = store.version
    store.update("configmaps", "default", "changed", lambda obj: obj.update(data={"a": "2"}))
    store.delete("configmaps", "default", "deleted")
    store.create("configmaps", "default", config_map("new"))
    past = {obj["metadata"]["name"]: obj["data"]["a"] for obj in store.list_at("configmaps", "default", then)}
    assert past == {"changed": "1", "deleted": "1"}
