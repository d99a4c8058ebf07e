"""Does the server answer every kind of request, good or bad, as an API server does?"""

import pytest

from tests.local_cluster.api_harness import JSON_PATCH, MERGE, TABLE, Api, claim, config_map, pod


async def test_an_object_comes_lives_and_goes(api: Api) -> None:
    made = (await api.post("configmaps", config_map())).ok(201)
    assert (made["kind"], made["apiVersion"]) == ("ConfigMap", "v1")
    assert (await api.get("configmaps/m")).ok() == made
    changed = (await api.put("configmaps/m", made | {"data": {"a": "2"}})).ok()
    assert changed["metadata"]["uid"] == made["metadata"]["uid"]
    assert changed["metadata"]["resourceVersion"] != made["metadata"]["resourceVersion"]
    patched = (await api.patch("configmaps/m", {"data": {"b": "3"}})).ok()
    assert patched["data"] == {"a": "2", "b": "3"}
    operations = [{"op": "remove", "path": "/data/a"}]
    assert (await api.patch("configmaps/m", operations, JSON_PATCH)).ok()["data"] == {"b": "3"}
    gone = (await api.delete("configmaps/m")).ok()
    assert (gone["status"], gone["details"]["uid"]) == ("Success", made["metadata"]["uid"])
    (await api.get("configmaps/m")).refused(404, "NotFound")


async def test_without_the_token_nothing_is_told(api: Api) -> None:
    for header in ("", "Bearer", "Bearer wrong", "Basic token-of-the-tests", "Bearer tökèn"):
        async with api.session.get(f"{api.url}/api/v1/pods", headers={"Authorization": header}) as answer:
            assert answer.status == 401
            assert (await answer.json())["reason"] == "Unauthorized"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "pods"),
        ("PATCH", "pods"),
        ("POST", "pods/p"),
        ("POST", "/api/v1/pods"),
        ("DELETE", "pods/p/status"),
        ("POST", "pods/p/log"),
        ("DELETE", "/api/v1/nodes/local"),
        ("DELETE", "/api/v1/namespaces"),
        ("POST", "/version"),
        ("GET", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"),
    ],
)
async def test_a_method_that_is_not_served(api: Api, method: str, path: str) -> None:
    (await api.ask(method, path, {})).refused(405, "MethodNotAllowed")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/toasters",
        "toasters",
        "pods/p/exec",
        "pods/p/log/x",
        "/api/v1/pods/p",
        "/api/v2",
        "/apis/coordination.k8s.io/v1/x",
    ],
)
async def test_a_path_that_is_not_served(api: Api, path: str) -> None:
    (await api.get(path)).refused(404, "NotFound")


async def test_outside_of_the_api(api: Api) -> None:
    assert (await api.get("/nowhere")).status == 404
    for path in ("/healthz", "/livez", "/readyz"):
        assert (await api.get(path)).body == "ok"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "unexpected end of JSON input"),
        (b"{", "unexpected end of JSON input"),
        (b"{]", "invalid character"),
        (b"[]", "cannot unmarshal array"),
        (b'"text"', "cannot unmarshal string"),
        (b'{"kind": 5}', "cannot unmarshal number into Go struct field .kind"),
        (b'{"kind": "Secret", "apiVersion": "v1"}', "cannot be handled as a Pod"),
        (b'{"kind": "Toaster"}', 'no kind "Toaster" is registered'),
        (
            b'{"metadata": {"namespace": "elsewhere", "name": "p"}}',
            "does not match the namespace sent on the request",
        ),
        (b"[" * 100_000, "max depth"),
    ],
)
async def test_a_body_that_is_no_pod(api: Api, body: bytes, words: str) -> None:
    status = (await api.post("pods", body)).refused(400, "BadRequest")
    assert words in status["message"]


async def test_an_invalid_object_is_refused_with_its_fields(api: Api) -> None:
    body = pod("Bad_Name", restartPolicy="Sometimes")
    status = (await api.post("pods", body)).refused(422, "Invalid")
    assert [cause["field"] for cause in status["details"]["causes"]] == [
        "metadata.name",
        "spec.restartPolicy",
    ]
    assert status["message"].startswith('Pod "Bad_Name" is invalid: [metadata.name: Invalid value')
    assert (await api.get("pods")).ok()["items"] == []


@pytest.mark.parametrize("size", [3_200_000, 10_000_000])
async def test_a_body_that_is_too_large(api: Api, size: int) -> None:
    (await api.post("configmaps", b" " * size)).refused(413, "RequestEntityTooLarge")


async def test_a_body_that_is_too_large_and_does_not_say_so(api: Api) -> None:
    async def pieces():
        for _ in range(50):
            yield b" " * 100_000

    url = f"{api.url}/api/v1/namespaces/default/configmaps"
    async with api.session.post(url, data=pieces(), headers={"Content-Type": "application/json"}) as answer:
        assert answer.status == 413


