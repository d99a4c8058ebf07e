"""Does the mixin hold on any authenticator, whatever state the person or the provider is in?"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from jupyterhub.app import JupyterHub
from jupyterhub.auth import DummyAuthenticator
from traitlets.config import Config

from libretexts_hub.clients.upstream import Expired, RateLimited, UpstreamAway
from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.login import Login, LoginGroup, state_of
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub.authenticators.login_mixin import LoginMixin
from libretexts_hub.hub.course_file import CourseFile


class Plain(LoginMixin, DummyAuthenticator):
    """As an operator writes it, for PAM or any other."""


class Checked(Plain):
    """Its provider is a list of answers."""

    answers: list[Any]
    asked = 0

    async def check_again(self, user: Any, auth_state: dict[str, Any]) -> Login:
        self.asked += 1
        answer = self.answers.pop(0)
        if callable(answer):
            answer = await answer()
        if isinstance(answer, Exception):
            raise answer
        return answer


class Person:
    """As much of the hub's user as a check needs."""

    name, admin = "amy", False
    _auth_refreshed: float | None = None

    def __init__(self, state: dict[str, Any] | None) -> None:
        self.state = state
        self.saved = 0

    async def get_auth_state(self) -> dict[str, Any] | None:
        return self.state

    async def save_auth_state(self, state: dict[str, Any]) -> None:
        self.state = state
        self.saved += 1


def login(**changes: Any) -> Login:
    return Login(**{"provider": "p", "subject": "17", "name": "amy", **changes})


def checked(*answers: Any, **config: Any) -> Checked:
    made = Checked(config=Config({"LoginMixin": config, "Authenticator": {"allow_all": True}}))
    made.answers = list(answers)
    return made


def person(checked_at: float, **changes: Any) -> Person:
    return Person(state_of(login(**changes), checked_at=checked_at))


NOW = 4_000_000_000.0  # later than any clock here: the last check is always fresh
LONG_AGO = 0.0


async def test_a_form_of_names() -> None:
    plain = Plain(allow_all=True)
    model = await plain.get_authenticated_user(None, {"username": "AMY", "password": "any"})
    assert model is not None
    assert (model["name"], model["groups"]) == ("amy", [])
    assert model["auth_state"]["libretexts"]["subject"] == "amy"
    again = await plain.refresh_user(Person(model["auth_state"]))
    assert isinstance(again, dict)
    assert again["name"] == "amy"


@pytest.mark.parametrize(
    ("error", "checked_at", "answer"),
    [
        pytest.param(UpstreamAway("away", where="p"), NOW, True, id="away"),
        pytest.param(RateLimited("slow down", where="p"), NOW, True, id="limited"),
        pytest.param(RuntimeError("a bug"), NOW, True, id="a fault of somebody's authenticator"),
        pytest.param(UpstreamAway("away", where="p"), LONG_AGO, False, id="away for too long"),
        pytest.param(Expired("401", where="p"), NOW, False, id="expired"),
        pytest.param(Denied("Not a member", cause="organisation"), NOW, False, id="denied"),
    ],
)
async def test_what_a_check_means(error: Exception, checked_at: float, answer: bool) -> None:
    assert await checked(error).refresh_user(person(checked_at)) is answer


class TokenRequest:
    _token_authenticated = True


async def test_a_token_is_refused_only_when_the_answer_is_sure() -> None:
    amy = person(NOW)
    expired = checked(Expired("401", where="p"))
    assert await expired.refresh_user(amy, TokenRequest()) is True
    amy._auth_refreshed = 1.0  # as JupyterHub notes it, right behind a True
    await asyncio.sleep(0)
    assert amy._auth_refreshed is None, "the next page asks for a login"
    denied = checked(Denied("Not a member", cause="organisation"))
    assert await denied.refresh_user(amy, TokenRequest()) is False


async def test_an_outage_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    away = UpstreamAway("away", where="p")
    made = checked(away, away, login(), refresh_cache="0s")
    made.log = logging.getLogger("of this test")
    made.log.setLevel(logging.INFO)
    for _ in range(3):
        await made.refresh_user(person(NOW))
        await asyncio.sleep(0.01)  # the cache of no seconds ends with the next turn of the loop
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(said) == 2, said
    assert "can't be checked" in said[0]
    assert "again" in said[1]


async def test_an_exchanged_token_is_kept_though_nobody_waits_for_it() -> None:
    goes_on = asyncio.Event()

    async def slow() -> Login:
        await goes_on.wait()
        return login(state={"access_token": "a2", "refresh_token": "r2"})

    made, amy = checked(slow), person(NOW, state={"access_token": "a1", "refresh_token": "r1"})
    asking = asyncio.create_task(made.refresh_user(amy))
    await asyncio.sleep(0)
    asking.cancel()
    follower = asyncio.create_task(made.refresh_user(amy))
    await asyncio.sleep(0)
    goes_on.set()
    assert isinstance(await follower, dict)
    assert made.asked == amy.saved == 1
    assert amy.state is not None
    assert amy.state["refresh_token"] == "r2"


async def test_a_login_meanwhile_has_the_newer_tokens() -> None:
    amy = person(NOW, state={"refresh_token": "r1"})

    async def slow() -> Login:
        await amy.save_auth_state(
            state_of(login(state={"refresh_token": "of the login"}), checked_at=NOW + 1)
        )
        return login(state={"refresh_token": "r2"})

    assert await checked(slow).refresh_user(amy) is True
    assert amy.state is not None
    assert amy.state["refresh_token"] == "of the login"


