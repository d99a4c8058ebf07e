"""Does a list hold what its selectors, its page and its format ask for?"""

from __future__ import annotations

import base64

import pytest
import pytest_asyncio

from tests.contract.api_client import page_token, unique
from tests.contract.samples import claim, config_map, event, gated_pod, secret

pytestmark = pytest.mark.asyncio(loop_scope="module")
TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}
PARTIAL = {"Accept": "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"}
PARTIAL_LIST = {"Accept": "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def labelled(api) -> str:
    """Four config maps that share a `run` label."""
    run = unique("run")
    for name, labels in {
        "plain": {},
        "lab": {"app": "lab", "tier": "user"},
        "hub": {"app": "hub", "tier": "control"},
        "lab-old": {"app": "lab", "example.com/age": "9"},
    }.items():
        (await api.create("configmaps", config_map(f"{run}-{name}", {"run": run, **labels}))).ok()
    return run


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        pytest.param("", "plain lab hub lab-old", id="none"),
        pytest.param("app=lab", "lab lab-old", id="equals"),
        pytest.param("app==lab", "lab lab-old", id="double-equals"),
        pytest.param("app!=lab", "plain hub", id="not-equals-holds-for-missing"),
        pytest.param("app in (lab, hub)", "lab hub lab-old", id="in"),
        pytest.param("app notin (lab)", "plain hub", id="notin-holds-for-missing"),
        pytest.param("tier", "lab hub", id="exists"),
        pytest.param("!tier", "plain lab-old", id="exists-not"),
        pytest.param("app=lab,!tier", "lab-old", id="and"),
        pytest.param("example.com/age>8", "lab-old", id="greater"),
        pytest.param("example.com/age<8", "", id="less"),
        pytest.param("example.com/age = 9", "lab-old", id="spaces"),
        pytest.param("app=", "", id="empty-value"),
        pytest.param("app=nobody", "", id="nothing"),
    ],
)
async def test_label_selectors(api, labelled: str, selector: str, expected: str) -> None:
    both = f"run={labelled}" + (f",{selector}" if selector else "")
    found = (await api.list("configmaps", labelSelector=both)).ok()["items"]
    names = {item["metadata"]["name"].removeprefix(f"{labelled}-") for item in found}
    assert names == set(expected.split())


@pytest.mark.parametrize("selector", ["app in lab", "a=b=c", "=x", "app in (", "-bad-=x", "a,,b"])
async def test_a_broken_label_selector_is_refused(api, selector: str) -> None:
    assert (await api.list("configmaps", labelSelector=selector)).failed(400, "BadRequest")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def about_pods(api) -> str:
    """Two pods and three events."""
    run = unique("f")
    (await api.create("pods", gated_pod(f"{run}-a"))).ok()
    (await api.create("pods", gated_pod(f"{run}-b", restartPolicy="Never"))).ok()
    for number, (pod, fields) in enumerate(
        [
            ("a", {}),
            ("a", {"type": "Warning", "reason": "Failed"}),
            ("b", {"reportingComponent": "me", "source": {"component": "x", "host": "h"}}),
        ]
    ):
        body = event(f"{run}-{number}", api.namespace, f"{run}-{pod}", **fields)
        (await api.create("events", body)).ok()
    (await api.create("secrets", secret(f"{run}-0"))).ok()
    (await api.create("secrets", secret(f"{run}-1", type="example.com/t"))).ok()
    return run


@pytest.mark.parametrize(
    ("resource", "selector", "expected"),
    [
        ("pods", "metadata.name={run}-a", "a"),
        ("pods", "metadata.name!={run}-a,metadata.namespace={namespace}", "b"),
        ("pods", "status.phase=Pending", "a b"),
        ("pods", "status.phase!=Pending", ""),
        ("pods", "spec.restartPolicy=Never", "b"),
        ("pods", "spec.nodeName=", "a b"),
        ("pods", "spec.nodeName=elsewhere", ""),
        ("pods", "spec.schedulerName=default-scheduler,spec.serviceAccountName=default", "a b"),
        ("pods", "status.podIP=", "a b"),
        ("events", "involvedObject.kind=Pod", "0 1 2"),
        ("events", "involvedObject.name={run}-a", "0 1"),
        ("events", "involvedObject.name={run}-a,type=Warning", "1"),
        ("events", "involvedObject.namespace={namespace},involvedObject.uid=0-0", "0 1 2"),
        ("events", "involvedObject.kind=Node", ""),
        ("events", "reason=Failed", "1"),
        ("events", "reportingComponent=me", "2"),
        ("events", "involvedObject.apiVersion=v1,involvedObject.fieldPath=", "0 1 2"),
        ("secrets", "type=example.com/t", "1"),
        ("secrets", "type!=example.com/t", "0"),
        ("secrets", "metadata.name={run}-0", "0"),
    ],
)  # fmt: skip
async def test_field_selectors(api, about_pods: str, resource: str, selector: str, expected: str) -> None:
    wanted = selector.format(run=about_pods, namespace=api.namespace)
    found = (await api.list(resource, fieldSelector=wanted)).ok()["items"]
    names = {name for item in found if (name := item["metadata"]["name"]).startswith(about_pods)}
    assert {name.removeprefix(f"{about_pods}-") for name in names} == set(expected.split())


@pytest.mark.parametrize(
    ("resource", "selector"),
    [
        ("configmaps", "data.a=1"),
        ("pods", "spec.color=red"),
        ("pods", "metadata.labels.a=b"),
        ("persistentvolumeclaims", "status.phase=Bound"),
        ("secrets", "nonsense"),
    ],
)
async def test_an_unknown_field_selector_is_refused(api, resource: str, selector: str) -> None:
    assert (await api.list(resource, fieldSelector=selector)).failed(400, "BadRequest")


