"""What follows from an operator's organisations and from GitHub's answers, whatever these are?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain.github_answers import (
    Account,
    Address,
    Organization,
    ShapeError,
    Team,
    hidden_by_sso,
    read_account,
    read_address,
    read_organizations,
    read_teams,
    sso_address,
)
from libretexts_hub.domain.github_entries import (
    GroupChoice,
    Named,
    parse_entries,
    parse_entry,
    parse_group_choice,
)
from libretexts_hub.domain.github_membership import TEAM_NUMBERS, Checked, Found, Membership, numbered
from libretexts_hub.domain.github_scopes import is_granted, lacking, needed_scopes
from libretexts_hub.domain.granted_scopes import split_scopes
from libretexts_hub.errors import ConfigurationError

LSST, DM, PHYSICS = Named("lsst"), Named("lsst", "dm"), Named("physics")
BEN = Account(5001, "Ben", public_email="ben@public.example.org")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        pytest.param("lsst", LSST, id="organisation"),
        pytest.param(" LSST ", LSST, id="folded"),
        pytest.param("lsst:DM", DM, id="team"),
        pytest.param("lsst-sqre:_a.b-c", Named("lsst-sqre", "_a.b-c"), id="signs"),
        pytest.param("students_acme", Named("students_acme"), id="of an enterprise"),
    ],
)
def test_entries(raw, named):
    assert parse_entry(raw, "here") == named


@pytest.mark.parametrize(
    "raw",
    [
        "org:team:x",
        "",
        ":",
        "org:",
        ":team",
        "a b",
        "org:My Team",
        "org/team",
        "-org",
        "\uff4csst",
        "a" * 101,
        None,
        5,
        ["a"],
    ],
)
def test_entries_that_stop_the_hub(raw):
    with pytest.raises(ConfigurationError, match=r"\(here\)"):
        parse_entry(raw, "here")


@pytest.mark.parametrize("raw", ["lsst", 5, None, b"lsst"])
def test_a_text_is_no_list_of_organisations(raw):
    with pytest.raises(ConfigurationError):
        parse_entries(raw, "here")


def test_what_becomes_a_group():
    choice = parse_group_choice(["lsst", "physics:gpu"], "here")
    taken = [LSST, DM, PHYSICS, Named("physics", "gpu"), Named("physics", "cpu")]
    assert [each for each in taken if choice.takes(each)] == [LSST, DM, Named("physics", "gpu")]
    assert parse_group_choice("all", "here").takes(PHYSICS)
    assert GroupChoice().is_nothing


@pytest.mark.parametrize(
    ("raw", "scopes"),
    [
        pytest.param("read:org,user:email", ("read:org", "user:email"), id="GitHub"),
        pytest.param("read:org user:email", ("read:org", "user:email"), id="RFC 6749"),
        pytest.param(["read:org, repo", "repo"], ("read:org", "repo"), id="list"),
        pytest.param("", (), id="none"),
        pytest.param(None, (), id="nothing"),
        pytest.param({"a": 1}, (), id="object"),
    ],
)
def test_scopes_are_split(raw, scopes):
    assert split_scopes(raw) == scopes


def test_scopes_follow_from_features():
    assert needed_scopes() == {}
    needed = needed_scopes(organizations=["allowed_organizations"], addresses=["read_email"], git="repo")
    assert list(needed) == ["read:org", "user:email", "repo"]
    assert lacking(needed, ["admin:org", "user"]) == ("repo",)
    assert lacking(needed, ["repo", "read:user"]) == ("read:org", "user:email")
    assert is_granted("public_repo", ["repo"])
    assert not is_granted("repo", ["public_repo"])


def test_the_account_and_its_address():
    assert read_account({"id": 5001, "login": "Ben", "name": None, "email": BEN.public_email}) == BEN
    emails = [
        {"email": "old@example.org", "primary": False, "verified": True},
        {"email": "ben@example.org", "primary": True, "verified": False},
    ]
    assert read_address(emails, BEN) == Address("ben@example.org", False)
    assert read_address([], BEN) == Address("ben@public.example.org", True)


@pytest.mark.parametrize(
    "raw", [None, [], {}, {"id": "5", "login": "x"}, {"id": 5}, {"id": True, "login": "x"}, 5]
)
def test_an_answer_that_names_nobody(raw):
    with pytest.raises(ShapeError):
        read_account(raw)


def test_only_active_memberships_count():
    rows = [
        {"state": "active", "organization": {"login": "LSST", "id": 7}},
        {"state": "pending", "organization": {"login": "physics", "id": 8}},
        {"organization": {"login": "none", "id": 9}},
        {"state": "active", "organization": None},
        "row",
    ]
    assert read_organizations(rows) == (Organization(LSST, 7),)


@given(JSON)
def test_any_json_is_read_or_refused(raw):
    for read in (read_account, read_organizations, read_teams, lambda each: read_address(each, BEN)):
        try:
            read(raw)
            read([raw])
        except ShapeError:
            pass
    assert all(isinstance(each, str) for each in split_scopes(raw))


def test_single_sign_on_is_read():
    assert hidden_by_sso("partial-results; organizations=21955855,20582480") == {21955855, 20582480}
    assert hidden_by_sso("required; url=https://x") == frozenset()
    assert (
        sso_address("required; url=https://github.com/orgs/o/sso?x=1") == "https://github.com/orgs/o/sso?x=1"
    )
    assert sso_address("") == ""


def team(named, number, parent=None):
    return Team(named, number, parent and Named(named.organization, parent), parent and number + 1)


def test_a_team_brings_the_one_around_it():
    rows = [
        {
            "id": 40,
            "slug": "dm-db",
            "organization": {"login": "lsst"},
            "parent": {"id": 41, "slug": "dm"},
        }
    ]
    membership = Membership((Organization(LSST, 7),), read_teams(rows))
    assert membership.admitted_by([PHYSICS, DM]) == DM
    assert membership.groups(GroupChoice(is_everything=True)) == {
        LSST: 7,
        DM: 41,
        Named("lsst", "dm-db"): 40,
    }


@pytest.mark.parametrize(
    ("membership", "wanted", "approved", "asked"),
    [
        pytest.param(Membership(), [LSST], (), [LSST], id="not in the list"),
        pytest.param(Membership(), [LSST], {"lsst"}, [], id="in somebody's list"),
        pytest.param(Membership((Organization(LSST, 7),)), [LSST], (), [], id="in the list"),
        pytest.param(Membership((Organization(LSST, 7),)), [DM], (), [], id="no team of one in the list"),
        pytest.param(Membership(), [DM], (), [DM], id="team of one not in the list"),
        pytest.param(
            Membership((Organization(LSST, 7),), (team(Named("lsst", "a"), 1, "b"),)),
            [DM],
            (),
            [DM],
            id="deep",
        ),
        pytest.param(
            Membership(
                (Organization(LSST, 7),), (team(Named("lsst", "a"), 1, "b"), team(Named("lsst", "b"), 2))
            ),
            [DM],
            (),
            [],
            id="the outermost is known",
        ),
        pytest.param(Membership(checked={LSST: Checked(Found.UNKNOWN)}), [LSST], (), [], id="asked before"),
    ],
)
def test_what_the_lists_leave_open(membership, wanted, approved, asked):
    assert list(membership.unanswered(wanted, approved)) == asked


def test_unknown_admits_nobody():
    unknown = Membership(checked={LSST: Checked(Found.UNKNOWN, 7), PHYSICS: Checked(Found.MEMBER, 8)})
    assert unknown.admitted_by([LSST]) is None
    assert unknown.groups(GroupChoice(is_everything=True)) == {PHYSICS: 8}


def test_numbers_of_teams_and_organisations_never_meet():
    groups = {LSST: 7, DM: 7, PHYSICS: None, Named("far"): TEAM_NUMBERS}
    assert numbered(groups) == [{"name": "lsst", "id": 7}, {"name": "lsst:dm", "id": TEAM_NUMBERS + 7}]
