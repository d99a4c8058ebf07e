"""Does a request of the REST API harm anybody, whatever its body, its path and its token?"""

from __future__ import annotations

import json
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.security.conftest import WRITTEN_DOWN
from tests.security.guest import octets
from tests.security.strategies import bodies, examples, lines, nasty, values
from tests.security.test_hostile_form import CHOICES, comparable, pods

__all__ = ["pods"]

LONGEST_MESSAGE = 1000
KEYS = ("image", "tag", "size", "interface", "reference", "option-mode", "route", "_malformed", "environment")


@pytest.fixture(scope="module")
def ben(watched):
    return watched.person("ben")


@pytest.fixture(scope="module")
def token(ben):
    """Of the person's own, with all that they may do."""
    return ben.rest("POST", "users/ben/tokens", b"{}").json()["token"]


def check(answer, allowed=(400, 404, 413, WRITTEN_DOWN)):
    """In words, few of them, and as JSON: nothing that a browser takes for a page."""
    assert answer.status_code in allowed, (answer.status_code, answer.text)
    assert answer.headers["Content-Type"].startswith("application/json")
    said = answer.json()
    assert len(said["message"]) < LONGEST_MESSAGE
    assert said["message"].isprintable() or answer.status_code == 404, said
    assert "Traceback" not in answer.text


@examples(4)
@given(body=bodies())
def test_any_body_is_refused_or_starts_what_is_on_the_menu(watched, ben, pods, body):
    check(ben.rest("POST", "users/ben/server", body))
    for each in watched.created():
        assert comparable(each["pod"]) in pods.values(), each


@examples(4)
@given(
    options=st.dictionaries(
        st.sampled_from(KEYS) | lines(), values() | st.sampled_from(sum(CHOICES.values(), ())), max_size=5
    )
)
def test_any_options_are_refused_or_start_what_is_on_the_menu(watched, ben, pods, options):
    check(ben.rest("POST", "users/ben/server", json.dumps(options).encode()))
    for each in watched.created():
        assert comparable(each["pod"]) in pods.values(), each


def test_afterwards_the_pages_open(ben):
    assert ben.get("home").status_code == 200
    assert "Default environment" in ben.get("spawn").text


@examples(5)
@given(name=nasty(encodable=True))
def test_any_name_of_a_server(ben, name):
    """What is no UTF-8 does not get past the proxy, which answers 500 by itself."""
    path = quote_from_bytes(octets(name), safe="") or "%20"
    answer = ben.rest("POST", f"users/ben/servers/{path}", b'{"image": "nowhere"}')
    assert answer.status_code < 500, (answer.status_code, answer.text)


@examples(2)
@given(body=bodies(), host=lines())
def test_nobody_gets_a_token_for_git_by_what_they_send(ben, token, body, host):
    """Not even with a token of the person's own: only that of a server opens this door."""
    for sent in (body, json.dumps({"host": host}).encode()):
        for headers in ({}, {"Authorization": f"token {token}"}, {"Authorization": "token " + "é" * 40}):
            answer = ben.send(
                "POST", "api/libretexts/git-credential", sent, {"X-XSRFToken": ben.xsrf, **headers}
            )
            assert answer.status_code == 403, (answer.status_code, answer.text)
            assert "password" not in answer.json()


@examples(4)
@given(
    said=st.fixed_dictionaries(
        {"kind": st.sampled_from(["server", "kept"]) | values()},
        optional={
            "server": nasty() | values(),
            "stops_at": st.sampled_from(
                ["2099-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "now"]
            )
            | values(),
        },
    )
)
def test_what_a_culler_says_is_shown_as_text_or_refused(ben, token, said):
    headers = {"Authorization": f"token {token}"}
    answer = ben.send("POST", "api/libretexts/cull-notices/ben", json.dumps(said).encode(), headers)
    assert answer.status_code in (204, 400), (answer.status_code, answer.text)
    page = ben.get("home")
    assert page.status_code == 200
    assert "<script>alert" not in page.text


@examples(5)
@given(body=bodies())
def test_any_body_for_the_culler(ben, token, body):
    answer = ben.send("POST", "api/libretexts/cull-notices/ben", body, {"Authorization": f"token {token}"})
    assert answer.status_code in (204, 400), (answer.status_code, answer.text)


@pytest.mark.parametrize(
    "path", ["libretexts/cull-notices/ada", "users/ada", "users/ada/server", "users/ada/tokens"]
)
def test_of_another_person_one_learns_nothing(watched, ben, path):
    watched.person("cleo")
    known = ben.rest("GET" if path.startswith("users") else "POST", path.replace("ada", "cleo"), b"{}")
    unknown = ben.rest("GET" if path.startswith("users") else "POST", path.replace("ada", "nobody"), b"{}")
    assert known.status_code == unknown.status_code
    assert known.status_code in (403, 404, 405)
    assert known.text.replace("cleo", "") == unknown.text.replace("nobody", "")
