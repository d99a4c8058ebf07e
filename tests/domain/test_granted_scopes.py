"""Is a right that a provider left out named, and one that it granted in its own way not?"""

import pytest

from libretexts_hub.domain.granted_scopes import not_granted, not_granted_sentence

GOOGLE = (
    "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile"
)
USUAL = ("openid", "email", "profile")


@pytest.mark.parametrize(
    ("asked", "granted", "left_out"),
    [
        pytest.param(USUAL, "openid email profile", (), id="all"),
        pytest.param(USUAL, "openid email", ("profile",), id="one less"),
        pytest.param(USUAL, GOOGLE, (), id="Google spells them out"),
        pytest.param(USUAL, GOOGLE.rpartition(" ")[0], ("profile",), id="Google, one less"),
        pytest.param((*USUAL, "offline_access"), "email openid profile", (), id="Entra lists not all"),
        pytest.param(USUAL, "email,profile", (), id="commas"),
        pytest.param(USUAL, ["email", 7], ("profile",), id="a list"),
        pytest.param(USUAL, "", (), id="no list"),
        pytest.param(USUAL, None, (), id="nothing said"),
        pytest.param(USUAL, {"email": True}, (), id="something else"),
        pytest.param((), "email", (), id="nothing asked"),
    ],
)
def test_left_out(asked, granted, left_out):
    assert not_granted(asked, granted) == left_out


@pytest.mark.parametrize("scope", ["email", "groups", "odd:one"])
def test_the_right_is_named(scope):
    assert f"({scope})" in not_granted_sentence(scope)
