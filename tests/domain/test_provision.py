"""Which numbers, names and groups follow from a login, and what is refused in words?"""

import pytest

from libretexts_hub.domain.access import folded
from libretexts_hub.domain.account_files import account_name, group_lines, passwd_line
from libretexts_hub.domain.auth_paths import Written, number_at, text_at
from libretexts_hub.domain.identity import Identity
from libretexts_hub.domain.provision import parse_provision, person_of
from libretexts_hub.errors import ConfigurationError, SelectionError

WHERE = "c.LibreTextsSpawner.provision"
TEAMS = {
    "uid": {"from": "github_user.id", "maximum": 999_999_999},
    "groups": {
        "from": "teams",
        "name": ["organization.login", "slug"],
        "offset": 1_000_000_000,
        "minimum": 1_000_000_000,
    },
}
BOTH = {
    "from": "ldap_user.uidNumber",
    "maximum": 59_999,
    "or": [{"from": "github_user.id", "offset": 1_000_000, "minimum": 1_000_001, "maximum": 999_999_999}],
    "else": 60_000,
}
GITHUB = {
    "access_token": "t",
    "github_user": {"id": 5001, "login": "ada", "name": "Ada Lovelace", "email": "ada@example.org"},
    "teams": [
        {"id": 7, "slug": "gpu", "organization": {"login": "physics", "id": 1}},
        {"id": 8, "slug": "dm", "organization": {"login": "lsst", "id": 2}},
    ],
}


def identity(settings, state, member_of=frozenset()):
    return person_of(parse_provision(settings, where=WHERE), state, "ada", member_of).identity


@pytest.mark.parametrize(
    ("settings", "state", "member_of", "made"),
    [
        pytest.param({"uid": "github_user.id"}, GITHUB, (), Identity(5001, 5001), id="own group"),
        pytest.param(
            {"uid": {"from": "github_user.id", "offset": 10000}}, GITHUB, (), Identity(15001, 15001), id="off"
        ),
        pytest.param(
            {"uid": "github_user.id", "gid": 100},
            GITHUB,
            (),
            Identity(5001, 100, has_own_group=False),
            id="one group for all",
        ),
        pytest.param(
            {"uid": "u.uidNumber", "gid": "u.gidNumber"},
            {"u": {"uidNumber": ["2001"], "gidNumber": ["2100"]}},
            (),
            Identity(2001, 2100, has_own_group=False),
            id="LDAP: lists of texts",
        ),
        pytest.param(
            {"uid": ["oauth_user", "https://example.edu/uid"]},
            {"oauth_user": {"https://example.edu/uid": "1000"}},
            (),
            Identity(1000, 1000),
            id="a key with dots",
        ),
        pytest.param(
            {"uid": BOTH}, {"ldap_user": {"uidNumber": 20001}}, (), Identity(20001, 20001), id="first"
        ),
        pytest.param({"uid": BOTH}, GITHUB, (), Identity(1_005_001, 1_005_001), id="another provider"),
        pytest.param({"uid": BOTH}, {}, (), Identity(60_000, 60_000), id="everybody else"),
        pytest.param(
            TEAMS,
            GITHUB,
            (),
            Identity(5001, 5001, (("physics:gpu", 1_000_000_007), ("lsst:dm", 1_000_000_008))),
            id="teams",
        ),
        pytest.param(TEAMS, GITHUB | {"teams": None}, (), Identity(5001, 5001), id="no teams"),
        pytest.param(
            {"uid": "github_user.id", "gid": 100, "groups": {"from": "numbers"}},
            GITHUB | {"numbers": {"staff": 3000}},
            (),
            Identity(5001, 100, (("staff", 3000),), has_own_group=False),
            id="groups by name",
        ),
        pytest.param(
            {"uid": "github_user.id", "gid": 100, "groups": {"ids": {"Physics": 3000, "x": 3001}}},
            GITHUB,
            ("physics",),
            Identity(5001, 100, (("physics", 3000),), has_own_group=False),
            id="groups of the hub",
        ),
    ],
)
def test_numbers(settings, state, member_of, made):
    assert identity(settings, state, frozenset(member_of)) == made


