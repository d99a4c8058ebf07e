"""Does `courses.yaml` mean what it says, and does its published schema say the same?"""

import copy
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libretexts_hub.domain import course_parts, course_roster, courses
from libretexts_hub.domain.access import folded
from libretexts_hub.domain.course_databases import verdicts
from libretexts_hub.domain.course_feed import Written, with_courses
from libretexts_hub.domain.course_graders import GraderSetting, chart_values, manifests
from libretexts_hub.domain.course_pod import courses_here, mounts_of
from libretexts_hub.domain.course_roles import course_roles
from libretexts_hub.domain.course_roster import Roster, roster_names
from libretexts_hub.domain.course_rules import course_findings
from libretexts_hub.domain.courses import course_groups, parse_courses, reserved_groups
from libretexts_hub.domain.culling import Claim
from libretexts_hub.domain.databases import parse_databases
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.site import Site
from libretexts_hub.errors import ConfigurationError

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "libretexts_hub/cli/schemas/courses.schema.json").read_text(encoding="utf-8"))
SPRING, AFTER = date(2027, 3, 1), date(2027, 5, 31)
AT_NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
FULL = {
    "name": "Databases 101",
    "description": "SQL",
    "from": "2027-01-10",
    "until": "2027-05-30",
    "instructors": ["prof1"],
    "members": {"people": ["ada"], "groups": ["nyu:db101"]},
    "image": "default",
    "size": "small",
    "order": 5,
    "database": {"use": "mysql", "load": [{"url": "https://x.example/a.sql"}], "keep": "30d"},
    "pull": [{"repository": "https://git.example.edu/db101", "branch": "main", "to": "db101"}],
    "mounts": [{"claim": "datasets", "path": "db101", "at": "/data/db101", "read_only": True}],
    "folder": {"claim": "shared", "path": "db101", "at": "/home/jovyan/group"},
    "grader": True,
    "instructors_enter": False,
}


def parsed(raw, roster=""):
    return parse_courses(raw, where="courses", read_roster=lambda _: roster)


def course(**fields):
    return parsed({"db101": FULL | fields})[0]


def without(*keys):
    return {key: value for key, value in FULL.items() if key not in keys}


# The file and its schema ------------------------------------------------------------------------------------

RIGHT = [
    FULL,
    {},
    None,
    {"image": "quay.io/x/y:1"},
    {"image": {"image": "quay.io/x/y:1", "interface": "lab"}},
    {"image": {"registry": {"repository": "quay.io/x/y", "scheme": "semver"}}},
    {"instructors": {"groups": ["staff"], "roster": {"file": "a.csv", "column": "login", "roles": ["ta"]}}},
    {"members": {"roster": ["a.csv", {"file": "b.csv", "cut_domain": True}]}},
    {"mounts": [{"claim": "data", "at": "/data", "instructors_write": True}]},
    {"mounts": [{"claim": "data", "at": "/data", "read_only": False}]},
    {"database": {"use": "mysql"}},
    {"from": None, "until": None},
]
WRONG = [
    ({"imgae": "x"}, "Did you mean 'image'"),
    ({"until": "soon"}, "must be a day"),
    ({"until": 5}, "must be a day"),
    ({"name": ""}, "not empty"),
    ({"size": "small"}, "A size goes with an environment"),
    ({"members": ["ada"]}, "must be a mapping"),
    ({"members": {"peple": ["a"]}}, "Did you mean 'people'"),
    ({"members": {"people": "ada"}}, "list of texts"),
    ({"members": {"roster": 5}}, "A roster is a path or a mapping"),
    ({"members": {"roster": {"path": "a.csv"}}}, "not a known key"),
    ({"image": {"image": "quay.io/x/y:1", "groups": ["x"]}}, "'groups' follows from the course"),
    ({"image": {}}, "'image' is missing"),
    ({"database": {"load": []}}, "'use' is missing"),
    ({"database": {"use": "m", "load": [{"url": "http://x.example/a.sql"}]}}, "is not the address"),
    ({"database": {"use": "m", "load": [{"url": "https://x.example/a.sql", "claim": "c"}]}}, "one of"),
    ({"database": {"use": "m", "load": "a.sql"}}, "must be a list"),
    ({"pull": {"repository": "https://x.example/a"}}, "list of mappings"),
    ({"pull": [{"repository": "https://me:s3cret@x.example/a"}]}, "no password"),
    ({"pull": [{"repository": "https://x.example/a", "to": "../up"}]}, "can't be a to"),
    ({"mounts": [{"claim": "data", "at": "/etc/ssl"}]}, "Nothing can be mounted"),
    ({"mounts": [{"claim": "data", "at": "/data/../etc"}]}, "Nothing can be mounted"),
    ({"mounts": [{"claim": "data", "at": "data"}]}, "Nothing can be mounted"),
    ({"mounts": [{"claim": "Data", "at": "/data"}]}, "not the name of a claim"),
    ({"mounts": [{"claim": "data", "path": "/abs", "at": "/data"}]}, "not a path below a claim"),
    ({"mounts": [{"claim": "data", "path": "a/../../b", "at": "/data"}]}, "not a path below a claim"),
    (
        {"mounts": [{"claim": "data", "at": "/d", "read_only": False, "instructors_write": True}]},
        "Everybody may write",
    ),
    ({"folder": {"claim": "data"}}, "'at' is missing"),
    ({"grader": "yes"}, "must be true or false"),
]
# What a schema can't say.
WRONG_TOGETHER = [
    ({"from": "2027-02-01", "until": "2027-01-01"}, "before it begins"),
    ({"until": "2027-02-30"}, "must be a day"),
    ({"database": {"use": "m", "keep": "12h"}}, "whole days"),
    (
        {"mounts": [{"claim": "a", "at": "/d"}], "folder": {"claim": "b", "at": "/d"}},
        "Two things are mounted",
    ),
    (
        {"pull": [{"repository": "https://x.example/a", "to": "a"}] * 2},
        "Two repositories go into one folder",
    ),
    ({"image": "quay.io/UPPER/x:1"}, "not an image reference"),
]


