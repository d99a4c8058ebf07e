"""Which requests does a fault strike? Reading a request, and the rules, without a server."""

from __future__ import annotations

import pytest

from tests.servers.fault_proxy.asked import Asked, understand
from tests.servers.fault_proxy.rules import RuleBook, RuleError, parse

PODS = "/api/v1/namespaces/n/pods"


@pytest.mark.parametrize(
    ("request_line", "expected"),
    [
        pytest.param(("GET", PODS), ("list", "pods", "", "n", ""), id="list"),
        pytest.param(("GET", PODS, "watch=true"), ("watch", "pods", "", "n", ""), id="watch"),
        pytest.param(("GET", PODS, "watch=1"), ("watch", "pods", "", "n", ""), id="watch-1"),
        pytest.param(("GET", f"{PODS}/p"), ("get", "pods", "", "n", "p"), id="get"),
        pytest.param(("GET", f"{PODS}/p/log"), ("get", "pods", "log", "n", "p"), id="log"),
        pytest.param(("POST", PODS), ("create", "pods", "", "n", ""), id="create-without-a-body"),
        pytest.param(
            ("POST", PODS, "", b'{"metadata": {"name": "p"}}'),
            ("create", "pods", "", "n", "p"),
            id="create",
        ),
        pytest.param(("POST", PODS, "", b"[1"), ("create", "pods", "", "n", ""), id="create-broken-body"),
        pytest.param(("POST", f"{PODS}/p/eviction"), ("create", "pods", "eviction", "n", "p"), id="evict"),
        pytest.param(("PUT", f"{PODS}/p"), ("update", "pods", "", "n", "p"), id="update"),
        pytest.param(("PATCH", f"{PODS}/p"), ("patch", "pods", "", "n", "p"), id="patch"),
        pytest.param(("DELETE", f"{PODS}/p"), ("delete", "pods", "", "n", "p"), id="delete"),
        pytest.param(("DELETE", PODS), ("deletecollection", "pods", "", "n", ""), id="delete-all"),
        pytest.param(("GET", "/api/v1/pods"), ("list", "pods", "", "", ""), id="every-namespace"),
        pytest.param(("GET", "/api/v1/namespaces/n"), ("get", "namespaces", "", "", "n"), id="namespace"),
        pytest.param(
            ("PUT", "/api/v1/namespaces/n/finalize"),
            ("update", "namespaces", "finalize", "", "n"),
            id="finalize",
        ),
        pytest.param(
            ("GET", "/apis/coordination.k8s.io/v1/namespaces/n/leases/l"),
            ("get", "leases", "", "n", "l"),
            id="group",
        ),
        pytest.param(("GET", "/api/v1"), ("get", "", "", "", ""), id="discovery"),
        pytest.param(("POST", "/login/oauth/access_token"), ("post", "", "", "", ""), id="not-kubernetes"),
    ],
)
def test_requests_are_understood(request_line: tuple, expected: tuple[str, ...]) -> None:
    asked = understand(*request_line)
    assert (asked.verb, asked.resource, asked.subresource, asked.namespace, asked.name) == expected


@pytest.mark.parametrize(
    ("rule", "struck"),
    [
        pytest.param({}, [1, 2, 3, 4, 5, 6], id="always"),
        pytest.param({"first": 2}, [1, 2], id="first"),
        pytest.param({"every": 3}, [3, 6], id="every"),
        pytest.param({"first": 4, "every": 2}, [2, 4], id="first-and-every"),
        pytest.param({"for_seconds": 2.5}, [1, 2], id="for-a-time"),
        pytest.param({"probability": 0.0}, [], id="never"),
        pytest.param({"name": "jupyter-*"}, [1, 2, 3, 4, 5, 6], id="name"),
        pytest.param({"name": "jupyter"}, [], id="whole-name"),
        pytest.param({"resource": "pods/*"}, [], id="subresource"),
    ],
)
def test_a_rule_strikes(rule: dict, struck: list[int]) -> None:
    now = [0.0]
    book = RuleBook(clock=lambda: now[0])
    book.add(parse({"action": "drop", **rule}))
    asked = Asked("get", f"{PODS}/jupyter-a", "pods", "", "n", "jupyter-a")
    hits = []
    for count in range(1, 7):
        now[0] = float(count)
        if book.striking(asked):
            hits.append(count)
    assert hits == struck


def test_probability_is_repeatable() -> None:
    def strikes(seed: int) -> list[bool]:
        book = RuleBook()
        book.add(parse({"action": "drop", "probability": 0.5, "seed": seed}))
        return [bool(book.striking(Asked("get", "/"))) for _ in range(40)]

    assert strikes(1) == strikes(1) != strikes(2)
    assert 8 < sum(strikes(1)) < 32


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        pytest.param([], "action", id="not-an-object"),
        pytest.param({}, "action", id="no-action"),
        pytest.param({"action": "explode"}, "explode", id="unknown-action"),
        pytest.param({"action": "drop", "verbs": "get"}, "verbs", id="unknown-field"),
        pytest.param({"action": "drop", "id": 1}, "id", id="not-to-be-set"),
        pytest.param({"action": "delay", "seconds": "1"}, "seconds", id="text-for-a-number"),
        pytest.param({"action": "delay", "seconds": -1}, "seconds", id="negative"),
        pytest.param({"action": "status"}, "status", id="status-missing"),
        pytest.param({"action": "status", "status": 200}, "status", id="status-no-error"),
        pytest.param({"action": "drop", "every": 0}, "every", id="every-0"),
        pytest.param({"action": "drop", "when": "later"}, "when", id="when"),
        pytest.param({"action": "drop", "first": True}, "first", id="bool-for-a-number"),
    ],
)
def test_a_wrong_rule_is_refused(rule: object, named: str) -> None:
    with pytest.raises(RuleError, match=named):
        parse(rule)
