"""Is every tag read as its scheme means it, in one order that never changes?"""

import random
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libretexts_hub.domain.tag_schemes import SCHEMES, parse_scheme
from libretexts_hub.domain.tags import UNKNOWN
from libretexts_hub.errors import ConfigurationError

OWN = parse_scheme(
    {
        "patterns": {
            "stable": r"v(?P<major>\d+)(?:-(?P<pre>[a-z]+))?",
            "nightly": r"n(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
        },
        "names": {"stable": "Stable {major}"},
    },
    where="scheme",
)


@pytest.mark.parametrize(
    ("scheme", "raw", "kind", "name", "made"),
    [
        ("rubin", "r29_1_1", "release", "Release r29.1.1", None),
        ("rubin", "r170", "release", "Release r17.0.0", None),
        ("rubin", "r29_1_1_rc2", "release_candidate", "Release candidate r29.1.1-rc2", None),
        ("rubin", "w_2026_46", "weekly", "Weekly 2026_46", date(2026, 11, 12)),
        ("rubin", "w_2020_53", "weekly", "Weekly 2020_53", date(2020, 12, 31)),
        ("rubin", "w_2026_60", UNKNOWN, "w_2026_60", None),
        ("rubin", "d_2026_11_21", "daily", "Daily 2026_11_21", date(2026, 11, 21)),
        ("rubin", "d_2026_02_30", UNKNOWN, "d_2026_02_30", None),
        ("rubin", "exp_w_2026_46_x", "experimental", "Experimental Weekly 2026_46 [x]", date(2026, 11, 12)),
        ("rubin", "exp_nothing", "experimental", "Experimental nothing", None),
        ("rubin", "exp_", UNKNOWN, "exp_", None),
        (
            "rubin",
            "w_2026_46_c0047.003_rsp19_x-arm64",
            "weekly",
            "Weekly 2026_46 (SAL cycle 47, build 3) (RSP build 19) [x] [arm64]",
            date(2026, 11, 12),
        ),
        ("rubin", "sciplat_c0047.003", UNKNOWN, "sciplat (SAL cycle 47, build 3)", None),
        ("rubin", "recommended", UNKNOWN, "recommended", None),
        ("semver", "1.2.3", "release", "1.2.3", None),
        ("semver", "v1.2.3", "release", "1.2.3", None),
        ("semver", "1.2.3-rc.1", "prerelease", "1.2.3-rc.1", None),
        ("semver", "1.2.3_build.5", "release", "1.2.3+build.5", None),
        ("semver", "3.12", "series", "3.12 series", None),
        ("semver", "01.2.3", UNKNOWN, "01.2.3", None),
        ("calver", "2026.11", "release", "2026.11", date(2026, 11, 1)),
        ("calver", "26.04", "release", "26.04", date(2026, 4, 1)),
        ("calver", "2026.11.03", "release", "2026.11.03", date(2026, 11, 3)),
        ("calver", "2026.11rc1", "prerelease", "2026.11rc1", date(2026, 11, 1)),
        ("calver", "2026.13", UNKNOWN, "2026.13", None),
        ("date", "2026-11-21", "date", "2026-11-21", date(2026, 11, 21)),
        ("date", "20261121-1530", "date", "2026-11-21 15:30", date(2026, 11, 21)),
        ("date", "main-20261121", "date", "main 2026-11-21", date(2026, 11, 21)),
        ("date", "2026-11-21-abc", "date", "2026-11-21 [abc]", date(2026, 11, 21)),
        ("date", "2026-02-30", UNKNOWN, "2026-02-30", None),
    ],
)
def test_what_a_tag_says(scheme, raw, kind, name, made):
    tag = SCHEMES[scheme].read(raw)
    assert (tag.raw, tag.kind, tag.name, tag.made) == (raw, kind, name, made)


@pytest.mark.parametrize(
    ("raw", "kind", "name", "made"),
    [
        ("v12", "stable", "Stable 12", None),
        ("n20261121", "nightly", "n20261121", date(2026, 11, 21)),
        ("v12x", UNKNOWN, "v12x", None),
    ],
)
def test_what_a_tag_of_ones_own_says(raw, kind, name, made):
    tag = OWN.read(raw)
    assert (tag.kind, tag.name, tag.made) == (kind, name, made)
    assert OWN.kinds == ("stable", "nightly")