@pytest.fixture(scope="module")
def schema():
    jsonschema = pytest.importorskip("jsonschema")  # the pure core runs without it
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    return jsonschema.Draft202012Validator(SCHEMA)


@pytest.mark.parametrize("fields", RIGHT)
def test_what_is_right_is_so_for_the_schema_and_for_the_hub(fields, schema):
    assert list(schema.iter_errors({"courses": {"db101": fields}})) == []
    parsed({"db101": fields}, "login,roles\nada,ta\n")


@pytest.mark.parametrize(("fields", "words"), WRONG)
def test_what_is_wrong_is_so_for_the_schema_and_for_the_hub(fields, words, schema):
    assert list(schema.iter_errors({"courses": {"db101": fields}}))
    with pytest.raises(ConfigurationError, match=words) as told:
        parsed({"db101": fields})
    assert "db101" in told.value.where
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize(("fields", "words"), WRONG_TOGETHER)
def test_what_only_the_hub_can_tell(fields, words):
    with pytest.raises(ConfigurationError, match=words):
        parsed({"db101": fields})


@pytest.mark.parametrize("id_", ["DB 101", "a/b", "db101-instructors", ""])
def test_an_id_that_is_none(id_, schema):
    assert list(schema.iter_errors({"courses": {id_: {}}}))
    with pytest.raises(ConfigurationError):
        parsed({id_: {}})


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("course", courses.COURSE_KEYS),
        ("members", courses.MEMBER_KEYS),
        ("database", course_parts.DATABASE_KEYS),
        ("pull", course_parts.PULL_KEYS),
        ("mount", course_parts.MOUNT_KEYS),
        ("folder", course_parts.FOLDER_KEYS),
    ],
)
def test_the_schema_has_every_key_and_no_other(name, keys):
    assert set(SCHEMA["$defs"][name]["properties"]) == set(keys)


