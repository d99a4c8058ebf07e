"""Which tags come on the menu, in which order, and what is an alias the same as?"""

import random
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libretexts_hub.domain.entries import Entry
from libretexts_hub.domain.tag_policy import parse_tag_policy, versions
from libretexts_hub.domain.tags import TAG
from libretexts_hub.errors import ConfigurationError

TODAY = date(2026, 11, 21)
TAGS = [
    *("recommended", "latest_weekly", "latest", "r29_1_1", "r29_1_0", "r28_0_0", "r29_1_2_rc1"),
    *(f"w_2026_{week}" for week in range(40, 47)),
    *(f"d_2026_11_{day:02}" for day in range(1, 22)),
    *("exp_w_2026_46_new", "<img onerror=alert(1)>", "\x1b[31m", "a" * 129, ""),
]
DIGESTS = {
    "recommended": "sha256:45",
    "w_2026_45": "sha256:45",
    "latest_weekly": "sha256:46",
    "w_2026_46": "sha256:46",
}


def policy(**fields):
    return parse_tag_policy(Entry("lsst", {"scheme": "rubin"} | fields, "registry"))


def shown(tags=TAGS, digests=None, **fields):
    return [version.tag for version in versions(tags, policy(**fields), digests or {}, TODAY)]


def test_two_releases_three_weeklies_the_recommended_first():
    keep = {"release": 2, "weekly": 3}
    assert shown(keep=keep, recommended="recommended") == [
        *("recommended", "r29_1_1", "r29_1_0", "w_2026_46", "w_2026_45", "w_2026_44")
    ]


def test_aliases_say_what_they_are_the_same_as():
    fields = {"keep": {"weekly": 2}, "recommended": "recommended", "aliases": ["latest_weekly", "gone"]}
    found = versions(TAGS, policy(**fields), DIGESTS, TODAY)

    assert [(each.name, each.same_as, each.digest) for each in found] == [
        ("Recommended", "Weekly 2026_45", "sha256:45"),
        ("Latest weekly", "Weekly 2026_46", "sha256:46"),
        ("Weekly 2026_46", "Latest weekly", "sha256:46"),
        ("Weekly 2026_45", "Recommended", "sha256:45"),
    ]


def test_an_alias_is_the_same_as_a_tag_that_is_not_kept():
    [recommended] = versions(TAGS, policy(keep={}, recommended="recommended"), DIGESTS, TODAY)
    assert recommended.same_as == "Weekly 2026_45"


@pytest.mark.parametrize(
    "others", [[], ["zzz"], ["w_2026_46_c0047.003", "zzz"]], ids=["alone", "stray", "both"]
)
def test_an_alias_is_named_after_the_newest_tag_of_the_first_kind(others):
    tags = ["recommended", "d_2026_11_21", "w_2026_45", "w_2026_46", *others]
    digests = dict.fromkeys(tags, "sha256:1")
    [recommended] = versions(tags, policy(keep={}, recommended="recommended"), digests, TODAY)
    assert recommended.same_as.startswith("Weekly 2026_46")


def test_an_alias_is_not_named_after_a_tag_that_says_nothing():
    digests = dict.fromkeys(["recommended", "zzz"], "sha256:1")
    [recommended] = versions(
        ["recommended", "zzz"], policy(keep={}, recommended="recommended"), digests, TODAY
    )
    assert recommended.same_as == ""


def test_an_alias_whose_digest_nobody_knows_is_shown_without():
    [recommended] = versions(TAGS, policy(keep={}, recommended="recommended"), {}, TODAY)
    assert (recommended.tag, recommended.same_as, recommended.digest) == ("recommended", "", "")


def test_without_keep_every_kind_is_shown_in_the_order_of_the_scheme_but_what_nobody_knows():
    tags = ["latest", "d_2026_11_21", "w_2026_46", "r29_1_1", "exp_x", "r29_1_2_rc1"]
    assert shown(tags) == ["r29_1_1", "w_2026_46", "d_2026_11_21", "r29_1_2_rc1", "exp_x"]


def test_unknown_tags_are_shown_where_the_operator_names_them():
    assert shown(["latest", "w_2026_46", "nightly"], keep={"unknown": {"include": ["late*"]}}) == ["latest"]


