"""Are wrong, locked, expired and must-change told apart, and is a person told only what is theirs to know?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain.bind_refusals import (
    PASSWORD_EXPIRED,
    PASSWORD_POLICY,
    policy_error,
    refusal_of,
)

AD = "80090308: LdapErr: DSID-0C090446, comment: AcceptSecurityContext error, data {}, v3839"


def policy(error: int) -> dict[str, bytes]:
    return {PASSWORD_POLICY: bytes([0x30, 0x03, 0x81, 0x01, error])}


@pytest.mark.parametrize(
    ("code", "message", "controls", "cause", "is_told"),
    [
        pytest.param(49, "", {}, "password", False, id="wrong"),
        pytest.param(49, AD.format("52e"), {}, "password", False, id="AD wrong"),
        pytest.param(49, AD.format("525"), {}, "unknown", False, id="AD unknown"),
        pytest.param(49, AD.format("532"), {}, "expired", True, id="AD expired"),
        pytest.param(49, AD.format("773"), {}, "must_change", True, id="AD must change"),
        pytest.param(49, AD.format("533"), {}, "disabled", True, id="AD disabled"),
        pytest.param(49, AD.format("701"), {}, "account_expired", True, id="AD account expired"),
        pytest.param(49, AD.format("530"), {}, "not_now", True, id="AD hours"),
        pytest.param(49, AD.format("775"), {}, "locked", False, id="AD locked"),
        pytest.param(49, AD.format("52E"), {}, "password", False, id="AD capitals"),
        pytest.param(49, "", policy(0), "expired", True, id="policy expired"),
        pytest.param(49, "", policy(1), "locked", False, id="policy locked"),
        pytest.param(0, "", policy(2), "must_change", True, id="policy must change"),
        pytest.param(0, "", {PASSWORD_EXPIRED: b"0"}, "must_change", True, id="389 must change"),
        pytest.param(49, "", {PASSWORD_EXPIRED: b"0"}, "expired", True, id="389 expired"),
        pytest.param(19, "Exceed password retry limit", {}, "locked", False, id="389 locked"),
        pytest.param(53, "Account inactivated", {}, "disabled", False, id="389 inactive"),
        pytest.param(32, "", {}, "unknown", False, id="no such entry"),
        pytest.param(34, "", {}, "unknown", False, id="no name"),
        pytest.param(13, "TLS required", {}, "configuration", False, id="wants TLS"),
        pytest.param(51, "", {}, "away", False, id="busy"),
        pytest.param(80, "odd", {}, "directory", False, id="other"),
    ],
)
def test_refusal(code, message, controls, cause, is_told):
    refusal = refusal_of(code, message, controls)
    assert refusal is not None
    assert refusal.cause == cause
    assert bool(refusal.told) == is_told


@pytest.mark.parametrize(
    "controls", [{}, {PASSWORD_POLICY: b"0\x00"}, {PASSWORD_POLICY: b"0\x05\xa0\x03\x80\x01\x09"}]
)
def test_success(controls):
    assert refusal_of(0, "", controls) is None


def test_error_behind_a_warning():
    assert policy_error(b"0\x08\xa0\x03\x80\x01\x09\x81\x01\x02") == 2


@given(st.binary(max_size=40))
def test_any_octets_are_an_error_or_none(value):
    assert -1 <= policy_error(value) <= 255
