"""What is read from Google's lists of groups, and from the key of a service account?"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain.google_groups import (
    directory_page,
    fold_address,
    has_any,
    transitive_page,
    transitive_query,
    wanted_groups,
)
from libretexts_hub.domain.service_account import assertion_claims, check_url, parse_key_file
from libretexts_hub.errors import ConfigurationError

GOOD = {
    "type": "service_account",
    "client_email": "hub@p.iam.gserviceaccount.com",
    "private_key": "--BEGIN--\nverysecret\n",
    "token_uri": "https://oauth2.googleapis.com/token",
}


def test_a_page_of_each_api():
    page = directory_page({"groups": [{"email": "Team@A.example", "id": "x1"}], "nextPageToken": "t"})
    assert page.groups == (("team@a.example", "x1"),)
    assert page.next_token == "t"
    found = {"group": "groups/x2", "groupKey": {"id": "team@b.example"}}
    assert transitive_page({"memberships": [found]}).groups == (("team@b.example", "x2"),)


@pytest.mark.parametrize(
    "answer",
    [None, [], "text", {"groups": {}, "memberships": {}}, {"groups": [1], "memberships": [1]},
     {"groups": [], "memberships": [], "nextPageToken": 7}],
)  # fmt: skip
def test_an_answer_of_another_shape(answer):
    assert directory_page(answer) is None
    assert transitive_page(answer) is None


def test_somebody_without_groups():
    assert directory_page({}).groups == ()
    assert directory_page({"groups": [{"email": None}, {}, {"email": "no address"}]}).groups == ()
    assert transitive_page({"memberships": [{}, {"groupKey": 7, "group": 7}]}).groups == ()


@given(st.text("ab@.'\"\\ \n\xe4\ud800()", max_size=12))
def test_no_address_ends_the_text_of_the_query(text):
    for address in (fold_address(text), fold_address(f"{text}@a.example")):
        if address:
            query = transitive_query(address).replace("\\'", "")
            assert query.count("'") == 4
            assert "\\" not in query


def test_an_apostrophe_is_part_of_an_address():
    assert fold_address("O'Brien@a.example") == "o'brien@a.example"
    assert "== 'o\\'brien@a.example' &&" in transitive_query("o'brien@a.example")


@pytest.mark.parametrize(
    ("groups", "found"),
    [
        pytest.param(["team@a.example"], True, id="qualified"),
        pytest.param(["TEAM@A.example"], True, id="case"),
        pytest.param(["team@b.example"], False, id="of-another-domain"),
        pytest.param(["team"], True, id="of-the-persons-domain"),
        pytest.param([], False, id="none"),
    ],
)
def test_the_same_name_in_another_domain_is_another_group(groups, found):
    wanted = wanted_groups({"a.example": {"team"}}, where="x")
    assert has_any(groups, wanted, "a.example") is found
    assert not has_any(["team"], wanted, "b.example")


def test_what_is_no_group_stops_the_hub():
    with pytest.raises(ConfigurationError, match="is not a group of"):
        wanted_groups({"a.example": {"my team"}}, where="c.X.allowed_google_groups")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "not the JSON", id="empty"),
        pytest.param(b"\xff\xfe", "not the JSON", id="binary"),
        pytest.param(b"[" * 10_000, "not the JSON", id="deep"),
        pytest.param(b"[]", "not the JSON", id="list"),
        pytest.param(b" " * 100_000, "too large", id="large"),
        pytest.param(
            json.dumps(GOOD | {"type": "authorized_user"}).encode(), "not a service account", id="type"
        ),
        pytest.param(json.dumps(GOOD | {"private_key": None}).encode(), "no private_key", id="no-key"),
        pytest.param(
            json.dumps(GOOD | {"token_uri": "http://elsewhere.example"}).encode(), "no https", id="url"
        ),
    ],
)
def test_a_wrong_key_file_is_refused_without_its_content(content, said):
    with pytest.raises(ConfigurationError, match=said) as refused:
        parse_key_file(content, where="key.json")
    assert "verysecret" not in str(refused.value)
    assert "key.json" in str(refused.value)


def test_a_key_file():
    account = parse_key_file(json.dumps(GOOD).encode(), where="key.json")
    assert "verysecret" not in repr(account)
    claims = assertion_claims(account, scope="s", subject="root@a.example", now=10)
    assert claims == {
        "iss": GOOD["client_email"], "scope": "s", "aud": GOOD["token_uri"], "iat": 10, "exp": 3610,
        "sub": "root@a.example",
    }  # fmt: skip


@pytest.mark.parametrize(
    "url",
    ["http://a.example/", "ftp://a.example", "https://", "https://me@a.example", "https://a.example:x", "",
     "http://127.0.0.1.a.example/"],
)  # fmt: skip
def test_secrets_are_sent_to_no_such_address(url):
    with pytest.raises(ConfigurationError):
        check_url(url, where="x")
