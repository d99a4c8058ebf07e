"""Do merge patches and JSON patches give what their RFCs say, and what the real server makes of them?"""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.local_cluster.patch import (
    JSON,
    MERGE,
    PatchError,
    apply_patch,
    check_patch_type,
    json_patch,
    merge,
)
from libretexts_hub.local_cluster.status import ApiError

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        pytest.param({"a": "b"}, {"a": "c"}, {"a": "c"}, id="replace"),
        pytest.param({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}, id="add"),
        pytest.param({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}, id="remove"),
        pytest.param({"a": ["b"]}, {"a": ["c", "d"]}, {"a": ["c", "d"]}, id="a list is replaced whole"),
        pytest.param({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}, id="nested"),
        pytest.param({"a": "b"}, {"a": {"c": None, "d": 1}}, {"a": {"d": 1}}, id="null is never stored"),
        pytest.param({"a": 1}, {}, {"a": 1}, id="nothing"),
    ],
)
def test_merge(target: Any, patch: Any, result: Any) -> None:
    assert merge(target, patch) == result


@given(values, values)
def test_merging_twice_changes_nothing_more(target: Any, patch: Any) -> None:
    once = merge(target, patch)
    assert merge(once, patch) == once


@pytest.mark.parametrize(
    ("document", "operation", "result"),
    [
        ({"a": 1}, {"op": "add", "path": "/b", "value": 2}, {"a": 1, "b": 2}),
        ({"a": [1, 3]}, {"op": "add", "path": "/a/1", "value": 2}, {"a": [1, 2, 3]}),
        ({"a": [1]}, {"op": "add", "path": "/a/-", "value": 2}, {"a": [1, 2]}),
        ({"a": 1}, {"op": "add", "path": "", "value": {}}, {}),
        ({"a": 1}, {"op": "add", "path": "/b"}, {"a": 1, "b": None}),
        ({"a": 1}, {"op": "remove", "path": "/a"}, {}),
        ({"a": [1, 2]}, {"op": "remove", "path": "/a/0"}, {"a": [2]}),
        ({"a": 1}, {"op": "replace", "path": "/a", "value": 2}, {"a": 2}),
        ({"a": 1}, {"op": "replace", "path": "/absent", "value": 2}, {"a": 1, "absent": 2}),
        ({"a": [1]}, {"op": "replace", "path": "/a/0", "value": 2}, {"a": [2]}),
        ({"a": 1}, {"op": "move", "from": "/a", "path": "/b"}, {"b": 1}),
        ({"a": [1]}, {"op": "copy", "from": "/a", "path": "/b"}, {"a": [1], "b": [1]}),
        ({"a/b": 1, "c~d": 2}, {"op": "remove", "path": "/a~1b"}, {"c~d": 2}),
        ({"c~d": 2}, {"op": "remove", "path": "/c~0d"}, {}),
        ({"a": 1}, {"op": "test", "path": "/a", "value": 1}, {"a": 1}),
        ({"a": 1}, {"op": "test", "path": "/absent", "value": None}, {"a": 1}),
        ({"a": {"b": [1]}}, {"op": "test", "path": "/a", "value": {"b": [1]}}, {"a": {"b": [1]}}),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_json_patch(document: Any, operation: Any, result: Any) -> None:
    assert json_patch(document, [operation]) == result


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/absent"},
        {"op": "remove", "path": "/absent/deeper"},
        {"op": "remove", "path": ""},
        {"op": "remove", "path": "/list/-"},
        {"op": "remove", "path": "/list/7"},
        {"op": "remove", "path": "/list/01x"},
        {"op": "replace", "path": "/list/1", "value": 1},
        {"op": "replace", "path": "/text/x", "value": 1},
        {"op": "add", "path": "/text/x", "value": 1},
        {"op": "add", "path": "/list/9", "value": 1},
        {"op": "add", "path": "no slash", "value": 1},
        {"op": "add", "path": 7, "value": 1},
        {"op": "add", "value": 1},
        {"op": "move", "path": "/a"},
        {"op": "copy", "from": "/absent", "path": "/a"},
        {"op": "test", "path": "/text", "value": "other"},
        {"op": "test", "path": "/one", "value": True},
        {"op": "frobnicate", "path": "/text"},
        {"op": ["add"], "path": "/text"},
        {},
    ],
    ids=json.dumps,
)
def test_an_operation_that_cannot_be_done(operation: Any) -> None:
    with pytest.raises(PatchError):
        json_patch({"text": "t", "list": [0], "one": 1}, [operation])


@given(
    st.lists(
        st.fixed_dictionaries(
            {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test"])},
            optional={
                "path": st.text(alphabet="/a0-~", max_size=6),
                "from": st.text(alphabet="/a0", max_size=6),
                "value": values,
            },
        ),
        max_size=5,
    )
)
def test_hostile_operations_only_fail_as_patches(operations: Any) -> None:
    with contextlib.suppress(PatchError):
        json_patch({"a": [{"a": 0}], "0": "a"}, operations)


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        pytest.param(MERGE, b"{", 400, id="broken JSON"),
        pytest.param(MERGE, b"[]", 400, id="merge with a list"),
        pytest.param(MERGE, b"", 400, id="nothing"),
        pytest.param(JSON, b"{}", 400, id="no list"),
        pytest.param(JSON, b"[1]", 400, id="no operation"),
        pytest.param(JSON, b'[{"op":"replace","path":"","value":1}]', 422, id="no object is left"),
        pytest.param(JSON, b'[{"op":"remove","path":"/x"}]', 422, id="does not apply"),
        pytest.param(JSON, json.dumps([{}] * 10_001).encode(), 413, id="too many operations"),
    ],
)
def test_a_refused_patch(kind: str, body: bytes, status: int) -> None:
    with pytest.raises(ApiError) as caught:
        apply_patch(kind, body, {"a": 1})
    assert caught.value.status == status


@pytest.mark.parametrize(
    "header",
    [
        "application/strategic-merge-patch+json",
        "application/apply-patch+yaml",
        "application/json",
        "",
        "text/plain",
    ],
)
def test_a_patch_of_another_kind(header: str) -> None:
    with pytest.raises(ApiError) as caught:
        check_patch_type(header)
    assert (caught.value.status, caught.value.reason) == (415, "UnsupportedMediaType")