@pytest.mark.parametrize("kind", ["text/plain", "application/yaml", "application/vnd.kubernetes.protobuf"])
async def test_a_body_of_another_type(api: Api, kind: str) -> None:
    (await api.post("configmaps", config_map(), kind=kind)).refused(415, "UnsupportedMediaType")


async def test_an_answer_of_another_type(api: Api) -> None:
    (await api.get("configmaps", accept="text/html")).refused(406, "NotAcceptable")
    (await api.get("configmaps", accept="application/vnd.kubernetes.protobuf,application/json")).ok()


async def test_unknown_fields_are_dropped_refused_or_passed_over(api: Api) -> None:
    body = config_map() | {"colour": "red"}
    dropped = await api.post("configmaps?dryRun=All", body)
    assert "colour" not in dropped.ok(201)
    assert dropped.headers["Warning"] == '299 - "unknown field \\"colour\\""'
    assert "Warning" not in (await api.post("configmaps?dryRun=All&fieldValidation=Ignore", body)).headers
    status = (await api.post("configmaps?fieldValidation=Strict", body)).refused(400, "BadRequest")
    assert 'strict decoding error: unknown field "colour"' in status["message"]
    (await api.post("configmaps?fieldValidation=Perhaps", body)).refused(422, "Invalid")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_dry_run_changes_nothing(api: Api, method: str) -> None:
    made = (await api.post("configmaps", config_map())).ok(201)
    before = api.store.version
    path = "configmaps" if method == "POST" else "configmaps/m"
    body = config_map("new" if method == "POST" else "m") | {"data": {"a": "2"}}
    kind = MERGE if method == "PATCH" else ""
    sent = None if method == "DELETE" else body
    answer = await api.ask(method, f"{path}?dryRun=All", sent, kind=kind)
    assert answer.status in (200, 201)
    (await api.ask(method, f"{path}?dryRun=Perhaps", sent, kind=kind)).refused(422, "Invalid")
    assert (await api.get("configmaps")).ok()["items"][0]["data"] == made["data"]
    assert api.store.version == before


@pytest.mark.parametrize(
    ("meta", "reason", "status"),
    [
        ({"resourceVersion": "1"}, "Conflict", 409),
        ({"resourceVersion": "x"}, "BadRequest", 400),
        ({"uid": "other"}, "Conflict", 409),
        ({"name": "other"}, "BadRequest", 400),
        ({"namespace": "other"}, "BadRequest", 400),
    ],
)
async def test_a_replacement_of_something_else(api: Api, meta: dict, reason: str, status: int) -> None:
    (await api.post("configmaps", config_map())).ok(201)
    body = {"metadata": {"name": "m", **meta}, "data": {}}
    (await api.put("configmaps/m", body)).refused(status, reason)
    assert (await api.get("configmaps/m")).ok()["data"] == {"a": "1"}


async def test_some_kinds_are_made_by_replacing(api: Api) -> None:
    lease = {"metadata": {"name": "l"}, "spec": {"holderIdentity": "me"}}
    path = "/apis/coordination.k8s.io/v1/namespaces/default/leases/l"
    made = (await api.put(path, lease)).ok(201)
    (await api.put(path, lease)).refused(422, "Invalid")
    (await api.put(path, made)).ok(200)
    (await api.put("configmaps/m", config_map())).refused(404, "NotFound")


async def test_a_pod_in_a_namespace_without_its_service_account(api: Api) -> None:
    status = (await api.post("pods", pod(serviceAccountName="nobody"))).refused(403, "Forbidden")
    assert 'serviceaccount "nobody" not found' in status["message"]
    (await api.post("/api/v1/namespaces/nowhere/pods", pod())).refused(404, "NotFound")


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"preconditions": {"uid": "other"}}, 409, "Conflict"),
        ({"preconditions": {"resourceVersion": "1"}}, 409, "Conflict"),
        ({"propagationPolicy": "Sideways"}, 422, "Invalid"),
        ({"propagationPolicy": "Orphan", "orphanDependents": True}, 422, "Invalid"),
        ({"gracePeriodSeconds": "5"}, 400, "BadRequest"),
        ({"kind": "Pod"}, 400, "BadRequest"),
        ({"dryRun": ["Perhaps"]}, 422, "Invalid"),
        (b"{", 400, "BadRequest"),
        (b"[]", 400, "BadRequest"),
    ],
)
async def test_a_deletion_that_is_refused(api: Api, body: object, status: int, reason: str) -> None:
    (await api.post("pods", pod())).ok(201)
    (await api.delete("pods/p", body)).refused(status, reason)
    assert "deletionTimestamp" not in (await api.get("pods/p")).ok()["metadata"]


