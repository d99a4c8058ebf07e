"""What do groups give: roles by grants, and groups by courses? And when is a server worth asking?"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain.breaker import Breaker, BreakerState
from libretexts_hub.domain.course_roster import roster_names
from libretexts_hub.domain.courses import Course, course_groups, parse_courses
from libretexts_hub.domain.crypt_keys import parse_keys, rotated
from libretexts_hub.domain.grants import definitions, granted, parse_grants
from libretexts_hub.errors import ConfigurationError, SetupError

GRANTS = [
    {"group": "Physics-TA", "role": "formgrader", "scopes": ["list:users"]},
    {"groups": ["staff", "nyu:db101"], "role": "formgrader"},
    {"group": "staff", "role": "support", "scopes": ["admin:servers!user"], "description": "Helps"},
]


class TestGrants:
    @pytest.mark.parametrize(
        ("groups", "is_admin", "roles"),
        [
            ([], False, ("user",)),
            (["physics-ta"], False, ("user", "formgrader")),
            (["STAFF "], True, ("user", "admin", "formgrader", "support")),
            (["other"], True, ("user", "admin")),
        ],
    )
    def test_table(self, groups: list[str], is_admin: bool, roles: tuple[str, ...]) -> None:
        assert granted(parse_grants(GRANTS, where="g"), groups, is_admin=is_admin) == roles

    def test_definitions_have_no_members(self) -> None:
        assert definitions(parse_grants(GRANTS, where="g")) == [
            {"name": "formgrader", "scopes": ["list:users"]},
            {"name": "support", "scopes": ["admin:servers!user"], "description": "Helps"},
        ]

    @pytest.mark.parametrize(
        ("raw", "words"),
        [
            ({"a": 1}, "list of grants"),
            (["x"], "mapping"),
            ([{"role": "grader"}], "no group"),
            ([{"group": "g"}], "role"),
            ([{"group": "g", "role": "admin"}], "itself"),
            ([{"group": "g", "role": "user"}], "itself"),
            ([{"group": "g", "role": "Has Spaces"}], "name of a role"),
            ([{"group": "g", "role": "grader", "scope": []}], "scopes"),
            ([{"group": "g", "role": "grader", "scopes": ["list:user"]}], "list:users"),
            ([GRANTS[0], {"group": "h", "role": "formgrader", "scopes": ["self"]}], "two"),
        ],
    )
    def test_refused_in_words(self, raw: object, words: str) -> None:
        with pytest.raises(ConfigurationError, match=words):
            parse_grants(raw, where="g", scopes={"list:users", "self"})


COURSES = {
    "db101": {
        "name": "Databases",
        "from": "2027-01-10",
        "until": date(2027, 5, 30),
        "instructors": ["Prof1"],
        "members": {"groups": ["NYU:db101"], "people": ["student1"], "roster": "rosters/db101.csv"},
        "image": "default",
    },
    "old": {"members": {"people": ["student1"]}, "until": "2026-01-01"},
}
CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
    '"Wong, Amy",1,22,Amy,DB\n"Test",2,,,\n"Odd",3,4,a/b,DB\n'
)
MOODLE = "First name;Surname;Username;Email address\nPhilip;Fry;fry;fry@pe.example\n"
SPRING = date(2027, 3, 1)


class TestCourses:
    def courses(self) -> tuple[Course, ...]:
        return parse_courses(COURSES, where="c", read_roster=lambda _: CANVAS)

    @pytest.mark.parametrize(
        ("name", "groups", "day", "found"),
        [
            ("student1", [], SPRING, ["course-db101"]),
            ("amy", [], SPRING, ["course-db101"]),
            ("zoidberg", [], SPRING, []),
            ("zoidberg", ["nyu:DB101"], SPRING, ["course-db101"]),
            ("prof1", [], SPRING, ["course-db101", "course-db101-instructors"]),
            ("student1", [], date(2027, 1, 9), []),
            ("prof1", [], date(2027, 1, 9), ["course-db101", "course-db101-instructors"]),
            ("student1", [], date(2027, 5, 30), ["course-db101"]),
            ("student1", [], date(2027, 5, 31), []),
            ("prof1", [], date(2027, 5, 31), []),
        ],
    )
    def test_table(self, name: str, groups: list[str], day: date, found: list[str]) -> None:
        assert course_groups(self.courses(), name, groups, day) == found

    @pytest.mark.parametrize(
        ("text", "names"), [(CANVAS, {"amy"}), (MOODLE, {"fry"}), ("username\n\nA\n", {"a"})]
    )
    def test_rosters(self, text: str, names: set[str]) -> None:
        assert roster_names(text, where="r") == names

    @given(st.text(max_size=200))
    def test_any_roster(self, text: str) -> None:
        for roster in (text, "username\n" + text):
            names, where = set(), ""
            try:
                names = roster_names(roster, where="r")
            except ConfigurationError as error:
                where = error.where
            assert all(names)
            assert where[:1] in ("", "r")

    @pytest.mark.parametrize(
        ("raw", "words"),
        [
            ([1], "mapping"),
            ({"A B": {}}, "slug"),
            ({"a": {"members": {"person": ["x"]}}}, "people"),
            ({"a": {"members": {"people": ["a/b"]}}}, "can't be a name"),
            ({"a": {"from": "2027-13-01"}}, "day"),
            ({"a": {"until": 5}}, "day"),
            ({"a": {"from": "2027-02-01", "until": "2027-01-01"}}, "before it begins"),
            ({"a": {"members": {"roster": "x.csv"}}}, "no column"),
        ],
    )
    def test_refused_in_words(self, raw: object, words: str) -> None:
        with pytest.raises(ConfigurationError, match=words):
            parse_courses(raw, where="c", read_roster=lambda _: "a,b\n1,2\n")


class TestBreaker:
    def test_opens_tries_one_and_closes(self) -> None:
        breaker = Breaker(failures_to_open=2, pause_seconds=5)
        for now in (0.0, 1.0):
            assert breaker.may_ask(now)
            breaker.failed(now)
        assert not breaker.may_ask(2.0)
        assert breaker.seconds_left(2.0) == 4.0
        assert breaker.may_ask(6.0)
        assert not breaker.may_ask(6.1), "one tries, the others wait"
        breaker.failed(7.0)
        assert breaker.state(11.9) is BreakerState.OPEN, "twice as long after a vain try"
        assert breaker.may_ask(17.0)
        breaker.succeeded()
        assert breaker.state(17.0) is BreakerState.CLOSED

    def test_a_try_that_is_cancelled_gives_its_turn_back(self) -> None:
        breaker = Breaker(failures_to_open=1, pause_seconds=1)
        breaker.failed(0.0)
        assert breaker.may_ask(1.0)
        breaker.gave_up()
        assert breaker.may_ask(1.1)

    def test_old_news_keep_nobody_out_longer(self) -> None:
        breaker = Breaker(failures_to_open=1, pause_seconds=5)
        breaker.failed(0.0)
        breaker.failed(4.0)
        assert breaker.may_ask(5.0)


A, B, C = "a" * 64, "b" * 64, "c" * 64


class TestKeys:
    @pytest.mark.parametrize(
        ("before", "keep", "after"),
        [
            ((A, B), False, (B, C)),
            ((A,), False, (A, C)),
            ((A, B), True, (B, C, A)),
            ((A, B, C), False, (B, C)),
        ],
    )
    def test_rotation(self, before: tuple[str, ...], keep: bool, after: tuple[str, ...]) -> None:
        assert rotated(before, C, keep=keep) == after

    @pytest.mark.parametrize("text", ["", ";", "short", f"{A};{A}", f"{A};" + "g" * 64, "\u00e9" * 32])
    def test_wrong_keys_are_not_shown(self, text: str) -> None:
        with pytest.raises(SetupError) as caught:
            parse_keys(text, where="the file")
        assert not text.strip(";") or text not in str(caught.value)
