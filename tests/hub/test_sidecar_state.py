"""Does a hub find a database again, whatever it finds in the state?"""

import pytest

from libretexts_hub.hub.sidecar_state import STATE_KEY, Stored, from_state, to_state

MADE = Stored("db-alice", ("a", "b"), ("a",), is_sure=True)


def test_nothing_is_kept_of_a_server_that_never_had_one():
    assert to_state(Stored()) == {}


@pytest.mark.parametrize("stored", [MADE, MADE.doubted(), Stored("x")], ids=["sure", "doubted", "name"])
def test_what_is_kept_is_what_was(stored):
    assert from_state(to_state(stored)) == stored


@pytest.mark.parametrize(
    ("saved", "expected"),
    [
        pytest.param(None, Stored(), id="none"),
        pytest.param("db", Stored(), id="no mapping"),
        pytest.param({"objects": 3}, Stored(), id="no name"),
        pytest.param({"objects": "x", "namespaces": "a"}, Stored("x"), id="no list"),
        pytest.param(
            {"version": 2, "objects": "x", "namespaces": ["a", 1], "is_sure": True},
            Stored("x", ("a",)),
            id="of a later version: the names, and looked for again",
        ),
    ],
)
def test_what_is_strange_loses_no_name(saved, expected):
    assert from_state({STATE_KEY: saved}) == expected


def test_stock_state_has_none():
    assert from_state({"pod_name": "jupyter-alice"}) == Stored()


def test_nothing_is_asked_of_what_is_sure_only():
    assert MADE.has("a", claim=True)
    assert MADE.has("b", claim=False)
    assert not MADE.has("b", claim=True), "there it was a scratch database"
    assert not MADE.has("c", claim=False)
    assert not MADE.doubted().has("a", claim=True)


def test_what_was_in_doubt_elsewhere_stays_in_doubt():
    found = MADE.doubted().with_namespace("db-alice", "b", claim=True)
    assert found.has("b", claim=True)
    assert not found.has("a", claim=True)
    assert set(found.namespaces) == {"a", "b"}, "it is deleted in both"
