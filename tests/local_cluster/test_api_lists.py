"""Do lists show one moment, in pages, and only what was asked for?"""

import pytest

from libretexts_hub.local_cluster import bootstrap
from libretexts_hub.local_cluster.store import Store
from tests.local_cluster.api_harness import Api, config_map, running_api


@pytest.fixture
def five(api: Api) -> Api:
    for name in "abcde":
        api.store.create("configmaps", "default", config_map(name, labels={"first": str(name < "c").lower()}))
    return api


async def names(api: Api, query: str) -> list[str]:
    return [item["metadata"]["name"] for item in (await api.get(f"configmaps?{query}")).ok()["items"]]


async def test_a_list_has_the_version_of_its_moment(five: Api) -> None:
    listed = (await five.get("configmaps")).ok()
    assert (listed["kind"], listed["apiVersion"]) == ("ConfigMapList", "v1")
    assert listed["metadata"] == {"resourceVersion": str(five.store.version)}
    assert [item["metadata"]["name"] for item in listed["items"]] == list("abcde")
    assert "kind" not in listed["items"][0]


async def test_pages_show_the_moment_of_the_first(five: Api) -> None:
    first = (await five.get("configmaps?limit=2")).ok()
    assert first["metadata"]["remainingItemCount"] == 3
    five.store.delete("configmaps", "default", "c")
    five.store.create("configmaps", "default", config_map("bb"))
    five.store.update("configmaps", "default", "d", lambda obj: obj.update(data={"a": "new"}))
    second = (await five.get(f"configmaps?limit=2&continue={first['metadata']['continue']}")).ok()
    assert [item["metadata"]["name"] for item in second["items"]] == ["c", "d"]
    assert second["items"][1]["data"] == {"a": "1"}
    assert second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
    third = (await five.get(f"configmaps?limit=2&continue={second['metadata']['continue']}")).ok()
    assert [item["metadata"]["name"] for item in third["items"]] == ["e"]
    assert "continue" not in third["metadata"]


async def test_a_page_of_a_forgotten_moment_is_gone(five: Api) -> None:
    token = (await five.get("configmaps?limit=2")).ok()["metadata"]["continue"]
    five.store.create("configmaps", "default", config_map("f"))
    five.store.forget_history()
    status = (await five.get(f"configmaps?limit=2&continue={token}")).refused(410, "Expired")
    assert "too old" in status["message"]


async def test_a_selection_in_pages_does_not_count_the_rest(five: Api) -> None:
    page = (await five.get("configmaps?limit=1&labelSelector=first=false")).ok()
    assert [item["metadata"]["name"] for item in page["items"]] == ["c"]
    assert "remainingItemCount" not in page["metadata"]
    rest = await names(five, f"labelSelector=first=false&continue={page['metadata']['continue']}")
    assert rest == ["d", "e"]


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("labelSelector=first%3Dtrue", "ab"),
        ("labelSelector=first+in+(false)", "cde"),
        ("fieldSelector=metadata.name%3Dd", "d"),
        ("fieldSelector=metadata.name!=d", "abce"),
        ("labelSelector=!first", ""),
        ("limit=0", "abcde"),
        ("resourceVersion=0", "abcde"),
        ("resourceVersion=1&resourceVersionMatch=NotOlderThan", "abcde"),
    ],
)
async def test_what_is_listed(five: Api, query: str, chosen: str) -> None:
    assert await names(five, query) == list(chosen)


async def test_an_exact_moment(five: Api) -> None:
    then = five.store.version
    five.store.delete("configmaps", "default", "a")
    assert await names(five, f"resourceVersion={then}&resourceVersionMatch=Exact") == list("abcde")
    assert await names(five, f"resourceVersion={then}&limit=5") == list("abcde")
    assert await names(five, f"resourceVersion={then}") == list("bcde")


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("limit=many", 400, "BadRequest"),
        ("limit=99999999999999999999", 400, "BadRequest"),
        ("timeoutSeconds=x", 400, "BadRequest"),
        ("resourceVersion=x", 400, "BadRequest"),
        ("resourceVersion=999999999", 504, "Timeout"),
        ("resourceVersionMatch=Exact", 422, "Invalid"),
        ("resourceVersion=5&resourceVersionMatch=Nearly", 422, "Invalid"),
        ("resourceVersion=0&resourceVersionMatch=Exact", 422, "Invalid"),
        ("resourceVersion=1&resourceVersionMatch=Exact", 410, "Expired"),
        ("continue=x", 400, "BadRequest"),
        ("continue=bnVsbA", 400, "BadRequest"),
        ("continue=W10", 400, "BadRequest"),
        ("sendInitialEvents=true", 422, "Invalid"),
        ("labelSelector=a%20b", 400, "BadRequest"),
        ("fieldSelector=data.a=1", 400, "BadRequest"),
    ],
)
async def test_a_query_that_is_refused(five: Api, query: str, status: int, reason: str) -> None:
    (await five.get(f"configmaps?{query}")).refused(status, reason)


async def test_all_namespaces(five: Api) -> None:
    five.store.create("configmaps", "kube-system", config_map("z"))
    items = (await five.get("/api/v1/configmaps")).ok()["items"]
    assert [item["metadata"]["namespace"] for item in items] == ["default"] * 5 + ["kube-system"]


async def test_versions_go_on_after_a_restart(tmp_path) -> None:
    store = Store(version=5000)
    bootstrap.fill(store)
    async with running_api(tmp_path, store) as api:
        assert int((await api.get("configmaps")).ok()["metadata"]["resourceVersion"]) >= 5000
        (await api.get("configmaps?resourceVersion=4000&resourceVersionMatch=Exact")).refused(410, "Expired")
