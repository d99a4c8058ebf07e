"""Who gets which database, and is every wrong line refused with what, where and fix?"""

import pytest

from libretexts_hub.domain.access import folded
from libretexts_hub.domain.database_account import account_name
from libretexts_hub.domain.databases import database_for, has_root, parse_databases
from libretexts_hub.errors import ConfigurationError

WHERE = "c.LibreTextsSpawner.databases"
PLAIN = {"engine": "mariadb", "image": "mariadb:11.4"}


def parsed(**entry):
    """One database, with what is given over the usual."""
    [database] = parse_databases({"db": PLAIN | entry}, where=WHERE)
    return database


def gets(database, *groups, image=None):
    return database_for([database], folded(groups), image) is not None


@pytest.mark.parametrize(
    ("entry", "groups", "image", "expected"),
    [
        pytest.param({}, ["staff"], None, False, id="nobody by default"),
        pytest.param({"not_groups": ["x"]}, ["staff"], None, False, id="not_groups alone lets nobody in"),
        pytest.param({"images": ["r"]}, ["staff"], "r", False, id="an image alone lets nobody in"),
        pytest.param({"everybody": True}, [], None, True, id="everybody"),
        pytest.param({"everybody": True, "not_groups": ["Exam"]}, ["exam"], None, False, id="but not these"),
        pytest.param({"groups": ["nyu:DB101"]}, ["NYU:db101"], None, True, id="group, folded"),
        pytest.param({"groups": ["a"]}, ["b"], None, False, id="another group"),
        pytest.param({"groups": []}, ["b"], None, False, id="an empty list: nobody"),
        pytest.param({"all_groups": ["a", "b"]}, ["a", "b"], None, True, id="all groups"),
        pytest.param({"all_groups": ["a", "b"]}, ["a"], None, False, id="not all of them"),
        pytest.param({"courses": ["db101"]}, ["course-db101"], None, True, id="student of a course"),
        pytest.param({"courses": ["db101"]}, ["course-db101-instructors"], None, True, id="instructor"),
        pytest.param({"courses": ["db101"]}, ["course-db1012"], None, False, id="another course"),
        pytest.param({"courses": ["x"], "groups": ["a"]}, ["a"], None, True, id="group or course"),
        pytest.param({"everybody": True, "images": ["r"]}, [], "r", True, id="with this image"),
        pytest.param({"everybody": True, "images": ["r"]}, [], "lab", False, id="not with another"),
        pytest.param({"everybody": True, "images": ["r"]}, [], None, False, id="not without a menu"),
    ],
)
def test_who_gets_one(entry, groups, image, expected):
    assert gets(parsed(**entry), *groups, image=image) is expected


@pytest.mark.parametrize(
    ("root", "groups", "expected"),
    [
        pytest.param(None, ["staff"], False, id="nobody by default"),
        pytest.param({}, ["staff"], False, id="an empty part: nobody"),
        pytest.param({"groups": ["staff"]}, ["Staff"], True, id="group"),
        pytest.param({"courses": ["db101"]}, ["course-db101-instructors"], True, id="instructor"),
        pytest.param({"courses": ["db101"]}, ["course-db101"], False, id="no student"),
        pytest.param({"not_groups": ["x"]}, ["staff"], False, id="not_groups alone"),
    ],
)
def test_who_has_root(root, groups, expected):
    database = parsed(everybody=True, **({} if root is None else {"root": root}))
    assert has_root(database, folded(groups)) is expected


def test_the_first_that_fits_is_taken():
    databases = parse_databases(
        {
            "later": PLAIN | {"everybody": True, "order": 2},
            "first": PLAIN | {"groups": ["a"], "order": 1},
        },
        where=WHERE,
    )
    assert database_for(databases, folded(["a"]), None).slug == "first"
    assert database_for(databases, folded(["b"]), None).slug == "later"


