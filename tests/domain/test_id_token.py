"""Which claims of an id_token prove a login?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain.id_token import LEEWAY_SECONDS, fault_of, is_of_access_token

NOW = 1_000_000
GOOD = {"iss": "https://i", "aud": "me", "sub": "1", "exp": NOW + 300, "iat": NOW, "nonce": "n"}


def fault(changes, nonce="n"):
    claims = {name: value for name, value in (GOOD | changes).items() if value != "absent"}
    return fault_of(claims, issuers=("https://i", "i"), client_id="me", nonce=nonce, now=NOW)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({}, "", id="good"),
        pytest.param({"iss": "i"}, "", id="other-spelling-of-the-issuer"),
        pytest.param({"iss": "https://i/"}, "issuer", id="issuer"),
        pytest.param({"iss": ["https://i"]}, "issuer", id="issuer-in-a-list"),
        pytest.param({"aud": "you"}, "another client", id="audience"),
        pytest.param({"aud": None}, "another client", id="no-audience"),
        pytest.param({"aud": ["you", "me"], "azp": "me"}, "", id="for-two"),
        pytest.param({"aud": ["you", "me"]}, "issued to another", id="for-two-without-party"),
        pytest.param({"azp": "you"}, "issued to another", id="party"),
        pytest.param({"sub": ""}, "no subject", id="empty-subject"),
        pytest.param({"sub": 7}, "no subject", id="subject-is-a-number"),
        pytest.param({"sub": "x" * 256}, "no subject", id="long-subject"),
        pytest.param({"exp": NOW - LEEWAY_SECONDS}, "expired", id="expired"),
        pytest.param({"exp": NOW - 1}, "", id="clocks-differ"),
        pytest.param({"exp": "absent"}, "no times", id="never-ends"),
        pytest.param({"exp": "9999999999"}, "no times", id="time-as-text"),
        pytest.param({"exp": float("nan")}, "no times", id="not-a-number"),
        pytest.param({"iat": NOW + 100}, "future", id="of-the-future"),
        pytest.param({"nbf": NOW + 100}, "future", id="not-yet"),
        pytest.param({"nonce": "other"}, "nonce", id="nonce"),
        pytest.param({"nonce": "absent"}, "nonce", id="no-nonce"),
        pytest.param({"nonce": "\ud800"}, "nonce", id="half-a-character"),
    ],
)
def test_faults(changes, said):
    found = fault(changes)
    assert said in found
    assert bool(said) == bool(found)


def test_an_empty_nonce_proves_nothing():
    assert "nonce" in fault({"nonce": ""}, nonce="")


def test_a_refreshed_token_has_no_nonce():
    assert fault({"nonce": "absent"}, nonce=None) == ""


def test_the_hash_of_the_access_token():
    # OpenID Connect Core, appendix A.3: the token and its hash.
    token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
    assert is_of_access_token({"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"}, token, "RS256")
    assert not is_of_access_token({"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"}, token + "x", "RS256")
    assert not is_of_access_token({"at_hash": 7}, token, "RS256")
    assert is_of_access_token({}, token, "RS256")


texts = st.text("ab:/ \ud800\xe4", max_size=5)


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), st.none() | texts | st.floats() | st.lists(texts)))
def test_any_claims_are_judged(changes):
    assert isinstance(fault(changes), str)