@pytest.mark.parametrize(
    ("query", "body"), [("", {"gracePeriodSeconds": 7}), ("?gracePeriodSeconds=7", None)]
)
async def test_a_pod_is_given_time(api: Api, query: str, body: object) -> None:
    (await api.post("pods", pod())).ok(201)
    api.store.update("pods", "default", "p", lambda obj: obj["spec"].update(nodeName="local"))
    ending = (await api.delete(f"pods/p{query}", body)).ok()
    assert ending["metadata"]["deletionGracePeriodSeconds"] == 7
    (await api.get("pods/p")).ok()
    (await api.delete("pods/p?gracePeriodSeconds=0")).ok()
    (await api.get("pods/p")).refused(404, "NotFound")


async def test_a_selection_is_deleted(api: Api) -> None:
    for name in "ab":
        (await api.post("configmaps", config_map(name, labels={"name": name}))).ok(201)
    gone = (await api.delete("configmaps?labelSelector=name=a")).ok()
    assert [item["metadata"]["name"] for item in gone["items"]] == ["a"]
    assert [item["metadata"]["name"] for item in (await api.get("configmaps")).ok()["items"]] == ["b"]


async def test_the_log_is_the_kubelets(api: Api) -> None:
    containers = [{"name": name, "image": "x"} for name in ("one", "two")]
    (await api.post("pods", pod(containers=containers))).ok(201)
    (await api.get("pods/p/log")).refused(400, "BadRequest")
    (await api.get("pods/p/log?container=three")).refused(400, "BadRequest")
    (await api.get("pods/q/log?container=one")).refused(404, "NotFound")
    text = (await api.get("pods/p/log?container=two&tailLines=5&previous=true", accept="*/*")).body
    assert text == "('default', 'p', 'two') {'tail_lines': 5, 'previous': True}"
    text = (await api.get("pods/p/log?container=two&follow=true&tailLines=5", accept="*/*")).body
    assert text == "('default', 'p', 'two') {'tail_lines': 5}"
    (await api.get("pods/p/log?container=three&follow=true")).refused(400, "BadRequest")


async def test_everything_may_be_done(api: Api) -> None:
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    asked = {"spec": {"resourceAttributes": {"verb": "create", "resource": "pods"}}}
    assert (await api.post(path, asked)).ok(201)["status"]["allowed"] is True
    answer = await api.post(path, b"k8s\0", kind="application/vnd.kubernetes.protobuf")
    assert answer.ok(201)["status"]["allowed"] is True
    (await api.post(path, b"[]")).refused(400, "BadRequest")


async def test_discovery_names_every_kind(api: Api) -> None:
    aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
    assert (await api.get("/api", accept=aggregated)).ok()["versions"] == ["v1"]
    groups = {group["name"] for group in (await api.get("/apis")).ok()["groups"]}
    assert groups == {"authorization.k8s.io", "coordination.k8s.io"}
    names = {item["name"] for item in (await api.get("/api/v1")).ok()["resources"]}
    assert {"pods", "pods/log", "pods/status", "persistentvolumeclaims", "secrets", "namespaces"} <= names
    assert (await api.get("/version")).ok()["minor"] == "36"


@pytest.mark.parametrize(
    ("path", "body", "cells"),
    [
        ("pods", pod(), ["p", "0/1", "Pending", "0"]),
        ("secrets", {"metadata": {"name": "s"}, "stringData": {"a": "b"}}, ["s", "Opaque", 1]),
        ("configmaps", config_map(), ["m", 1]),
        ("persistentvolumeclaims", claim(storageClassName="other"), ["c", "Pending", "", "", "", "other"]),
        (
            "services",
            {"metadata": {"name": "s"}, "spec": {"clusterIP": "None"}},
            ["s", "ClusterIP", "None", "<none>", "<none>"],
        ),
    ],
)
async def test_a_table_for_kubectl(api: Api, path: str, body: dict, cells: list) -> None:
    (await api.post(path, body)).ok(201)
    table = (await api.get(path, accept=TABLE)).ok()
    assert table["kind"] == "Table"
    (row,) = table["rows"]
    assert row["cells"][: len(cells)] == cells
    assert len(row["cells"]) == len(table["columnDefinitions"])
    assert row["object"]["kind"] == "PartialObjectMetadata"


async def test_metadata_alone(api: Api) -> None:
    (await api.post("secrets", {"metadata": {"name": "s"}, "stringData": {"a": "b"}})).ok(201)
    accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
    listed = (await api.get("secrets", accept=accept)).ok()
    assert listed["kind"] == "PartialObjectMetadataList"
    assert set(listed["items"][0]) == {"kind", "apiVersion", "metadata"}
