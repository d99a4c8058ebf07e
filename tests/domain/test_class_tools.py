"""What becomes of a Class Tools file? Everything that can be kept is kept, and the rest is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain.class_tools import Wishes, import_courses
from libretexts_hub.domain.courses import parse_courses
from libretexts_hub.domain.entries import SLUG
from libretexts_hub.errors import ConfigurationError

REPOSITORY = "https://git.example.edu/prof1/dwd.git"
STUDENTS = Wishes(groups=("nyu:students",))


def imported(*courses, data=None, wishes=STUDENTS):
    """The courses of the new file and the remarks; the new file is one that the hub takes."""
    others = None if data is None else {"courses": data}
    made = import_courses(
        {"courses": list(courses)}, others, wishes=wishes, where="old.yaml", data_where="data.yaml"
    )
    read = parse_courses(made.courses, where="new", read_roster=lambda name: "")
    assert [each.id for each in read] == list(made.courses)
    return made.courses, made.remarks


def test_everything_of_a_course_is_there():
    course = {"name": "dealing_with_data", "repo": REPOSITORY, "instructor": "prof1"}
    data = [{"name": "dealing_with_data", "repo": "https://git.example.edu/prof1/data"}]
    wishes = Wishes(("nyu:students",), image="default", database="mysql", graders=True)

    assert imported(course, data=data, wishes=wishes) == (
        {
            "dealing-with-data": {
                "name": "dealing_with_data",
                "instructors": ["prof1"],
                "members": {"groups": ["nyu:students"]},
                "image": "default",
                "database": {"use": "mysql"},
                "pull": [
                    {"repository": REPOSITORY, "to": "notebooks/dealing_with_data"},
                    {"repository": "https://git.example.edu/prof1/data", "to": "data/dealing_with_data"},
                ],
                "grader": True,
            }
        },
        [],
    )


@pytest.mark.parametrize("repo", [pytest.param({"repo": ""}, id="empty"), pytest.param({}, id="none")])
def test_a_course_without_a_repository_pulls_nothing(repo):
    courses, remarks = imported({"name": "statistics", **repo}, data=[{"name": "statistics", **repo}])
    assert (courses["statistics"].get("pull"), remarks) == (None, [])


@pytest.mark.parametrize(
    ("course", "said"),
    [
        pytest.param({"name": "a", "repo": "git@x:y.git"}, "was left out", id="ssh"),
        pytest.param({"name": "a", "repo": "https://me:s3cret@x.org/y"}, "no password", id="password"),
        pytest.param({"name": "Data & Co", "repo": REPOSITORY}, "notebooks/Data-Co", id="folder"),
    ],
)
def test_what_is_not_as_it_was_is_said(course, said):
    courses, [remark] = imported(course)
    assert said in remark
    assert "s3cret" not in remark + str(courses)


def test_what_nobody_said_is_asked_for():
    _, remarks = imported({"name": "a"}, data=[{"name": "b"}], wishes=Wishes(graders=True))
    assert [each.split(":")[0] for each in remarks] == [
        "a",
        "Data of 'b' was left out",
        "Nobody is in these courses yet",
    ]


def test_two_names_that_look_alike_become_two_courses():
    courses, _ = imported({"name": "Data 1"}, {"name": "data-1"}, {"name": "数据"})
    assert list(courses) == ["data-1", "data-1-2", "course"]


@pytest.mark.parametrize(
    ("old", "what"),
    [
        (None, "no list of courses"),
        ([{"name": "a"}], "no list of courses"),
        ({"courses": {"db101": {}}}, "of ours already"),
        ({"courses": ["a"]}, "courses[0]"),
        ({"courses": [{"repo": REPOSITORY}]}, "'name' is missing"),
        ({"courses": [{"name": "a", "repos": "x"}]}, "Did you mean 'repo'?"),
        ({"courses": [{"name": "a"}, {"name": "a"}]}, "there twice"),
        ({"courses": [{"name": 101}]}, "must be a text"),
        ({"courses": [{"name": "a", "instructor": ["b"]}]}, "'instructor' must be a text"),
    ],
)
def test_another_shape_is_refused_with_its_place(old, what):
    with pytest.raises(ConfigurationError) as refused:
        import_courses(old, wishes=STUDENTS, where="old.yaml")
    assert what in str(refused.value)
    assert "old.yaml" in str(refused.value)


@given(st.lists(st.text(max_size=80), max_size=6, unique=True), st.text(max_size=60))
def test_any_name_becomes_a_course_or_is_refused(names, repo):
    old = {"courses": [{"name": name, "repo": repo} for name in names]}
    try:
        made = import_courses(old, wishes=STUDENTS, where="old.yaml")
    except ConfigurationError:
        return
    assert len(made.courses) == len(names)
    assert all(SLUG.fullmatch(each) for each in made.courses)
    parse_courses(made.courses, where="new", read_roster=lambda name: "")
