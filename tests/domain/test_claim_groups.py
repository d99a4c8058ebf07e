"""Which groups do the claims of different providers name?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain.claim_groups import ClaimedGroups, claimed_groups

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab/; \n\x00", max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abgn"), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("claims", "place", "groups"),
    [
        pytest.param({"groups": ["Physics", "ta"]}, "groups", (("physics", None), ("ta", None)), id="texts"),
        pytest.param({"groups": ["/physics/ta"]}, "groups", (("physics/ta", None),), id="keycloak-paths"),
        pytest.param(
            {"realm": {"roles": ["staff"]}}, "realm.roles", (("staff", None),), id="within-a-claim"
        ),
        pytest.param(
            {"https://a.example/groups": ["x"]}, "https://a.example/groups", (("x", None),), id="url-as-name"
        ),
        pytest.param(
            {"isMemberOf": [{"name": "lsst_int", "id": 2001}, {"name": "admins"}]},
            "isMemberOf",
            (("lsst_int", 2001), ("admins", None)),
            id="ncsa-numbers",
        ),
        pytest.param({"isMemberOf": "a;b"}, "isMemberOf", (("a", None), ("b", None)), id="saml"),
        pytest.param(
            {"groups": [None, 7, "", " ", {"id": 3}, {"name": ["x"]}, "a\nb", "x" * 256, "good"]},
            "groups",
            (("good", None),),
            id="what-is-no-name",
        ),
        pytest.param({"groups": [{"name": "a", "id": True}, {"name": "b", "id": -1}]}, "groups",
                     (("a", None), ("b", None)), id="what-is-no-number"),
        pytest.param({}, "groups", (), id="none"),
    ],
)  # fmt: skip
def test_groups(claims, place, groups):
    assert claimed_groups(claims, (place,)) == ClaimedGroups(groups)


def test_a_name_twice_keeps_its_number():
    claims = {"groups": ["a"], "isMemberOf": [{"name": "A", "id": 5}]}
    assert claimed_groups(claims, ("groups", "isMemberOf")).groups == (("a", 5),)


@pytest.mark.parametrize("claims", [{"_claim_names": {"groups": "src1"}}, {"hasgroups": True}])
def test_a_list_that_entra_left_out_is_said_to_be_missing(claims):
    found = claimed_groups(claims, ("groups",))
    assert found.groups == ()
    assert "more groups than it lists" in found.missing[0]


def test_a_number_is_no_list():
    assert claimed_groups({"groups": 7}, ("groups",)).missing == ("The claim 'groups' is no list of groups.",)


@given(st.dictionaries(st.sampled_from(["groups", "a", "_claim_names"]), json))
def test_any_claim_is_read(claims):
    for name, number in claimed_groups(claims, ("groups", "a.b", "a")).groups:
        assert name
        assert number is None or number > 0
