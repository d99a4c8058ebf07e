"""What of a login is kept, under which name, and whose is a hub user?"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain.binding import Account, BindExisting, must_bind
from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.entries import Entry
from libretexts_hub.domain.git_rules import author_of, parse_git_rules
from libretexts_hub.domain.login import (
    Login,
    LoginGroup,
    group_names,
    login_in,
    ours_in,
    state_of,
    user_info_of,
)
from libretexts_hub.domain.login_claims import login_claims
from libretexts_hub.domain.login_names import normal_name

AMY = Login(
    "sample",
    "17",
    "Amy",
    groups=(LoginGroup("physics", 5), LoginGroup("nyu:db101")),
    is_admin=False,
    email="amy@mars.example",
    email_verified=True,
    git_name="Amy Wong",
    claims={"idp": "mars"},
    state={"access_token": "secret"},
    missing=("Your teams are not known.",),
)


class TestNames:
    @pytest.mark.parametrize(
        ("raw", "name"),
        [
            ("Leela", "leela"),
            (" fry ", "fry"),
            ("\uff26\uff52\uff59", "fry"),
            ("JOSE\u0301", "josé"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("amy@mars.example", "amy@mars.example"),
        ],
    )
    def test_one_spelling(self, raw: str, name: str) -> None:
        assert normal_name(raw) == name

    @pytest.mark.parametrize(
        "raw",
        [
            "",
            "  ",
            ".",
            "..",
            "a/b",
            "a\\b",
            "a,b",
            "fry\x00",
            "fry\nx",
            "\u202efry",
            "\ud800",
            "\u200b",
            "x" * 256,
            None,
            7,
            b"fry",
            ["fry"],
            "x" * 10_000,
        ],
    )
    def test_no_name(self, raw: object) -> None:
        with pytest.raises(Denied) as caught:
            normal_name(raw)
        assert caught.value.cause == "name"
        assert len(caught.value.jupyterhub_message) < 300
        assert caught.value.jupyterhub_message.isprintable()

    @given(st.text(max_size=300))
    def test_a_name_stays_what_it_is(self, raw: str) -> None:
        try:
            name = normal_name(raw)
        except Denied:
            return
        assert normal_name(name) == name == name.lower()
        assert "/" not in name
        assert name.isprintable() or " " in name or any(each.isspace() for each in name)


class TestState:
    def test_what_is_kept_comes_back(self) -> None:
        state = json.loads(json.dumps(state_of(AMY, checked_at=5.0)))
        again = login_in(state)
        assert again is not None
        for field in ("provider", "subject", "groups", "email", "git_name", "claims", "missing", "is_admin"):
            assert getattr(again, field) == getattr(AMY, field)
        assert state["access_token"] == again.state["access_token"] == "secret"
        assert ours_in(state)["checked_at"] == 5.0

    def test_twice_is_the_same(self) -> None:
        state = state_of(AMY, checked_at=5.0)
        again = login_in(state)
        assert again is not None
        assert state_of(again, checked_at=5.0) == state

    def test_routes_and_git_find_what_they_look_for(self) -> None:
        state = state_of(AMY, checked_at=5.0)
        claims = login_claims(state)
        assert claims["email_domain"] == ("mars.example",)
        assert claims["idp"] == ("mars",)
        rules = parse_git_rules(Entry("", {"git": {"host": "github.com"}}, "c"))
        assert rules is not None
        assert author_of(rules, state, "amy").name == "Amy Wong"

    def test_an_unverified_address_is_no_claim(self) -> None:
        state = state_of(Login("p", "1", "x", email="x@y.example", email_verified=False), checked_at=0)
        assert "email_domain" not in login_claims(state)

    @pytest.mark.parametrize("state", [None, [], {}, {"libretexts": []}, {"libretexts": {"version": 2}}])
    def test_of_others_nothing_is_read(self, state: object) -> None:
        assert login_in(state) is None

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["libretexts", "version", "groups", "name", "claims", "id", "missing"]),
                    inner,
                )
            ),
        )
    )
    def test_anything_may_be_stored(self, stored: object) -> None:
        ours = {"libretexts": {"version": 1, "groups": stored, "claims": stored, "missing": stored}}
        for found in (login_in(ours), login_in(stored)):
            assert found is None or isinstance(found, Login)

    def test_no_token_in_a_repr(self) -> None:
        assert "secret" not in repr(AMY)

    def test_groups_once_and_showable(self) -> None:
        names = ("A", "a ", "b\u202e", "", "c" * 256, "d")
        assert group_names(LoginGroup(name) for name in names) == ("a", "d")

    def test_user_info_for_the_notebook(self) -> None:
        info = user_info_of(Login("p", "1", "x", display_name="Amy Wong", avatar_url="javascript:1"), "amy")
        assert info == {"name": "amy", "display_name": "Amy Wong", "initials": "AW"}


FRY = Account("fry", "github:https://github.com", "5")
OTHER = Account("fry", "github:https://github.com", "6")
RENAMED = Account("kif", "github:https://github.com", "5")
ELSEWHERE = Account("fry", "google", "5")


class TestBinding:
    @pytest.mark.parametrize(
        ("of_name", "of_subject", "has_user", "policy", "answer"),
        [
            pytest.param(None, None, False, "refuse", True, id="new"),
            pytest.param(None, None, True, "first_login", True, id="from before"),
            pytest.param(None, None, True, "refuse", None, id="from before, nobody's"),
            pytest.param(FRY, FRY, True, "refuse", False, id="the same"),
            pytest.param(FRY, FRY, False, "refuse", False, id="the same, deleted at the hub"),
            pytest.param(OTHER, None, True, "first_login", None, id="a reused name"),
            pytest.param(OTHER, None, False, "first_login", None, id="a reused name, deleted at the hub"),
            pytest.param(ELSEWHERE, None, True, "first_login", None, id="the same number elsewhere"),
            pytest.param(None, RENAMED, False, "first_login", None, id="renamed"),
            pytest.param(OTHER, RENAMED, True, "first_login", None, id="renamed to one in use"),
        ],
    )
    def test_table(
        self,
        of_name: Account | None,
        of_subject: Account | None,
        has_user: bool,
        policy: str,
        answer: bool | None,
    ) -> None:
        def ask() -> bool:
            return must_bind(
                FRY, of_name=of_name, of_subject=of_subject, has_user=has_user, policy=BindExisting(policy)
            )

        if answer is not None:
            assert ask() is answer
            return
        with pytest.raises(Denied) as caught:
            ask()
        assert caught.value.cause == "bound"
        assert "6" not in caught.value.jupyterhub_message  # the other's id is nobody's business
