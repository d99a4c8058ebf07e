"""Do watchers see every change once, in order, and only of what they chose?"""

import asyncio

import pytest

from tests.local_cluster.api_harness import TABLE, Api, config_map


def change(api: Api, name: str, **labels: str) -> None:
    api.store.update("configmaps", "default", name, lambda obj: obj["metadata"].update(labels=labels))


async def test_from_a_version_on(api: Api) -> None:
    api.store.create("configmaps", "default", config_map("before"))
    version = (await api.get("configmaps")).ok()["metadata"]["resourceVersion"]
    api.store.create("configmaps", "default", config_map("between"))
    async with api.watch(f"configmaps?watch=true&resourceVersion={version}") as watch:
        assert await watch.brief(1) == [("ADDED", "between")]
        change(api, "before", a="1")
        api.store.delete("configmaps", "default", "before")
        assert await watch.brief(2) == [("MODIFIED", "before"), ("DELETED", "before")]


@pytest.mark.parametrize("query", ["", "&resourceVersion=0", "&resourceVersion="])
async def test_what_exists_comes_first(api: Api, query: str) -> None:
    api.store.create("configmaps", "default", config_map("a"))
    async with api.watch(f"configmaps?watch=1{query}") as watch:
        assert await watch.brief(1) == [("ADDED", "a")]
        api.store.create("configmaps", "default", config_map("b"))
        assert await watch.brief(1) == [("ADDED", "b")]


async def test_entering_and_leaving_a_selection(api: Api) -> None:
    api.store.create("configmaps", "default", config_map("m"))
    query = f"configmaps?watch=1&resourceVersion={api.store.version}&labelSelector=in=yes"
    async with api.watch(query) as watch:
        change(api, "m", other="x")
        change(api, "m", **{"in": "yes"})
        change(api, "m", **{"in": "yes", "other": "y"})
        change(api, "m", other="z")
        api.store.delete("configmaps", "default", "m")
        api.store.create("configmaps", "default", config_map("n", labels={"in": "yes"}))
        seen = await watch.brief(4)
    assert seen == [("ADDED", "m"), ("MODIFIED", "m"), ("DELETED", "m"), ("ADDED", "n")]


async def test_what_leaves_a_selection_is_shown_as_it_was(api: Api) -> None:
    api.store.create("configmaps", "default", config_map("m", labels={"in": "yes"}))
    query = f"configmaps?watch=1&resourceVersion={api.store.version}&labelSelector=in=yes"
    async with api.watch(query) as watch:
        change(api, "m", other="z")
        event = await watch.next()
    assert event["type"] == "DELETED"
    assert event["object"]["metadata"]["labels"] == {"in": "yes"}
    assert event["object"]["metadata"]["resourceVersion"] == str(api.store.version)


async def test_one_object_by_name(api: Api) -> None:
    for name in "ab":
        api.store.create("configmaps", "default", config_map(name))
    async with api.watch("configmaps?watch=1&fieldSelector=metadata.name=b") as watch:
        assert await watch.brief(1) == [("ADDED", "b")]


async def test_a_forgotten_version_is_an_error_event(api: Api) -> None:
    api.store.create("configmaps", "default", config_map())
    api.store.forget_history()
    async with api.watch("configmaps?watch=1&resourceVersion=2") as watch:
        (event,) = await watch.rest()
    assert event["type"] == "ERROR"
    status = event["object"]
    assert (status["kind"], status["code"], status["reason"]) == ("Status", 410, "Expired")
    assert status["message"].startswith("too old resource version: 2 (")


async def test_a_watch_ends_in_time(api: Api) -> None:
    began = asyncio.get_running_loop().time()
    async with api.watch(f"configmaps?watch=1&timeoutSeconds=1&resourceVersion={api.store.version}") as watch:
        assert await watch.rest() == []
    assert 0.9 < asyncio.get_running_loop().time() - began < 10


async def test_bookmarks_for_those_who_ask(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libretexts_hub.local_cluster.api.watching.BOOKMARK_SECONDS", 0.05)
    version = api.store.version
    api.store.create("secrets", "default", {"metadata": {"name": "elsewhere"}})
    async with api.watch(f"configmaps?watch=1&resourceVersion={version}&allowWatchBookmarks=true") as watch:
        event = await watch.next()
    assert event["type"] == "BOOKMARK"
    assert event["object"]["kind"] == "ConfigMap"
    assert event["object"]["metadata"] == {"resourceVersion": str(api.store.version)}


async def test_a_streamed_list(api: Api) -> None:
    api.store.create("configmaps", "default", config_map("m"))
    query = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    async with api.watch(f"configmaps?watch=1&{query}") as watch:
        assert await watch.brief(1) == [("ADDED", "m")]
        mark = await watch.next()
        assert mark["type"] == "BOOKMARK"
        assert mark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
        api.store.create("configmaps", "default", config_map("n"))
        assert await watch.brief(1) == [("ADDED", "n")]


async def test_only_what_is_new(api: Api) -> None:
    api.store.create("configmaps", "default", config_map("old"))
    query = "sendInitialEvents=false&resourceVersionMatch=NotOlderThan"
    async with api.watch(f"configmaps?watch=1&{query}") as watch:
        api.store.create("configmaps", "default", config_map("new"))
        assert await watch.brief(1) == [("ADDED", "new")]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("resourceVersion=x", 400),
        ("timeoutSeconds=x", 400),
        ("labelSelector=a%20b", 400),
        ("resourceVersionMatch=NotOlderThan", 422),
        ("sendInitialEvents=true", 422),
        ("sendInitialEvents=true&resourceVersionMatch=Exact", 422),
    ],
)
async def test_a_watch_that_is_refused(api: Api, query: str, status: int) -> None:
    (await api.get(f"configmaps?watch=1&{query}")).refused(
        status, "BadRequest" if status == 400 else "Invalid"
    )


async def test_a_watch_of_rows(api: Api) -> None:
    api.store.create("configmaps", "default", config_map("m"))
    async with api.watch("configmaps?watch=1", accept=TABLE) as watch:
        first = (await watch.next())["object"]
        change(api, "m", a="1")
        second = (await watch.next())["object"]
    assert (first["kind"], first["rows"][0]["cells"][0]) == ("Table", "m")
    assert first["columnDefinitions"]
    assert second["columnDefinitions"] is None


async def test_a_burst_reaches_every_watcher_in_order(api: Api) -> None:
    names = [f"m{number:03}" for number in range(300)]
    async with api.watch("configmaps?watch=1") as one, api.watch("configmaps?watch=1") as other:
        for name in names:
            api.store.create("configmaps", "default", config_map(name))
        for watch in (one, other):
            assert await watch.brief(300) == [("ADDED", name) for name in names]


async def test_watchers_are_told_when_the_cluster_stops(api: Api) -> None:
    async with api.watch(f"configmaps?watch=1&resourceVersion={api.store.version}") as watch:
        api.store.close_watches()
        assert await watch.rest() == []