@pytest.mark.parametrize(
    ("settings", "state", "words"),
    [
        pytest.param("github_user.id", {"github_user": {"id": 999}}, "999", id="below 1000"),
        pytest.param("github_user.id", {"github_user": {"id": 0}}, "from 1000 to", id="root"),
        pytest.param("github_user.id", {"github_user": {"id": -5}}, "from 1000 to", id="negative"),
        pytest.param("github_user.id", {"github_user": {"id": 65534}}, "65534", id="nobody"),
        pytest.param("github_user.id", {"github_user": {"id": 2**31}}, "2147483647", id="above Kubernetes"),
        pytest.param(
            {"from": "github_user.id", "maximum": 5000}, GITHUB, "from 1000 to 5000", id="above the maximum"
        ),
        pytest.param({"from": "github_user.id", "offset": -5000}, GITHUB, "with the offset 1", id="offset"),
        pytest.param("github_user.id", None, "says no number", id="no auth_state"),
        pytest.param("github_user.id", {"github_user": {"id": True}}, "says no number", id="true"),
        pytest.param("github_user.id", {"github_user": {"id": 5000.0}}, "says no number", id="float"),
        pytest.param("github_user.id", {"github_user": {"id": "\u0665" * 4}}, "says no number", id="digits"),
        pytest.param("github_user.id", {"github_user": {"id": [5000, 5001]}}, "says no number", id="two"),
        pytest.param("github_user.id", {"github_user": ["id"]}, "says no number", id="no mapping"),
    ],
)
def test_numbers_that_are_refused(settings, state, words):
    with pytest.raises(SelectionError) as refused:
        identity({"uid": settings}, state)
    assert words in refused.value.jupyterhub_message
    assert "Tell the operators" in refused.value.jupyterhub_message


@pytest.mark.parametrize("number", [None, "x", 7, 2**31, True, {}])
def test_a_group_without_a_good_number_is_refused(number):
    settings = {"uid": "github_user.id", "gid": 100, "groups": {"from": "numbers"}}
    with pytest.raises(SelectionError, match=r'[Yy]our group "staff"'):
        identity(settings, GITHUB | {"numbers": {"staff": number}})


@pytest.mark.parametrize(
    ("settings", "where", "words"),
    [
        pytest.param("uid", "", "mapping", id="no mapping"),
        pytest.param({"uuid": "x"}, "", "'uid'", id="key"),
        pytest.param({"uid": 1000}, ".uid", "must be a mapping", id="one number for all"),
        pytest.param({"uid": "a..b"}, ".uid", "not a place", id="path"),
        pytest.param({"uid": {"offset": 1}}, ".uid", "'from' is missing", id="no from"),
        pytest.param({"uid": {"from": "x", "minimum": 999}}, ".uid.minimum", "accounts of the", id="minimum"),
        pytest.param({"uid": {"from": "x", "or": ["y"]}}, ".uid.or[0]", "mapping", id="or"),
        pytest.param({"uid": {"from": "x", "or": [{"offset": 1}]}}, ".uid.or[0]", "'from'", id="or nothing"),
        pytest.param({"uid": {"from": "x", "or": [{"from": "y"}]}}, ".uid", "one number", id="or the same"),
        pytest.param({"uid": {"from": "x", "else": 5000}}, ".uid", "one number", id="else of somebody"),
        pytest.param({"uid": {"from": "x", "maximum": 2000, "else": 0}}, ".uid.else", "", id="else root"),
        pytest.param({"uid": BOTH, "groups": {"from": "t"}}, ".groups", "number of a person", id="or groups"),
        pytest.param({"uid": {"from": "x", "maximum": 2**31}}, ".uid.maximum", "whole number", id="maximum"),
        pytest.param({"uid": {"from": "x", "maximum": 5, "minimum": 2000}}, ".uid.maximum", "", id="empty"),
        pytest.param({"uid": {"from": "x", "offset": "1"}}, ".uid.offset", "whole number", id="offset"),
        pytest.param({"gid": 100}, ".gid", "no uid", id="gid alone"),
        pytest.param({"groups": {"also": [100]}}, ".groups", "no uid", id="groups alone"),
        pytest.param({"uid": "x", "gid": 0}, ".gid", "not a group", id="root's group"),
        pytest.param(
            {"uid": "x", "groups": {"from": "teams"}}, ".groups", "number of a person", id="overlap"
        ),
        pytest.param({"uid": "x", "groups": {"also": [0]}}, ".groups.also", "from 1", id="also root"),
        pytest.param({"uid": "x", "groups": {"name": "n"}}, ".groups.name", "no from", id="name alone"),
        pytest.param(
            {"uid": "x", "gid": 100, "groups": {"ids": {"a": 5}}}, ".groups.ids", "not within", id="ids low"
        ),
        pytest.param({"uid": "x", "fs_gid": "mine"}, ".fs_gid", "neither", id="fs_gid"),
        pytest.param({"uid": "x", "home": "jovyan"}, ".home", "not a path", id="home"),
        pytest.param({"uid": "x", "home": "/home/../etc"}, ".home", "not a path", id="home that leads out"),
        pytest.param({"home": "/home/{unescaped_username}"}, ".home", "not a field", id="home as typed"),
        pytest.param({"home": "/home/{username"}, ".home", "brace", id="home with half a brace"),
        pytest.param({"shell": "/bin/{username}"}, ".shell", "not a path", id="shell by name"),
        pytest.param({"take_over": [1000]}, ".take_over", "no uid", id="take over alone"),
        pytest.param({"uid": "x", "take_over": [0]}, ".take_over", "from 1", id="take over root's"),
        pytest.param({"git": {}}, ".git.host", "missing", id="git without host"),
        pytest.param({"git": {"host": "https://x"}}, ".git.host", "not a host", id="git with an address"),
        pytest.param({"pulls": {"a": {}}}, ".pulls['a'].repository", "missing", id="pull"),
        pytest.param(
            {"pulls": {"a": {"repository": "https://x/a", "courses": ["a b"]}}},
            ".pulls['a'].courses",
            "id of a course",
            id="pull of a course",
        ),
        pytest.param(
            {"pulls": {"a": {"repository": "https://u:p@x/y"}}},
            ".pulls['a'].repository",
            "no password",
            id="pull with password",
        ),
        pytest.param(
            {"pulls": {"a": {"repository": "https://x/y", "folder": "a/../b"}}},
            ".pulls['a'].folder",
            "can't be",
            id="pull out of the home",
        ),
        pytest.param({"requirements": ["-e x"]}, ".requirements", "not a requirement", id="an option"),
        pytest.param({"requirements": ["a"], "time_limit": "2h"}, ".time_limit", "5s to 60m", id="long"),
    ],
)
def test_what_is_wrong_stops_the_hub(settings, where, words):
    with pytest.raises(ConfigurationError) as refused:
        parse_provision(settings, where=WHERE)
    assert refused.value.where == f"{WHERE}{where}"
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("who", "member_of", "is_fetched"),
    [
        pytest.param({}, [], True, id="everybody"),
        pytest.param({"groups": ["nyu:DB"]}, ["NYU:db"], True, id="group"),
        pytest.param({"groups": ["a"]}, ["b"], False, id="another group"),
        pytest.param({"not_groups": ["exam"]}, ["exam"], False, id="shut out"),
        pytest.param({"courses": ["db101"]}, ["course-DB101"], True, id="student"),
        pytest.param({"courses": ["db101"]}, ["course-db101-instructors"], True, id="instructor"),
        pytest.param({"courses": ["db101"]}, ["course-db102"], False, id="another course"),
        pytest.param({"courses": ["db101"], "groups": ["a"]}, ["a"], True, id="group or course"),
        pytest.param({"courses": []}, ["course-db101"], False, id="of no course"),
    ],
)
def test_who_begins_with_a_repository(who, member_of, is_fetched):
    settings = {"pulls": {"a": {"repository": "https://x/a"} | who}}
    groups = folded(member_of)
    start_up = person_of(parse_provision(settings, where=WHERE), None, "ada", groups).start_up
    assert bool(start_up and start_up.pulls) is is_fetched


