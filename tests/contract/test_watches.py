"""Does a watch tell every change, once, in order, and say when it cannot?"""

from __future__ import annotations

import time

import pytest

from tests.contract.api_client import brief, unique
from tests.contract.samples import config_map, event, gated_pod

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def version(api) -> str:
    return (await api.list("configmaps")).ok()["metadata"]["resourceVersion"]


async def test_changes_since_a_list_are_told_in_order(api) -> None:
    since, name = await version(api), unique("w")
    first = (await api.create("configmaps", config_map(name))).ok()
    async with api.watch("configmaps", resourceVersion=since, fieldSelector=f"metadata.name={name}") as watch:
        told = await watch.next()
        assert (told["type"], told["object"]["metadata"]) == ("ADDED", first["metadata"])
        assert (told["object"]["kind"], told["object"]["apiVersion"]) == ("ConfigMap", "v1")
        changed = (await api.patch("configmaps", name, {"data": {"a": "2"}})).ok()
        told = await watch.next()
        assert (told["type"], told["object"]["data"]) == ("MODIFIED", {"a": "2"})
        assert told["object"]["metadata"]["resourceVersion"] == changed["metadata"]["resourceVersion"]
        (await api.delete("configmaps", name)).ok()
        told = await watch.next()
        assert (told["type"], told["object"]["data"]) == ("DELETED", {"a": "2"})
        last = int(told["object"]["metadata"]["resourceVersion"])
        assert last > int(changed["metadata"]["resourceVersion"])


@pytest.mark.parametrize("query", [{}, {"resourceVersion": "0"}], ids=["no-version", "version-0"])
async def test_without_a_version_what_is_there_comes_first(api, query: dict) -> None:
    run = unique("run")
    for number in range(3):
        (await api.create("configmaps", config_map(f"{run}-{number}", {"run": run}))).ok()
    async with api.watch("configmaps", labelSelector=f"run={run}", **query) as watch:
        told = [await watch.next() for _ in range(3)]
        assert sorted(brief(told)) == [("ADDED", f"{run}-{number}") for number in range(3)]
        (await api.create("configmaps", config_map(f"{run}-3", {"run": run}))).ok()
        assert brief([await watch.next()]) == [("ADDED", f"{run}-3")]


async def test_an_object_enters_and_leaves_a_filtered_watch(api) -> None:
    run, since = unique("run"), await version(api)
    async with api.watch("configmaps", labelSelector=f"run={run}", resourceVersion=since) as watch:
        (await api.create("configmaps", config_map(run))).ok()
        for labels in ({"run": run}, {"run": run, "x": "y"}, {"run": None}, {"run": run}):
            (await api.patch("configmaps", run, {"metadata": {"labels": labels}})).ok()
        told = [await watch.next() for _ in range(4)]
    assert [event["type"] for event in told] == ["ADDED", "MODIFIED", "DELETED", "ADDED"]
    versions = [int(event["object"]["metadata"]["resourceVersion"]) for event in told]
    assert versions == sorted(set(versions))
    assert told[2]["object"]["metadata"]["labels"]["run"] == run, "what leaves is told as it was inside"


async def test_events_of_pods_are_watched(api) -> None:
    name = unique("e")
    selector = f"involvedObject.kind=Pod,involvedObject.name={name}"
    async with api.watch("events", fieldSelector=selector) as watch:
        (await api.create("events", event(f"{name}-other", api.namespace, "other"))).ok()
        (await api.create("events", event(f"{name}-mine", api.namespace, name, reason="Pulled"))).ok()
        told = await watch.next()
    assert (told["type"], told["object"]["reason"]) == ("ADDED", "Pulled")


async def test_every_namespace_is_watched_at_once(api) -> None:
    run = unique("run")
    async with api.watch("pods", namespace="", labelSelector=f"run={run}") as watch:
        pod = gated_pod(run)
        pod["metadata"]["labels"] = {"run": run}
        (await api.create("pods", pod)).ok()
        told = await watch.next()
    assert told["object"]["metadata"]["namespace"] == api.namespace


async def test_a_watch_ends_in_time(api) -> None:
    began = time.monotonic()
    async with api.watch("configmaps", resourceVersion=await version(api), timeoutSeconds=1) as watch:
        rest = await watch.rest()
    assert 0.5 < time.monotonic() - began < 6
    assert {event["type"] for event in rest} <= {"ADDED", "MODIFIED", "DELETED"}


async def test_a_bookmark_names_the_version_reached(api) -> None:
    run, since = unique("run"), await version(api)
    # Nothing passes the selector; the bookmark, sent before a watch ends, moves the client on all the same.
    query = {"labelSelector": f"run={run}", "allowWatchBookmarks": "true", "timeoutSeconds": 4}
    async with api.watch("configmaps", resourceVersion=since, **query) as watch:
        moved = (await api.create("configmaps", config_map(run))).ok()["metadata"]["resourceVersion"]
        rest = await watch.rest()
    assert rest
    assert {event["type"] for event in rest} == {"BOOKMARK"}
    mark = rest[-1]["object"]
    assert (mark["kind"], mark["apiVersion"]) == ("ConfigMap", "v1")
    assert int(mark["metadata"]["resourceVersion"]) >= int(moved)
    assert "data" not in mark


async def test_without_asking_there_are_no_bookmarks(api) -> None:
    query = {"labelSelector": f"run={unique('run')}", "timeoutSeconds": 3}
    async with api.watch("configmaps", resourceVersion=await version(api), **query) as watch:
        assert await watch.rest() == []


async def test_a_streamed_list_ends_with_a_bookmark(api) -> None:
    run = unique("run")
    (await api.create("configmaps", config_map(run, {"run": run}))).ok()
    query = {
        "labelSelector": f"run={run}",
        "allowWatchBookmarks": "true",
        "sendInitialEvents": "true",
        "resourceVersionMatch": "NotOlderThan",
    }
    async with api.watch("configmaps", **query) as watch:
        added, mark = await watch.next(), await watch.next()
    assert brief([added]) == [("ADDED", run)]
    assert mark["type"] == "BOOKMARK"
    assert mark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}


async def test_a_version_too_old_is_told(api) -> None:
    # Version 1 is from before the server's own first objects: no server keeps it in its watch window.
    async with api.watch("configmaps", resourceVersion="1") as watch:
        told = await watch.next()
        assert told["type"] == "ERROR"
        status = told["object"]
        assert (status["kind"], status["code"], status["reason"]) == ("Status", 410, "Expired")
        assert "too old resource version" in status["message"]
        assert await watch.next() is None


async def test_a_name_is_watched_alone(api) -> None:
    name = unique("w")
    (await api.create("configmaps", config_map(name))).ok()
    (await api.create("configmaps", config_map(f"{name}-other"))).ok()
    async with api.watch("configmaps", fieldSelector=f"metadata.name={name}", timeoutSeconds=1) as watch:
        assert brief(await watch.rest()) == [("ADDED", name)]


async def test_many_watches_see_the_same_order(api) -> None:
    run, since = unique("run"), await version(api)
    query = {"labelSelector": f"run={run}", "resourceVersion": since}
    async with api.watch("configmaps", **query) as one, api.watch("configmaps", **query) as two:
        for number in range(10):
            (await api.create("configmaps", config_map(f"{run}-{number}", {"run": run}))).ok()
        orders = [brief([await watch.next() for _ in range(10)]) for watch in (one, two)]
    assert orders[0] == orders[1] == [("ADDED", f"{run}-{number}") for number in range(10)]