def test_the_schema_knows_the_keys_of_a_roster():
    [mapping] = [each for each in SCHEMA["$defs"]["roster"]["anyOf"] if "properties" in each]
    assert set(mapping["properties"]) == set(course_roster.ROSTER_KEYS)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["ada", "/data"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@settings(deadline=None)
@given(st.sampled_from(sorted(FULL)), VALUES)
def test_nothing_but_our_own_error_comes_of_any_value(key, value):
    raw = copy.deepcopy(FULL)
    raw[key] = value
    made, refused = None, ""
    try:
        made = parsed({"db101": raw})
    except ConfigurationError as error:
        refused = str(error)
    assert made or "db101" in refused


# People -----------------------------------------------------------------------------------------------------


def test_a_grader_gives_the_groups_that_nbgrader_looks_for():
    found = course_groups([course()], "prof1", [], SPRING)
    assert found[2:] == ["nbgrader-db101", "formgrade-db101"]
    assert course_groups([course()], "ada", [], SPRING) == ["course-db101", "nbgrader-db101"]


def test_the_groups_of_a_course_are_its_own_to_give():
    assert reserved_groups([course()]) == {
        *("course-db101", "course-db101-instructors", "nbgrader-db101", "formgrade-db101")
    }


CANVAS_USERS = "user_id,login_id,full_name,status\n77,ada,Ada L,active\n78,bob,Bob B,deleted\n"
CANVAS_MUTED = (
    "Student,ID,SIS Login ID,Section,Quiz\n,,,,Manual Posting\n    Points Possible,,,,10\nA,1,ada@x.edu,S,9\n"
)
MOODLE = (
    '\ufeffFirst name,Surname,Email address,Roles\nA,L,ada@x.edu,Student\nP,X,prof@x.edu,"Teacher, Student"\n'
)
EXCEL = "Vorname;Nachname;Anmeldename\r\nJ;M\xfcller;mueller\r\n"


@pytest.mark.parametrize(
    ("text", "roster", "names"),
    [
        (CANVAS_USERS, Roster(""), {"ada"}),
        (CANVAS_MUTED, Roster(""), {"ada@x.edu"}),
        (CANVAS_MUTED, Roster("", cut_domain=True), {"ada"}),
        (MOODLE, Roster("", cut_domain=True), {"ada", "prof"}),
        (MOODLE, Roster("", column="email address"), {"ada@x.edu", "prof@x.edu"}),
        (MOODLE, Roster("", cut_domain=True, roles=frozenset({"teacher"})), {"prof"}),
        (EXCEL, Roster(""), {"mueller"}),
        ("login\tname\nada\tAda L\n", Roster(""), {"ada"}),
    ],
)
def test_rosters_as_they_come(text, roster, names):
    assert roster_names(text, where="r", roster=roster) == names


@pytest.mark.parametrize(
    ("text", "roster", "words"),
    [
        (MOODLE, Roster(""), "only the addresses"),
        (MOODLE, Roster("", column="logn"), "no column 'logn'"),
        (CANVAS_MUTED, Roster("", roles=frozenset({"ta"})), "no column with roles"),
        ("", Roster(""), "no column with login names"),
    ],
)
def test_a_roster_that_says_too_little(text, roster, words):
    with pytest.raises(ConfigurationError, match=words):
        roster_names(text, where="r", roster=roster)


# What it becomes --------------------------------------------------------------------------------------------

WRITTEN = Written(
    images={"default": {"image": "quay.io/x/y:1", "default": True, "groups": ["staff"], "sizes": ["small"]}},
    sizes={"small": {}},
    databases={"mysql": {"engine": "mysql", "image": "mysql:8", "groups": ["x"], "order": -3}},
    provision={},
)


def midnight(day):
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def test_courses_become_entries_of_what_is_there():
    made = with_courses(WRITTEN, [course()], SPRING, midnight)
    entry = made.images["course-db101"]
    assert entry["groups"] == ["course-db101"]
    assert "default" not in entry
    assert (entry["like"], entry["lend_sizes"], entry["order"]) == ("default", True, 5)
    assert entry["available"] == {"from": None, "until": midnight(AFTER)}
    # Before the operator's own, and for nobody whom that one is for.
    database = made.databases["course-db101"]
    assert (database["order"], database.get("groups"), database["courses"]) == (-4, None, ["db101"])
    assert list(made.provision["pulls"].values()) == [
        {
            "repository": "https://git.example.edu/db101",
            "courses": ["db101"],
            "branch": "main",
            "folder": "db101",
            "images": ["course-db101"],
        }
    ]


def test_hours_and_shut_out_groups_of_an_environment_hold_in_a_course_too():
    exam = {"from": "2027-03-01T09:00:00+00:00", "until": "2027-03-01T11:00:00+00:00"}
    images = {"default": {"image": "quay.io/x/y:1", "not_groups": ["suspended"], "available": exam}}
    sizes = {"small": {"groups": ["staff"], "not_groups": ["suspended"]}}
    databases = {"mysql": {"engine": "mysql", "image": "mysql:8", "not_groups": ["suspended"]}}
    made = with_courses(Written(images, sizes, databases), [course()], SPRING, midnight)
    menu = Menu.parse(made.images, made.sizes)
    during, after = datetime(2027, 3, 1, 10, tzinfo=UTC), datetime(2027, 3, 1, 12, tzinfo=UTC)
    assert [each.slug for each in menu.for_person(["course-db101"], during).images] == ["course-db101"]
    assert menu.for_person(["course-db101"], after).images == ()
    shut_out = menu.for_person(["course-db101", "suspended"], during)
    assert (shut_out.images, shut_out.sizes) == ((), ())
    database = next(each for each in parse_databases(made.databases, where="d") if each.suffix)
    assert database.access is not None
    assert not database.access.admits(folded(["course-db101", "suspended"]))


def test_a_lent_size_is_not_lent_to_whom_it_shuts_out():
    images = {"a": {"image": "x:1", "sizes": ["big"], "lend_sizes": True}, "b": {"image": "x:2"}}
    menu = Menu.parse(images, {"big": {"groups": ["staff"], "not_groups": ["guests"]}, "small": {}})
    person = menu.for_person([], AT_NOON)
    assert [[size.slug for size in person.sizes_of(each)] for each in person.images] == [["big"], ["small"]]
    guest = menu.for_person(["guests"], AT_NOON)
    assert [each.slug for each in guest.images] == ["b"]


def test_a_course_that_is_over_leaves_no_trace():
    assert with_courses(WRITTEN, [course()], AFTER, midnight) == WRITTEN


def test_a_hub_without_courses_keeps_its_very_settings():
    made = with_courses(WRITTEN, [], SPRING, midnight)
    assert made.images is WRITTEN.images
    assert made.databases is WRITTEN.databases


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (Written(), "no menu"),
        (Written(images={"r": {"image": "x:1"}}, sizes={"small": {}}), "not one of the images"),
        (Written(images=WRITTEN.images), "not one of the sizes"),
        (Written(images=WRITTEN.images, sizes=WRITTEN.sizes), "not one of the databases"),
        (
            Written({**WRITTEN.images, "course-db101": {"image": "x:1"}}, WRITTEN.sizes),
            "is one of the images already",
        ),
    ],
)
def test_a_course_that_names_what_is_not_there(written, words):
    with pytest.raises(ConfigurationError, match=words) as told:
        with_courses(written, [course()], SPRING, midnight)
    assert told.value.where.startswith("courses['db101']")