@pytest.mark.parametrize("settings", [{}, None])
def test_off_by_default(settings):
    assert parse_provision(settings, where=WHERE) is None


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ("ada", "ada"),
        ("Ada.Lovelace", "ada.lovelace"),
        ("ada@example.org", "ada_example.org"),
        ("1abc", "u_1abc"),
        ("root:x:0:0:\nroot", "root_x_0_0_root"),
        ("Ελένη", "student"),
        ("-rf", "rf"),
        ("root", "u_root"),
        ("Jovyan", "u_jovyan"),
        ("a" * 60, "a" * 32),
    ],
)
def test_account_names(person, name):
    assert account_name(person) == name


def test_lines_of_passwd_and_group():
    groups = (("physics:gpu", 3000), ("physics gpu", 3001), ("ada", 3002), ("again", 3000))
    ada = Identity(5001, 5001, groups)
    line = passwd_line(ada, "ada", "Ada: King,\nCountess", "/home/jovyan", "/bin/bash")
    assert line == "ada:x:5001:5001:Ada King Countess:/home/jovyan:/bin/bash"
    assert group_lines(ada, "ada").splitlines() == [
        "ada:x:5001:",
        "physics_gpu:x:3000:ada",
        "physics_gpu_3001:x:3001:ada",
        "ada_3002:x:3002:ada",
    ]


def test_supplemental_groups_are_named_once():
    ada = Identity(5001, 100, (("a", 3000), ("b", 3000)), also=(100, 44), has_own_group=False)
    assert ada.supplemental == (3000, 44)


@pytest.mark.parametrize("value", [b"1", {}, [], None, 1.5, "1" * 13, " "])
def test_what_is_no_number(value):
    assert number_at({"a": value}, Written(("a",))) is None


def test_a_text_is_on_one_line():
    assert text_at({"a": "x\ny\u202ez"}, Written(("a",))) == "xyz"
