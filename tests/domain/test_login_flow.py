"""Is an answer of a provider one of a flow that began here, and is it good once?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain.login_flow import (
    MOST_COOKIES,
    SECONDS,
    Flow,
    UsedFlows,
    cookie_name,
    packed,
    read_flow,
    state_id_of,
    too_many,
)

STATE = "0123456789abcdef" * 2
FLOW = Flow(STATE, "/hub/home", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "n")


def test_a_flow_comes_back_from_its_cookie_and_shows_no_secret():
    assert read_flow(FLOW.serialized()) == FLOW
    assert "dBjf" not in repr(FLOW)
    # RFC 7636, appendix B.
    assert FLOW.code_challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    "text", ["", "x", "e30=", "bnVsbA==", "\ud800", packed({"state_id": "../../x"}), "A" * 9999]
)
def test_a_state_that_the_hub_did_not_write(text):
    assert state_id_of(text) == ""


@given(st.text("abAB01=-_+/\ud800\xe4", max_size=40))
def test_any_state_and_any_cookie_are_read(text):
    assert state_id_of(text) == "" or len(state_id_of(text)) == 32
    read_flow(text)


def test_a_flow_is_good_once_until_it_is_too_old_to_matter():
    used = UsedFlows()
    assert used.use(STATE, 0)
    assert not used.use(STATE, SECONDS)
    assert used.use("another", SECONDS)
    assert used.use(STATE, 2 * SECONDS + 120)  # its cookie has ended long before


def test_tabs_that_were_left_give_way():
    names = [cookie_name(f"{number:032x}"[::-1]) for number in range(MOST_COOKIES + 3)]
    assert len(too_many([*names, "session"])) == 4
    assert too_many(names[: MOST_COOKIES - 1]) == []