def test_two_courses_mount_one_claim_once():
    mine = [course(), course(mounts=[{"claim": "datasets", "path": "stats", "at": "/data/stats"}])]
    volumes, mounts = mounts_of(mine, folded(["course-db101"]))
    assert [each["persistentVolumeClaim"]["claimName"] for each in volumes] == ["datasets", "shared"]
    assert [each["mountPath"] for each in mounts] == ["/data/db101", "/home/jovyan/group", "/data/stats"]


@pytest.mark.parametrize(
    ("groups", "images", "day", "is_here"),
    [
        (["course-db101"], ["course-db101", "default"], SPRING, True),
        (["course-db101"], ["default"], SPRING, False),
        (["other"], ["course-db101"], SPRING, False),
        (["course-db101"], ["course-db101"], AFTER, False),
    ],
)
def test_where_a_course_is(groups, images, day, is_here):
    assert bool(courses_here([course()], folded(groups), images, day)) is is_here


# Roles and graders ------------------------------------------------------------------------------------------


def test_no_role_of_a_course_reaches_beyond_it():
    for role in course_roles([course(instructors_enter=True)]):
        for scope in role["scopes"]:
            name, _, of = scope.partition("!")
            assert name in ("admin-ui", "list:services") or "db101" in of or of == "service=ngshare"
        assert all("db101" in group for group in role["groups"])


def test_instructors_enter_servers_only_where_it_is_said():
    roles = {role["name"]: role["scopes"] for role in course_roles([course()])}
    assert not [scope for scope in roles["course-db101-instructors"] if scope.startswith("access:")]
    roles = {role["name"]: role["scopes"] for role in course_roles([course(instructors_enter=True)])}
    assert "access:servers!group=course-db101" in roles["course-db101-instructors"]


