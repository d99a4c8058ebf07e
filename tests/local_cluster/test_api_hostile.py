"""Can anything that a client sends make the server fail, or store what is not an object?"""

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.local_cluster.api_harness import JSON_PATCH, MERGE, Api, claim, config_map, pod, running_api

RESOURCES = [
    "pods", "persistentvolumeclaims", "secrets", "services", "configmaps", "events", "serviceaccounts"
]  # fmt: skip
WORDS = """
metadata name generateName labels annotations finalizers ownerReferences uid namespace spec status
containers initContainers volumes resources limits requests storage cpu env valueFrom fieldRef ports
data stringData accessModes kind apiVersion type livenessProbe httpGet port emptyDir secret
projected sources tolerations affinity clusterIP involvedObject lastTimestamp conditions
serviceAccountName image securityContext
""".split()  # noqa: SIM905 - easier to read
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(
        ["", "a", "A b", "1Gi", "-1", "0", "é\ud800", "x" * 300, "2026-01-01T00:00:00Z", "YQ=="]
    )
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=20,
)
SAMPLES = {
    "pods": pod(
        volumes=[{"name": "v", "emptyDir": {}}],
        tolerations=[{"key": "a", "operator": "Exists"}],
        initContainers=[{"name": "i", "image": "x", "restartPolicy": "Always"}],
    ),
    "persistentvolumeclaims": claim(),
    "secrets": {"metadata": {"name": "s"}, "data": {"a": "YQ=="}, "stringData": {"b": "c"}},
    "services": {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}], "selector": {"a": "b"}}},
    "configmaps": config_map(),
    "events": {"metadata": {"name": "e"}, "involvedObject": {"namespace": "default"}},
    "serviceaccounts": {"metadata": {"name": "sa"}},
}


class Loop:
    """The server, and a loop in which examples can be run one after the other."""

    def __init__(self, folder: Path) -> None:
        self._runner = asyncio.Runner()
        self._context = running_api(folder)
        self.api: Api = self.run(self._context.__aenter__())

    def run(self, awaitable: Any) -> Any:
        async def waited() -> Any:
            return await awaitable

        return self._runner.run(waited())

    def close(self) -> None:
        self.run(self._context.__aexit__(None, None, None))
        self._runner.close()


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Any:
    running = Loop(tmp_path_factory.mktemp("hostile"))
    yield running
    running.close()


quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


def altered(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = altered(copy[path[0]], path[1:], new)
    return copy


def check(answer: Any) -> None:
    assert answer.status < 500, answer.body
    if answer.status >= 400 and isinstance(answer.body, dict):
        assert answer.body["kind"] == "Status"
        assert answer.body["message"]


@quick
@given(resource=st.sampled_from(RESOURCES), data=st.data(), new=values)
def test_one_wrong_value_in_a_good_object(loop: Loop, resource: str, data: st.DataObject, new: Any) -> None:
    body = altered(SAMPLES[resource], data.draw(st.sampled_from(places(SAMPLES[resource]))), new)
    check(loop.run(loop.api.post(f"{resource}?dryRun=All", body)))


@quick
@given(resource=st.sampled_from(RESOURCES), body=values)
def test_any_json(loop: Loop, resource: str, body: Any) -> None:
    check(loop.run(loop.api.post(f"{resource}?dryRun=All&fieldValidation=Strict", body)))


@quick
@given(body=st.binary(max_size=60), kind=st.sampled_from([MERGE, JSON_PATCH, "", "application/json"]))
def test_any_bytes(loop: Loop, body: bytes, kind: str) -> None:
    for method, path in (
        ("POST", "pods"),
        ("PUT", "configmaps/m"),
        ("PATCH", "configmaps/m"),
        ("DELETE", "configmaps/m"),
    ):
        check(loop.run(loop.api.ask(method, path, body, kind=kind)))


@quick
@given(
    resource=st.sampled_from(RESOURCES),
    sub=st.sampled_from(["", "/status"]),
    patch=st.dictionaries(st.sampled_from(["metadata", "spec", "status", "data", "immutable"]), values),
)
def test_any_patch(loop: Loop, resource: str, sub: str, patch: Any) -> None:
    if loop.api.store.find(resource, "default", "target") is None:
        loop.run(loop.api.post(resource, SAMPLES[resource] | {"metadata": {"name": "target"}})).ok(201)
    path = f"{resource}/target{sub}?dryRun=All"
    check(loop.run(loop.api.patch(path, patch)))
    operations = [{"op": "replace", "path": f"/{key}", "value": value} for key, value in patch.items()]
    check(loop.run(loop.api.patch(path, operations, JSON_PATCH)))


@quick
@given(resource=st.sampled_from(RESOURCES), data=st.data(), new=values)
def test_one_wrong_value_in_a_replacement(loop: Loop, resource: str, data: st.DataObject, new: Any) -> None:
    sample = SAMPLES[resource] | {"metadata": {"name": "replaced", "labels": {"a": "b"}}}
    if loop.api.store.find(resource, "default", "replaced") is None:
        loop.run(loop.api.post(resource, sample)).ok(201)
    body = altered(sample, data.draw(st.sampled_from(places(sample))), new)
    check(loop.run(loop.api.put(f"{resource}/replaced?dryRun=All", body)))


@quick
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW"]),
    parts=st.lists(
        st.sampled_from(
            ["api", "apis", "v1", "namespaces", "default", "pods", "p", "log", "status", "%2e", ""]
        )
        | st.text(max_size=4).map(lambda text: quote(text.encode("utf-8", "replace"), safe="")),
        max_size=8,
    ),
)
def test_any_path(loop: Loop, method: str, parts: list[str]) -> None:
    async def ask() -> int:
        async with loop.api.session.request(method, f"{loop.api.url}/{'/'.join(parts)}") as answer:
            return answer.status

    assert loop.run(ask()) < 500


NAMES = """
limit continue labelSelector fieldSelector resourceVersion resourceVersionMatch dryRun
sendInitialEvents timeoutSeconds gracePeriodSeconds propagationPolicy fieldValidation pretty
""".split()  # noqa: SIM905 - easier to read


@quick
@given(
    query=st.dictionaries(
        st.sampled_from(NAMES), st.text(max_size=8) | st.sampled_from(["0", "1", "true", "All", "-1"])
    )
)
def test_any_query(loop: Loop, query: dict[str, str]) -> None:
    text = "&".join(
        f"{key}={quote(value.encode('utf-8', 'replace'), safe='')}" for key, value in query.items()
    )
    for method in ("GET", "DELETE"):
        answer = loop.run(loop.api.ask(method, f"configmaps?{text}"))
        # A version from the future is answered with a timeout, as the real server does.
        assert answer.status < 500 or answer.body["reason"] == "Timeout", answer.body


def test_what_was_stored_can_be_read(loop: Loop) -> None:
    for resource in RESOURCES:
        listed = loop.run(loop.api.get(resource)).ok()
        assert json.dumps(listed)
