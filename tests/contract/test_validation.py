"""Is what is malformed refused, with the same words for the same field?"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.contract.api_client import unique
from tests.contract.malformed import INVALID, UNREADABLE
from tests.contract.samples import claim, config_map, gated_pod, secret, service

pytestmark = pytest.mark.asyncio(loop_scope="module")
BASES = {
    "pods": gated_pod,
    "persistentvolumeclaims": claim,
    "secrets": secret,
    "services": service,
    "configmaps": config_map,
}


def altered(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with the field at `path` (as in `spec/containers/0/name`) set, or taken away by `...`."""
    body = copy.deepcopy(body)
    *way, last = [int(part) if part.isdecimal() else part for part in path.split("/")]
    place: Any = body
    for part in way:
        place = place[part] if isinstance(place, list) else place.setdefault(part, {})
    if value is ...:
        del place[last]
    elif isinstance(place, list) and last == len(place):
        place.append(value)
    else:
        place[last] = value
    return body


@pytest.mark.parametrize(
    ("resource", "path", "value", "fields"),
    INVALID,
    ids=[f"{resource}-{path}-{number}" for number, (resource, path, *_) in enumerate(INVALID)],
)
async def test_an_invalid_field_is_named(api, resource: str, path: str, value: Any, fields: set[str]) -> None:
    name = unique("v")
    body = altered(BASES[resource](name), path, value)
    answer = await api.create(resource, body)
    if not fields:
        answer.ok(201)
        return
    status = answer.failed(422, "Invalid")
    assert {cause["field"] for cause in status["details"]["causes"]} == fields
    assert {cause["reason"] for cause in status["details"]["causes"]} <= {
        "FieldValueRequired", "FieldValueInvalid", "FieldValueDuplicate", "FieldValueNotFound",
        "FieldValueNotSupported", "FieldValueForbidden", "FieldValueTooLong", "FieldValueTypeInvalid",
    }  # fmt: skip
    assert status["details"]["kind"] == {"pods": "Pod"}.get(resource, status["details"]["kind"])
    assert all(field in status["message"] for field in fields)
    if isinstance(body["metadata"].get("name"), str) and len(body["metadata"]["name"]) < 250:
        assert (await api.get(resource, name)).status == 404


@pytest.mark.parametrize(
    ("resource", "path", "value"),
    UNREADABLE,
    ids=[f"{resource}-{path}-{number}" for number, (resource, path, _) in enumerate(UNREADABLE)],
)
async def test_what_cannot_be_read_is_a_bad_request(api, resource: str, path: str, value: Any) -> None:
    body = altered(BASES[resource](unique("v")), path, value)
    assert (await api.create(resource, body)).failed(400, "BadRequest")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"{}{}"], ids=repr)
async def test_a_body_that_is_no_object(api, body: bytes) -> None:
    answer = await api.create("pods", body)
    assert answer.status in {400, 422}, answer.body
    assert answer.body["kind"] == "Status"


async def test_a_missing_account_is_refused(api) -> None:
    status = (await api.create("pods", gated_pod(unique("v"), serviceAccountName="absent"))).failed(
        403, "Forbidden"
    )
    assert 'serviceaccount "absent" not found' in status["message"]


async def test_an_unknown_field_is_dropped_with_a_warning(api) -> None:
    name = unique("v")
    body = altered(gated_pod(name), "spec/colour", "red")
    answer = await api.create("pods", body)
    assert "colour" not in answer.ok(201)["spec"]
    assert answer.headers["Warning"] == r'299 - "unknown field \"spec.colour\""'


async def test_an_unknown_field_is_refused_when_asked(api) -> None:
    body = altered(gated_pod(unique("v")), "spec/colour", "red")
    status = (await api.create("pods", body, fieldValidation="Strict")).failed(400, "BadRequest")
    assert 'unknown field "spec.colour"' in status["message"]
    answer = await api.create("pods", body, fieldValidation="Ignore")
    assert "Warning" not in answer.headers
    answer.ok(201)


async def test_a_key_twice_is_refused_when_asked(api) -> None:
    text = json.dumps(config_map(unique("v"))).replace('"a": "1"', '"a": "1", "a": "2"').encode()
    status = (await api.create("configmaps", text, fieldValidation="Strict")).failed(400, "BadRequest")
    assert "duplicate field" in status["message"]


async def test_too_much_is_refused(api) -> None:
    answer = await api.create("configmaps", {**config_map(unique("v")), "data": {"a": "b" * 4_000_000}})
    assert answer.status == 413