def test_the_chart_learns_of_graders_and_nobody_of_tokens():
    values = chart_values([course(), parsed({"plain": {}})[0]])["hub"]
    assert list(values["services"]) == ["db101"]
    assert values["services"]["db101"]["url"] == "http://formgrader-db101:8888"
    assert values["loadRoles"]["formgrade-db101"]["groups"] == ["formgrade-db101"]
    assert values["loadRoles"]["formgrader-db101"]["services"] == ["db101"]
    objects = manifests([course()], GraderSetting(image="quay.io/x/grader:1", namespace="jhub"))
    assert [each["kind"] for each in objects] == [
        *("PersistentVolumeClaim", "ConfigMap", "Service", "Deployment")
    ]
    [container] = objects[-1]["spec"]["template"]["spec"]["containers"]
    token = next(each for each in container["env"] if each["name"] == "JUPYTERHUB_API_TOKEN")
    assert token["valueFrom"] == {"secretKeyRef": {"name": "hub", "key": "hub.services.db101.apiToken"}}
    compile(objects[1]["data"]["nbgrader_config.py"], "nbgrader_config.py", "exec")


# Databases after the end ------------------------------------------------------------------------------------


def claim(name="db-ada-course-db101", of="course-db101", **more):
    labels, notes = {"component": "database"}, {"hub.jupyter.org/username": "ada"}
    if of:
        notes["libretexts.org/database"] = of
    return Claim("jhub", name, "uid", "1", labels=labels, annotations=notes, **more)


LONG_AFTER = date(2027, 6, 30)


@pytest.mark.parametrize(
    ("fields", "day", "mounting", "more", "reason"),
    [
        (FULL, SPRING, {}, {}, "goes on until 2027-05-30"),
        (FULL, AFTER, {}, {}, "kept until 2027-06-29"),
        (FULL, date(2027, 6, 29), {}, {}, "kept until 2027-06-29"),
        (FULL, LONG_AFTER, {"db-ada-course-db101": ("jupyter-ada",)}, {}, "jupyter-ada has it"),
        (FULL, LONG_AFTER, {}, {"is_leaving": True}, "being deleted"),
        (without("until"), LONG_AFTER, {}, {}, "no last day"),
        (without("database"), LONG_AFTER, {}, {}, "no database in the file"),
    ],
)
def test_a_database_is_kept_while_anything_speaks_for_it(fields, day, mounting, more, reason):
    [verdict] = verdicts([claim(**more)], parsed({"db101": fields}), day, mounting)
    assert not verdict.goes
    assert reason in verdict.reason


def test_a_database_goes_when_its_days_are_over():
    [verdict] = verdicts([claim()], [course()], LONG_AFTER, {})
    assert (verdict.goes, verdict.person, verdict.course) == (True, "ada", "db101")


def test_what_is_not_of_one_known_course_is_never_touched():
    home = Claim("jhub", "claim-ada", "uid", "1", labels={"component": "singleuser-storage"})
    assert verdicts([home, claim(of=""), claim(of="mysql")], [course()], LONG_AFTER, {}) == []
    [unknown] = verdicts([claim(of="course-gone")], [course()], LONG_AFTER, {})
    assert not unknown.goes


# What is suspicious -----------------------------------------------------------------------------------------


def told(listed, **sections):
    site = Site(sections={"LoginMixin": {"courses_file": "c.yaml"}} | sections, authenticator=("LoginMixin",))
    return " ".join(
        each.what for each in course_findings(site, "c.yaml", "c.LoginMixin.courses_file", listed)
    )


def test_findings():
    services = [{"name": "ngshare"}, {"name": "db101"}]
    assert told([course()], JupyterHub={"services": services}) == ""
    assert "no service 'ngshare'" in told([course()])
    assert "no service 'db101'" in told([course()], JupyterHub={"services": services[:1]})
    assert "not checked" in told(None)
    assert "may not manage groups" in told([], LoginMixin={"courses_file": "c.yaml", "manage_groups": False})
    two = parsed({"a": without("image", "size", "grader"), "b": without("image", "size", "grader")})
    assert "a server has one" in told(two)
    assert "nobody may open it" in told([course(instructors=[])], JupyterHub={"services": services})