@pytest.mark.parametrize(
    ("scheme", "newest_first"),
    [
        (
            "rubin",
            "w_2026_46 w_2026_45_c0048.001 w_2026_45_c0047.010 w_2026_45_c0047.003 w_2026_45 w_2025_52",
        ),
        ("rubin", "w_2026_46_c0047.003_rsp19 w_2026_46_c0047.003_rsp7 w_2026_46_c0047.003"),
        ("rubin", "w_2026_46 w_2026_46_x w_2026_46_x-arm64"),
        ("rubin", "r29_1_1 r29_0_10 r29_0_9 r170"),
        ("rubin", "r29_1_1_rc10 r29_1_1_rc2 r29_0_0_rc3"),
        ("rubin", "exp_r29_0_0 exp_r23_0_0 exp_w_2021_10 exp_w_2021_09 exp_d_2026_01_01 exp_zzz exp_aaa"),
        ("semver", "1.10.0 1.9.0 1.9.0_b 1.0.0"),
        # The example of semver.org, section 11.
        (
            "semver",
            "1.0.0-rc.1 1.0.0-beta.11 1.0.0-beta.2 1.0.0-beta 1.0.0-alpha.beta 1.0.0-alpha.1 1.0.0-alpha",
        ),
        ("calver", "2026.11.2 2026.11 2026.4 26.03 2025.12"),
        ("calver", "2026.11rc2 2026.11rc1 2026.11b9"),
        ("date", "2026-11-21-1530 2026-11-21 20261120-2359 20261120"),
    ],
)
def test_the_newest_comes_first(scheme, newest_first):
    expected = newest_first.split()
    tags = [SCHEMES[scheme].read(raw) for raw in random.sample(expected, len(expected))]
    assert len({tag.kind for tag in tags}) == 1
    ordered = [tag.raw for tag in sorted(tags, key=lambda tag: tag.order, reverse=True)]
    if scheme == "semver" and "1.9.0_b" in expected:
        ordered = [raw for raw in ordered if raw != "1.9.0_b"]  # builds have no precedence
        expected.remove("1.9.0_b")
    assert ordered == expected


# What people push, cut and glued at any place.
PIECES = st.sampled_from(
    [
        *"rwdvn_-.0123456789",
        "exp_",
        "_c0047",
        ".003",
        "_rsp",
        "_rc",
        "2026",
        "46",
        "11",
        "alpha",
        "-arm64",
        "٣",
    ]
)
TAGS = st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=130)


@pytest.mark.parametrize("scheme", [*SCHEMES.values(), OWN], ids=[*SCHEMES, "own"])
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(raws=st.lists(TAGS, max_size=12, unique=True), seed=st.randoms())
def test_any_tags_have_one_order(scheme, raws, seed):
    def ordered(texts):
        by_kind = {}
        for raw in texts:
            tag = scheme.read(raw)
            assert tag.raw == raw
            assert tag.kind in (*scheme.kinds, UNKNOWN)
            by_kind.setdefault(tag.kind, []).append(tag)
        return {
            kind: [tag.raw for tag in sorted(tags, key=lambda tag: tag.order)]
            for kind, tags in by_kind.items()
        }

    shuffled = list(raws)
    seed.shuffle(shuffled)
    assert ordered(raws) == ordered(shuffled)


@pytest.mark.parametrize(
    ("value", "where", "words"),
    [
        ("rubn", "scheme", "Did you mean 'rubin'"),
        (None, "scheme", "Known are"),
        ({}, "scheme", "either pattern or patterns"),
        ({"pattern": "a", "patterns": {}}, "scheme", "either pattern or patterns"),
        ({"patern": "a"}, "scheme", "Did you mean 'pattern'"),
        ({"pattern": "("}, "scheme.pattern", "not a regular expression"),
        ({"pattern": 3}, "scheme.pattern", "a text"),
        ({"pattern": "a*"}, "scheme.pattern", "matches the empty text"),
        ({"pattern": "(a+)+b"}, "scheme.pattern", "for ever"),
        ({"pattern": "(?:[a-z]+-?)*x"}, "scheme.pattern", "for ever"),
        ({"pattern": "(?P<mayor>x)"}, "scheme.pattern", "Did you mean 'major'"),
        ({"pattern": "x", "name": "{tag.__class__}"}, "scheme.pattern", "Use {tag}"),
        ({"pattern": "x", "name": "{tag!r}"}, "scheme.pattern", "Use {tag}"),
        ({"pattern": "x", "name": "{0}"}, "scheme.pattern", "Use {tag}"),
        ({"pattern": "x", "name": "{"}, "scheme.pattern", "Use {tag}"),
        ({"patterns": {"a": "x"}, "names": {"b": "y"}}, "scheme.names", "Known are: a"),
    ],
)
def test_what_is_no_scheme_is_refused_at_its_place(value, where, words):
    with pytest.raises(ConfigurationError) as refused:
        parse_scheme(value, where="scheme")
    assert refused.value.where == where
    assert words in str(refused.value)