async def test_every_namespace_is_listed_at_once(api, labelled: str) -> None:
    found = (await api.ask("GET", "/api/v1/configmaps", labelSelector=f"run={labelled}")).ok()["items"]
    assert {item["metadata"]["namespace"] for item in found} == {api.namespace}
    assert len(found) == 4


async def test_pages_are_of_one_moment(api) -> None:
    run = unique("run")
    for number in range(5):
        (await api.create("configmaps", config_map(f"{run}-{number}", {"run": run}))).ok()
    query = {"labelSelector": f"run={run}", "limit": 2}
    pages = [(await api.list("configmaps", **query)).ok()]
    assert pages[0]["metadata"]["continue"]
    (await api.create("configmaps", config_map(f"{run}-late", {"run": run}))).ok()
    (await api.delete("configmaps", f"{run}-4")).ok()
    while token := pages[-1]["metadata"].get("continue"):
        pages.append((await api.list("configmaps", **query, **{"continue": token})).ok())
    names = [item["metadata"]["name"] for page in pages for item in page["items"]]
    assert names == [f"{run}-{number}" for number in range(5)]
    assert len({page["metadata"]["resourceVersion"] for page in pages}) == 1
    assert [len(page["items"]) for page in pages] == [2, 2, 1]


async def test_a_page_says_how_many_remain(api) -> None:
    listed = (await api.list("secrets", limit=1)).ok()
    everything = (await api.list("secrets")).ok()["items"]
    if len(everything) > 1:
        assert listed["metadata"]["remainingItemCount"] == len(everything) - 1
    assert "remainingItemCount" not in (await api.list("secrets", limit=1000)).ok()["metadata"]


@pytest.mark.parametrize(
    "garbage",
    [
        "garbage",
        "!!!",
        page_token(v="meta.k8s.io/v0"),
        page_token(start=""),
        base64.b64encode(b"{}").decode(),
    ],
    ids=range(5),
)
async def test_a_garbled_page_token_is_refused(api, garbage: str) -> None:
    status = (await api.list("configmaps", limit=2, **{"continue": garbage})).failed(400, "BadRequest")
    assert "continue" in status["message"]


@pytest.mark.parametrize(
    ("query", "code", "reason"),
    [
        pytest.param({"resourceVersion": "nonsense"}, 400, "BadRequest", id="version"),
        pytest.param({"limit": "many"}, 400, "BadRequest", id="limit"),
        pytest.param({"resourceVersionMatch": "Exact"}, 422, "Invalid", id="match-without-version"),
    ],
)
async def test_a_garbled_query_is_refused(api, query: dict, code: int, reason: str) -> None:
    assert (await api.list("configmaps", **query)).failed(code, reason)


async def test_a_list_of_any_version_is_allowed(api, labelled: str) -> None:
    listed = (await api.list("configmaps", labelSelector=f"run={labelled}", resourceVersion="0")).ok()
    assert len(listed["items"]) == 4


COLUMNS = {
    "pods": "Name Ready Status Restarts Age IP Node|Nominated Node|Readiness Gates",
    "persistentvolumeclaims": "Name Status Volume Capacity|Access Modes"
    "|StorageClass VolumeAttributesClass Age VolumeMode",
    "secrets": "Name Type Data Age",
}  # fmt: skip


def columns(text: str) -> list[str]:
    """Columns of one word stand apart by a space; a title of two words is fenced by `|`."""
    found: list[str] = []
    for part in text.split("|"):
        found += [part] if part in {"Nominated Node", "Readiness Gates", "Access Modes"} else part.split()
    return found


@pytest.mark.parametrize("resource", COLUMNS)
async def test_a_table(api, resource: str) -> None:
    name = unique("t")
    bodies = {"pods": gated_pod, "persistentvolumeclaims": claim, "secrets": secret}
    (await api.create(resource, bodies[resource](name))).ok()
    for path in (api.path(resource), api.path(resource, name)):
        table = (await api.ask("GET", path, headers=TABLE)).ok()
        assert (table["kind"], table["apiVersion"]) == ("Table", "meta.k8s.io/v1")
        assert [column["name"] for column in table["columnDefinitions"]] == columns(COLUMNS[resource])
        row = next(row for row in table["rows"] if row["cells"][0] == name)
        assert len(row["cells"]) == len(table["columnDefinitions"])
        assert (row["object"]["kind"], row["object"]["metadata"]["name"]) == ("PartialObjectMetadata", name)
    if resource == "pods":
        assert row["cells"][1:4] == ["0/1", "SchedulingGated", "0"]
    if resource == "secrets":
        assert row["cells"][1:3] == ["Opaque", 1]
    if resource == "persistentvolumeclaims":
        assert row["cells"][1] in {"Pending", "Bound"}


async def test_metadata_only(api) -> None:
    name = unique("m")
    (await api.create("secrets", secret(name))).ok()
    one = (await api.ask("GET", api.path("secrets", name), headers=PARTIAL)).ok()
    assert (one["kind"], one["apiVersion"], one["metadata"]["name"]) == (
        "PartialObjectMetadata",
        "meta.k8s.io/v1",
        name,
    )
    assert not {"data", "type"} & set(one)
    listed = (await api.ask("GET", api.path("secrets"), headers=PARTIAL_LIST)).ok()
    assert listed["kind"] == "PartialObjectMetadataList"
    assert name in {item["metadata"]["name"] for item in listed["items"]}
    assert not {"data", "type"} & set(listed["items"][0])


async def test_a_format_nobody_speaks_is_refused(api) -> None:
    answer = await api.ask("GET", api.path("secrets"), headers={"Accept": "text/csv"})
    assert answer.failed(406, "NotAcceptable")
