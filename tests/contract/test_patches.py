"""What does a patch change, and which patches are refused?"""

from __future__ import annotations

import pytest

from tests.contract.api_client import JSON_PATCH, MERGE, STRATEGIC, unique
from tests.contract.samples import config_map

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def made(api) -> str:
    name = unique("p")
    body = config_map(name, {"keep": "1", "example.com/drop": "2"}, annotations={"note": "a"})
    (await api.create("configmaps", body)).ok()
    return name


@pytest.mark.parametrize(
    ("patch", "labels", "data"),
    [
        pytest.param({"data": {"b": "2"}}, None, {"a": "1", "b": "2"}, id="add"),
        pytest.param({"data": {"a": None}}, None, None, id="null-deletes"),
        pytest.param(
            {"metadata": {"labels": {"example.com/drop": None}}}, {"keep": "1"}, {"a": "1"}, id="one-label"
        ),
        pytest.param({"metadata": {"labels": None}}, {}, {"a": "1"}, id="null-deletes-all"),
        pytest.param({"data": {"absent": None}}, None, {"a": "1"}, id="null-of-nothing"),
        pytest.param({}, None, {"a": "1"}, id="empty"),
    ],
)
async def test_a_merge_patch(api, patch: dict, labels: dict | None, data: dict | None) -> None:
    name = await made(api)
    patched = (await api.patch("configmaps", name, patch, MERGE)).ok(200)
    assert patched.get("data") == data
    assert patched["metadata"].get("labels", {}) == (
        {"keep": "1", "example.com/drop": "2"} if labels is None else labels
    )


@pytest.mark.parametrize(
    ("operations", "data"),
    [
        pytest.param([{"op": "add", "path": "/data/b", "value": "2"}], {"a": "1", "b": "2"}, id="add"),
        pytest.param([{"op": "replace", "path": "/data/a", "value": "2"}], {"a": "2"}, id="replace"),
        pytest.param([{"op": "remove", "path": "/data/a"}], None, id="remove"),
        pytest.param([{"op": "copy", "from": "/data/a", "path": "/data/b"}], {"a": "1", "b": "1"}, id="copy"),
        pytest.param([{"op": "move", "from": "/data/a", "path": "/data/b"}], {"b": "1"}, id="move"),
        pytest.param(
            [{"op": "test", "path": "/data/a", "value": "1"}, {"op": "add", "path": "/data/a", "value": "3"}],
            {"a": "3"},
            id="test-holds",
        ),
    ],
)
async def test_a_json_patch(api, operations: list, data: dict | None) -> None:
    name = await made(api)
    patched = (await api.patch("configmaps", name, operations, JSON_PATCH)).ok(200)
    assert patched.get("data") == data


async def test_a_key_with_a_slash(api) -> None:
    name = await made(api)
    operations = [{"op": "remove", "path": "/metadata/labels/example.com~1drop"}]
    patched = (await api.patch("configmaps", name, operations, JSON_PATCH)).ok(200)
    assert patched["metadata"]["labels"] == {"keep": "1"}


@pytest.mark.parametrize(
    ("operations", "code", "reason"),
    [
        pytest.param([{"op": "test", "path": "/data/a", "value": "x"}], 422, "Invalid", id="test-fails"),
        pytest.param([{"op": "remove", "path": "/data/absent"}], 422, "Invalid", id="remove-of-nothing"),
        pytest.param(
            [{"op": "replace", "path": "/absent/a", "value": 1}], 422, "Invalid", id="replace-of-nothing"
        ),
        pytest.param(
            [{"op": "add", "path": "/data/a", "value": 1}], 422, "Invalid", id="number-for-a-string"
        ),
        pytest.param({"op": "add"}, 400, "BadRequest", id="not-a-list"),
    ],
)
async def test_a_json_patch_that_fails_changes_nothing(
    api, operations: object, code: int, reason: str
) -> None:
    name = await made(api)
    (await api.patch("configmaps", name, operations, JSON_PATCH)).failed(code, reason)
    assert (await api.get("configmaps", name)).ok()["data"] == {"a": "1"}


@pytest.mark.parametrize(
    ("patch", "code", "reason"),
    [
        pytest.param({"metadata": {"resourceVersion": "1"}}, 409, "Conflict", id="old-version"),
        pytest.param({"metadata": {"uid": "0-0"}}, 422, "Invalid", id="other-uid"),
        pytest.param({"metadata": {"name": "other"}}, 400, "BadRequest", id="other-name"),
        pytest.param({"data": {"a": 1}}, 422, "Invalid", id="number-for-a-string"),
        pytest.param({"data": {"a b": "1"}}, 422, "Invalid", id="invalid-result"),
        pytest.param([], 400, "BadRequest", id="list"),
        pytest.param(b"{", 400, "BadRequest", id="half-a-patch"),
    ],
)
async def test_a_merge_patch_is_refused(api, patch: object, code: int, reason: str) -> None:
    name = await made(api)
    assert (await api.patch("configmaps", name, patch, MERGE)).failed(code, reason)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/xml"])
async def test_a_patch_of_an_unknown_type(api, kind: str) -> None:
    name = await made(api)
    assert (await api.patch("configmaps", name, {}, kind)).failed(415, "UnsupportedMediaType")


async def test_a_patch_of_nothing(api) -> None:
    for kind, body in ((MERGE, {}), (JSON_PATCH, [])):
        assert (await api.patch("configmaps", "absent", body, kind)).failed(404, "NotFound")


async def test_a_strategic_patch_is_a_stated_difference(api) -> None:
    """The one difference that is meant: the embedded server has no strategic merge and says so."""
    name = await made(api)
    answer = await api.patch("configmaps", name, {"data": {"b": "2"}}, STRATEGIC)
    if api.target.is_real:
        assert answer.ok(200)["data"] == {"a": "1", "b": "2"}
    else:
        answer.failed(415, "UnsupportedMediaType")
