"""Who may speak to the server, what does it say about itself, and what of a request is only tried?"""

from __future__ import annotations

import pytest

from tests.contract.api_client import unique
from tests.contract.samples import KINDS, config_map, gated_pod, sample

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOT_YAML = {"Content-Type": "text/csv"}


@pytest.mark.parametrize("authorization", ["Bearer wrong", "Bearer wrong token"])
async def test_a_wrong_token_is_refused(api, authorization: str) -> None:
    answer = await api.ask("GET", api.path("pods"), headers={"Authorization": authorization})
    status = answer.failed(401, "Unauthorized")
    assert status["message"] == "Unauthorized"


@pytest.mark.parametrize("authorization", ["", "Bearer ", "Basic dXNlcjpwYXNz"])
async def test_nobody_may_read(api, authorization: str) -> None:
    answer = await api.ask("GET", api.path("secrets"), headers={"Authorization": authorization})
    # A server that lets strangers in as system:anonymous forbids, one that does not refuses.
    assert (answer.status, answer.body["kind"]) in {(401, "Status"), (403, "Status")}


async def test_the_server_names_its_resources(api) -> None:
    assert "v1" in (await api.ask("GET", "/api")).ok()["versions"]
    groups = (await api.ask("GET", "/apis")).ok()
    group = next(group for group in groups["groups"] if group["name"] == "coordination.k8s.io")
    assert group["preferredVersion"]["groupVersion"] == "coordination.k8s.io/v1"
    core = (await api.ask("GET", "/api/v1")).ok()
    leases = (await api.ask("GET", "/apis/coordination.k8s.io/v1")).ok()
    assert (core["kind"], core["groupVersion"]) == ("APIResourceList", "v1")
    known = {entry["name"]: entry for entry in core["resources"] + leases["resources"]}
    for resource, kind in KINDS.items():
        assert (known[resource]["kind"], known[resource]["namespaced"]) == (kind, True)
        verbs = {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}
        assert set(known[resource]["verbs"]) >= verbs
    assert known["namespaces"]["namespaced"] is False
    assert known["pods"]["shortNames"] == ["po"]
    assert "pods/log" in known


async def test_the_server_names_its_version(api) -> None:
    version = (await api.ask("GET", "/version")).ok()
    assert (version["major"], version["gitVersion"][:3]) == ("1", "v1.")
    assert int(version["minor"].rstrip("+")) >= 30
    for path in ("/healthz", "/readyz", "/livez"):
        assert (await api.ask("GET", path)).ok() == "ok"


@pytest.mark.parametrize(
    ("method", "path", "code", "reason"),
    [
        ("GET", "/api/v1/namespaces/default/dragons", 404, "NotFound"),
        ("POST", "/api/v1/namespaces/default/dragons", 404, "NotFound"),
        ("GET", "/apis/example.com/v1/things", 404, "NotFound"),
        ("GET", "/api/v2/pods", 404, "NotFound"),
        ("POST", "/api/v1/namespaces/default/pods/name", 405, "MethodNotAllowed"),
        ("PUT", "/api/v1/namespaces/default/pods", 405, "MethodNotAllowed"),
        ("PATCH", "/api/v1/namespaces/default/secrets", 405, "MethodNotAllowed"),
    ],
)
async def test_what_is_not_there(api, method: str, path: str, code: int, reason: str) -> None:
    answer = await api.ask(method, path, {} if method != "GET" else None)
    assert answer.status == code
    if isinstance(answer.body, dict):
        answer.failed(code, reason)


async def test_a_body_of_an_unknown_type_is_refused(api) -> None:
    assert (await api.ask("POST", api.path("configmaps"), b"a,b", headers=NOT_YAML)).failed(
        415, "UnsupportedMediaType"
    )


@pytest.mark.parametrize("resource", KINDS)
async def test_a_tried_create_leaves_nothing(api, resource: str) -> None:
    name = unique("t")
    made = (await api.create(resource, sample(resource, name, api.namespace), dryRun="All")).ok(201)
    assert made["metadata"]["uid"]
    (await api.get(resource, name)).failed(404, "NotFound")


async def test_a_tried_create_is_checked(api) -> None:
    (await api.create("pods", gated_pod("Bad_"), dryRun="All")).failed(422, "Invalid")
    name = unique("t")
    (await api.create("configmaps", config_map(name))).ok()
    assert (await api.create("configmaps", config_map(name), dryRun="All")).failed(409, "AlreadyExists")


async def test_a_tried_change_changes_nothing(api) -> None:
    name = unique("t")
    first = (await api.create("configmaps", config_map(name))).ok()
    tried = (await api.patch("configmaps", name, {"data": {"a": "2"}}, dryRun="All")).ok()
    assert tried["data"] == {"a": "2"}
    (await api.replace("configmaps", name, {**first, "data": {}}, dryRun="All")).ok()
    (await api.delete("configmaps", name, dryRun="All")).ok(200)
    (await api.delete("configmaps", name, {"dryRun": ["All"]})).ok(200)
    left = (await api.get("configmaps", name)).ok()
    assert left == {**first, "metadata": left["metadata"]}
    assert left["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]


async def test_a_try_of_an_unknown_kind_is_refused(api) -> None:
    answer = await api.create("configmaps", config_map(unique("t")), dryRun="Some")
    assert answer.failed(422, "Invalid")


async def test_there_is_a_node(api) -> None:
    nodes = (await api.list("nodes")).ok()
    assert nodes["kind"] == "NodeList"
    for node in nodes["items"]:
        ready = next(entry for entry in node["status"]["conditions"] if entry["type"] == "Ready")
        assert ready["status"] in {"True", "False", "Unknown"}
