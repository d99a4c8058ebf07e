"""Who sees which announcement when, and what is refused?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from libretexts_hub.domain.announcements import parse_announcements, shown_to
from libretexts_hub.domain.languages import best_language
from libretexts_hub.errors import ConfigurationError

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def shown(written, groups=(), now=NOW):
    return [each.text for each in shown_to(parse_announcements(written, where="file"), groups, now)]


def test_the_gravest_comes_first():
    assert shown(["one", {"text": "two", "level": "error"}, {"text": "three", "level": "warning"}]) == [
        "two",
        "three",
        "one",
    ]


@pytest.mark.parametrize(("hours", "expected"), [(-2, []), (0, ["x"]), (2, [])])
def test_only_in_its_time(hours, expected):
    written = [{"text": "x", "start": "2026-11-21T12:00:00+01:00", "end": "2026-11-21T14:00:00+01:00"}]
    assert shown(written, now=NOW + timedelta(hours=hours)) == expected


def test_only_for_its_groups():
    written = {"announcements": [{"text": "x", "groups": ["Physics"]}]}
    assert shown(written) == []
    assert shown(written, ["physics"]) == ["x"]


@pytest.mark.parametrize("written", [None, "", []])
def test_nothing_is_announced(written):
    assert shown(written) == []


@pytest.mark.parametrize(
    "written",
    [
        7,
        [7],
        [{}],
        [{"text": ""}],
        [{"text": "x", "level": "loud"}],
        [{"text": "x", "colour": "red"}],
        [{"text": "x", "start": "2026-11-21T12:00:00"}],
        [{"text": "x", "start": "soon"}],
        [{"text": "x", "dismissable": "yes"}],
        ["x"] * 21,
        ["x" * 2000],
    ],
)
def test_what_is_wrong_is_refused_with_its_place(written):
    with pytest.raises(ConfigurationError, match="file"):
        parse_announcements(written, where="file")


def test_another_text_is_another_announcement():
    one, other = parse_announcements(["a", "b"], where="file")
    assert one.key != other.key


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", "en"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en,es", "en"),
        ("de,es;q=0.5", "es"),
        ("de", "en"),
        ("es;q=0", "en"),
        ("es;q=x", "en"),
        ("*, es;q=0.1", "en"),
    ],
)
def test_language(accepted, expected):
    assert best_language(accepted, ["en", "es"]) == expected


@given(some.text())
def test_any_header_has_a_language(accepted):
    assert best_language(accepted, ["en", "es"]) in ("en", "es")