@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        pytest.param({"number": 2}, ["d_2026_11_21", "d_2026_11_20"], id="number"),
        pytest.param({"number": 0}, [], id="zero is none"),
        pytest.param({"age": "2d"}, ["d_2026_11_21", "d_2026_11_20", "d_2026_11_19"], id="age"),
        pytest.param({"since": "d_2026_11_20"}, ["d_2026_11_21", "d_2026_11_20"], id="since a tag"),
        pytest.param({"since": date(2026, 11, 20)}, ["d_2026_11_21", "d_2026_11_20"], id="since a day"),
        pytest.param(
            {"since": datetime(2026, 11, 20, 8)}, ["d_2026_11_21", "d_2026_11_20"], id="since a time"
        ),
        pytest.param({"since": "2026-11-21"}, ["d_2026_11_21"], id="since a day in words"),
        pytest.param(
            {"include": ["*_1[23]", "*_21"]}, ["d_2026_11_21", "d_2026_11_13", "d_2026_11_12"], id="include"
        ),
        pytest.param({"age": "2d", "exclude": ["*_20"]}, ["d_2026_11_21", "d_2026_11_19"], id="exclude"),
        pytest.param({"age": "1w", "number": 1}, ["d_2026_11_21"], id="all of them"),
        pytest.param({"include": []}, [], id="include nothing"),
    ],
)
def test_filters_all_hold(keep, kept):
    assert shown(keep={"daily": keep}) == kept


def test_a_weekly_is_as_old_as_the_thursday_of_its_week():
    assert shown(["w_2026_46", "w_2026_47"], keep={"weekly": {"age": "8d"}}) == ["w_2026_47"]


def test_a_kind_has_its_own_groups():
    found = versions(
        TAGS, policy(keep={"release": 1, "daily": {"number": 1, "groups": ["LSST:dev"]}}), {}, TODAY
    )
    admitted = {each.tag: each.access.admits(frozenset({"lsst:dev"})) for each in found}
    others = {each.tag: each.access.admits(frozenset()) for each in found}

    assert admitted == {"r29_1_1": True, "d_2026_11_21": True}
    assert others == {"r29_1_1": True, "d_2026_11_21": False}


# A busy machine is no reason to fail: what is drawn is small.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(max_size=20) | st.sampled_from(TAGS), max_size=30), st.randoms())
def test_any_tags_make_the_same_menu_in_any_order(tags, seed):
    fields = {"recommended": "recommended", "keep": {"release": 2, "weekly": 9, "daily": 9, "unknown": 9}}
    expected = shown(tags, DIGESTS, **fields)
    again = [*tags, *tags]
    seed.shuffle(again)

    assert shown(again, DIGESTS, **fields) == expected
    assert len(set(expected)) == len(expected)
    assert all(TAG.fullmatch(tag) for tag in expected)


@pytest.mark.parametrize(
    ("fields", "where", "words"),
    [
        ({"keep": {"weeekly": 1}}, "registry.keep", "Did you mean 'weekly'"),
        ({"keep": {"weekly": -1}}, "registry.keep.weekly", "can't be kept"),
        ({"keep": {"weekly": "3"}}, "registry.keep.weekly", "whole number"),
        ({"keep": {"weekly": {"nummer": 1}}}, "registry.keep.weekly", "Did you mean 'number'"),
        ({"keep": {"weekly": {"age": 30}}}, "registry.keep.weekly.age", "such as 30d"),
        ({"keep": {"weekly": {"since": "r29_1_1"}}}, "registry.keep.weekly.since", "oldest tag"),
        ({"keep": {"weekly": {"include": "x"}}}, "registry.keep.weekly.include", "list"),
        ({"keep": 3}, "registry.keep", "mapping"),
        ({"aliases": ["<b>"]}, "registry.aliases", "not a tag"),
        ({"recommended": "a b"}, "registry.recommended", "not a tag"),
        ({"scheme": "rubn"}, "registry.scheme", "Did you mean"),
    ],
)
def test_what_is_wrong_is_refused_at_its_place(fields, where, words):
    with pytest.raises(ConfigurationError) as refused:
        policy(**fields)
    assert refused.value.where == where
    assert words in str(refused.value)


def test_ten_thousand_tags_in_any_order():
    tags = [
        f"w_{year}_{week:02}_c{build:04}"
        for year in range(2000, 2025)
        for week in range(1, 41)
        for build in range(10)
    ]
    expected = shown(tags, keep={"weekly": {}})
    assert len(expected) == 10_000
    assert shown(random.sample(tags, len(tags)), keep={"weekly": {}}) == expected