WRONG = [
    pytest.param({"engnie": "x"}, "", "Did you mean 'engine'?", id="unknown key"),
    pytest.param({"engine": "postgres"}, ".engine", "Did you mean 'postgresql'?", id="engine"),
    pytest.param({"engine": None}, ".engine", "Write engine:", id="no engine"),
    pytest.param({"image": "mariadb 11"}, ".image", "mariadb:11.4", id="image"),
    pytest.param({"storage": "2G"}, ".storage", "2Gi", id="two readings"),
    pytest.param({"storage": "8Mi"}, ".storage", "1Gi", id="too small"),
    pytest.param({"storage": "1Gi", "scratch": "1Gi"}, "", "Keep storage", id="both"),
    pytest.param({"scratch": "1Gi", "storage_class": "ssd"}, ".storage_class", "storage:", id="class"),
    pytest.param({"storage_class": "Fast SSD"}, ".storage_class", "name of one", id="class name"),
    pytest.param({"memory": {"limit": "1G"}}, ".memory.limit", "1Gi", id="memory"),
    pytest.param({"cpu": {"max": 1}}, ".cpu", "guarantee", id="cpu"),
    pytest.param(
        {"everybody": True, "groups": ["a"]}, ".everybody", "one of them", id="everybody and groups"
    ),
    pytest.param({"courses": ["a b"]}, ".courses", "letters", id="course"),
    pytest.param({"root": {"group": ["a"]}}, ".root", "'groups'", id="key below root"),
    pytest.param({"root": ["a"]}, ".root", "below root", id="root is a list"),
    pytest.param({"user": 0}, ".user", "999", id="root of the container"),
    pytest.param({"grace": "1h"}, ".grace", "60s", id="grace"),
    pytest.param({"grace": 60}, ".grace", "30d", id="grace without a unit"),
    pytest.param({"folder": "home"}, ".folder", "about-your-database", id="folder"),
    pytest.param({"folder": "/home/../etc"}, ".folder", "about-your-database", id="folder with dots"),
    pytest.param({"folder": "/home/{user}/x"}, ".folder", "'userid'", id="field of the folder"),
    pytest.param({"folder": "/home/{username/x"}, ".folder", "brace", id="brace of the folder"),
    pytest.param({"driver": "a b"}, ".driver", "pymysql", id="driver"),
    pytest.param(
        {"settings": {"bind-address": "*"}}, ".settings.bind-address", "Take it away", id="opens it"
    ),
    pytest.param(
        {"settings": {"listen_addresses": "*"}}, ".settings.listen_addresses", "Take it", id="opens"
    ),
    pytest.param({"settings": {"--x": 1}}, ".settings.--x", "dashes", id="name of a setting"),
    pytest.param({"settings": {"x": "a\nb"}}, ".settings.x", "short text", id="value of a setting"),
    pytest.param({"initial": {"url": "x"}}, ".initial", "initial: [", id="sources are a list"),
    pytest.param({"initial": ["x"]}, ".initial[0]", "config_map", id="a source is a mapping"),
    pytest.param({"initial": [{}]}, ".initial[0]", "one of them", id="no source"),
    pytest.param({"initial": [{"secret": "a", "url": "b"}]}, ".initial[0]", "one of them", id="two sources"),
    pytest.param({"initial": [{"configmap": "a"}]}, ".initial[0]", "'config_map'", id="key of a source"),
    pytest.param({"initial": [{"config_map": "A_b"}]}, ".initial[0].config_map", "lower-case", id="name"),
    pytest.param({"initial": [{"url": "http://x/a.sql"}]}, ".initial[0].url", "https", id="no TLS"),
    pytest.param({"initial": [{"url": "https://x/a.zip"}]}, ".initial[0].url", ".sql", id="no SQL"),
    pytest.param({"initial": [{"url": "https://u:p@x/a.sql"}]}, ".initial[0].url", "password", id="password"),
    pytest.param({"initial": [{"claim": "a", "path": "../b"}]}, ".initial[0].path", "claim", id="path"),
    pytest.param({"initial": [{"secret": "a", "path": "b"}]}, ".initial[0].path", "claim", id="path of what"),
    pytest.param({"initial": [{"secret": "a", "sha256": "b"}]}, ".initial[0].sha256", "sha256sum", id="sha"),
    pytest.param({"initial": [{"secret": "a"}] * 2}, ".initial", "keep one", id="twice"),
]


@pytest.mark.parametrize(("entry", "where", "fix"), WRONG)
def test_what_is_wrong_is_refused(entry, where, fix):
    with pytest.raises(ConfigurationError) as refused:
        parsed(**entry)
    assert refused.value.where == f"{WHERE}['db']{where}"
    assert fix in str(refused.value)


def test_a_list_with_slugs_is_accepted_and_a_text_is_not():
    [database] = parse_databases([PLAIN | {"slug": "x"}], where=WHERE)
    assert database.slug == "x"
    with pytest.raises(ConfigurationError, match="mapping by slug"):
        parse_databases("mysql", where=WHERE)


def test_the_same_source_has_the_same_key_wherever_it_stands():
    one, two = {"config_map": "one"}, {"url": "https://x.org/two.sql.gz?raw=1"}
    first, second = parsed(initial=[one, two]).sources
    assert {each.key for each in parsed(initial=[two, one]).sources} == {first.key, second.key}
    assert second.file == "data.sql.gz"


@pytest.mark.parametrize(
    ("person", "name"),
    [
        pytest.param("alice", "alice", id="plain"),
        pytest.param("Ada.Lovelace@example.edu", "ada_lovelace_example_edu", id="mail address"),
        pytest.param("x" * 100, "x" * 32, id="long"),
        pytest.param("名前", "student", id="no Latin letter"),
        pytest.param("1234", "u_1234", id="digits"),
        pytest.param("root", "u_root", id="root"),
        pytest.param("PG_stat", "u_pg_stat", id="reserved beginning"),
        pytest.param("pg", "u_pg", id="reserved beginning alone"),
        pytest.param("Robert'); DROP TABLE", "robert_drop_table", id="no SQL"),
        pytest.param("$(id)`x`", "id_x", id="no shell"),
    ],
)
def test_the_account_needs_no_quotation_marks(person, name):
    assert account_name(person) == name