async def test_a_check_never_gives_another_name_and_takes_groups_away() -> None:
    amy = person(NOW, groups=(LoginGroup("staff"),))
    model = await checked(login(name="someone-else", groups=(LoginGroup("b"),))).refresh_user(amy)
    assert isinstance(model, dict)
    assert (model["name"], model["groups"]) == ("amy", ["b"])


async def test_nothing_kept_is_nothing_to_check() -> None:
    made = checked()
    assert await made.refresh_user(Person(None)) is True
    assert made.asked == 0


async def test_who_is_blocked_is_out_though_nothing_is_kept_of_them() -> None:
    made = Checked(config=Config({"Authenticator": {"blocked_users": {"Amy"}, "allow_all": True}}))
    assert await made.refresh_user(Person(None)) is False


async def test_who_is_allowed_no_more_is_out_at_the_next_check() -> None:
    made = Checked(config=Config({"Authenticator": {"allowed_users": {"amy"}}}))
    made.answers = [login(), login()]
    amy = person(NOW)
    assert isinstance(await made.refresh_user(amy), dict)
    made.forget_checks("amy")
    made.allowed_users = {"fry"}
    assert await made.refresh_user(amy) is False


async def test_a_mapped_name_is_the_one_that_courses_and_exemptions_are_about(tmp_path: Any) -> None:
    courses = tmp_path / "courses.yaml"
    courses.write_text("courses: {a: {members: {people: [amelia]}}}")
    config = {"LoginMixin": {"courses_file": str(courses), "exempt": ["amelia"]}}
    plain = Plain(
        config=Config({**config, "Authenticator": {"username_map": {"amy": "amelia"}}}), allow_all=True
    )
    model = await plain.get_authenticated_user(None, {"username": "AMY", "password": "any"})
    assert model is not None
    assert (model["name"], model["groups"]) == ("amelia", ["course-a"])
    assert model["user_info"]["name"] == "amelia"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"grants": [{"group": "g", "role": "grader", "scopes": ["nonsense"]}]}, "not a scope"),
        ({"courses_file": "not-there.yaml"}, "not-there.yaml"),
        ({"refresh_grace": "soon"}, "duration"),
        ({"exempt": ["a/b"]}, "can't be a name"),
    ],
)
def test_wrong_lines_are_refused_when_it_is_made(config: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        checked(**config)


def test_grants_ask_for_managed_roles() -> None:
    grants = [{"group": "g", "role": "grader", "scopes": ["self"]}]
    assert checked(grants=grants).manage_roles
    with pytest.raises(ConfigurationError, match="may not manage roles"):
        Checked(config=Config({"LoginMixin": {"grants": grants}, "Authenticator": {"manage_roles": False}}))


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ({"name": "grader", "scopes": ["self"]}, "defined twice"),
        ({"name": "other", "users": ["amy"]}, "names users or groups"),
        ({"name": "other", "groups": ["g"]}, "names users or groups"),
    ],
)
def test_grants_and_roles_that_are_written_down_exclude_each_other(role: dict[str, Any], words: str) -> None:
    made = checked(grants=[{"group": "g", "role": "grader", "scopes": ["self"]}])
    made.parent = JupyterHub(load_roles=[role])
    with pytest.raises(ConfigurationError, match=words):
        made.check_grants()


async def test_roles_are_defined_at_the_start_without_members() -> None:
    made = checked(grants=[{"group": "g", "role": "grader", "scopes": ["self"]}])
    made.reset_managed_roles_on_startup = True
    assert await made.load_managed_roles() == [{"name": "grader", "scopes": ["self"]}]


async def test_nobody_logs_in_as_the_grader_of_a_course_or_brings_its_groups(tmp_path: Any) -> None:
    file = tmp_path / "courses.yaml"
    file.write_text("courses:\n  db101: {grader: true, members: {people: [amy]}}\n  plain: {}\n")
    made = checked(courses_file=str(file))

    async def groups(name: str, *said: str) -> list[str]:
        login = Login(provider="p", subject=name, name=name, groups=tuple(map(LoginGroup, said)))
        found: list[str] = (await made.finish(login))["groups"]
        return found

    # At GitHub anybody may make an organisation of any name.
    assert await groups("eve", "Course-db101", "formgrade-db101", "physics") == ["physics"]
    assert await groups("amy", "course-db101") == ["course-db101", "nbgrader-db101"]
    assert await groups("plain") == []
    with pytest.raises(Denied, match="keeps that name for its grader"):
        await groups("DB101")


def test_courses_are_read_again_and_a_slip_of_the_pen_changes_nothing(tmp_path: Any) -> None:
    file, roster = tmp_path / "courses.yaml", tmp_path / "r.csv"
    file.write_text("courses:\n  a:\n    members: {people: [amy], roster: r.csv}\n")
    roster.write_text("username\nfry\n")
    log = logging.getLogger("of this test")
    courses = CourseFile(str(file), log)
    assert courses.groups_of("fry", []) == ["course-a"]
    roster.write_text("username\nleela\nfry2\n")
    assert courses.groups_of("fry", []) == []
    assert courses.groups_of("leela", []) == ["course-a"]
    file.write_text("courses: [\n")
    assert courses.groups_of("amy", []) == ["course-a"]
    file.write_text("courses:\n  b:\n    members: {people: [amy]}\n")
    assert courses.groups_of("amy", []) == ["course-b"]
