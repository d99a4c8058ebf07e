"""Does each person see what they may start now, and is the rest on the shelf that says why not?"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.repositories import Snapshot
from tests.domain.sample_menu import NOW, menu_of, whole_menu


def slugs(items):
    return [item.slug for item in items]


@pytest.mark.parametrize(
    ("shelf", "expected"),
    [
        ("images", ["default", "lsst", "large", "free"]),
        ("hidden", ["link"]),
        ("closed", ["exam", "last-exam", "in-a-night"]),
        ("retired", ["old", "older", "gone", "old-staff"]),
        ("unread", ["away"]),
        ("sizes", ["small", "large"]),
        ("closed_sizes", ["night"]),
        ("options", ["reset", "news", "dataset"]),
    ],
)
def test_each_entry_is_on_one_shelf(shelf, expected):
    assert slugs(getattr(menu_of(), shelf)) == expected


def test_the_staff_has_more():
    menu = menu_of("STAFF")
    assert slugs(menu.images) == ["default", "lsst", "nightly", "large", "staff-only", "free"]
    assert slugs(menu.options) == ["reset", "debug", "news", "dataset"]
    assert slugs(menu.options[3].choices) == ["small", "full", "raw"]


@pytest.mark.parametrize(
    ("groups", "tags"),
    [
        pytest.param([], ["recommended", "r29_1_0", "w_2026_46", "w_2026_45"], id="student"),
        pytest.param(
            ["staff"], ["recommended", "r29_1_0", "w_2026_46", "w_2026_45", "d_2026_11_20"], id="staff"
        ),
    ],
)
def test_kinds_of_tags_are_of_groups(groups, tags):
    assert [version.tag for version in menu_of(*groups).image("lsst").versions] == tags


def test_an_image_whose_tags_are_all_of_others_is_nowhere():
    menu = menu_of()
    shelves = (menu.images, menu.hidden, menu.closed, menu.retired, menu.unread)
    assert not {"nightly", "staff-only"} & {image.slug for shelf in shelves for image in shelf}


@pytest.mark.parametrize(
    ("hour", "shelf"),
    [
        pytest.param("2026-12-01T06:59:59+00:00", "closed", id="before"),
        pytest.param("2026-12-01T08:00:00+01:00", "images", id="first-moment"),
        pytest.param("2026-12-01T08:59:59+00:00", "images", id="last-moment"),
        pytest.param("2026-12-01T10:00:00+01:00", "closed", id="after"),
    ],
)
def test_hours_open_and_close(hour, shelf):
    menu = menu_of(now=datetime.fromisoformat(hour))
    assert {"exam", "in-a-night"} <= set(slugs(getattr(menu, shelf)))
    assert ("night" in slugs(menu.sizes)) == (shelf == "images")


def test_an_image_that_waits_for_its_size_has_the_hours_of_the_next_one():
    hours = [{"from": NOW + timedelta(hours=n), "until": NOW + timedelta(hours=n + 1)} for n in (-9, 7, 3)]
    sizes = {f"s{n}": {"available": each} for n, each in enumerate(hours)}
    written = Menu.parse({"a": {"image": "x/a"}}, sizes)

    assert written.for_person([], NOW).closed[0].available.opens == hours[2]["from"]
    assert written.for_person([], NOW + timedelta(days=1)).closed[0].available.closes == hours[2]["until"]


def test_nobody_waits_for_a_size_of_others():
    sizes = {"s": {"groups": ["staff"], "available": {"from": NOW + timedelta(hours=1)}}}
    assert Menu.parse({"a": {"image": "x/a"}}, sizes).for_person([], NOW).closed == ()


@pytest.mark.parametrize(
    ("day", "images", "successor"),
    [
        pytest.param(date(2027, 2, 28), ["old", "new"], None, id="last-day"),
        pytest.param(date(2027, 3, 1), ["new"], "new", id="retired"),
    ],
)
def test_the_default_that_retires_gives_way_to_its_successor(day, images, successor):
    entries = {
        "first": {"image": "x/first", "groups": ["staff"]},
        "old": {"image": "x/old", "default": True, "retires": date(2027, 3, 1), "successor": "new"},
        "new": {"image": "x/new"},
    }
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    menu = Menu.parse(entries, {}).for_person(["staff"], now)

    assert slugs(menu.images) == ["first", *images]
    assert menu.default_image.slug == (successor or "old")


def test_the_default_is_never_one_that_asks_what_to_start():
    menu = Menu.parse({"free": {"pattern": "x/.+"}, "a": {"image": "x/a"}}, {}).for_person([], NOW)
    assert menu.default_image.slug == "a"
    only_free = Menu.parse({"free": {"pattern": "x/.+"}}, {}).for_person([], NOW)
    assert only_free.default_image is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, ["small", "medium", "large"], id="all"),
        pytest.param({"minimum_size": "medium"}, ["medium", "large"], id="minimum"),
        pytest.param({"sizes": ["large", "small"]}, ["small", "large"], id="list"),
        pytest.param({"sizes": ["small", "medium"], "minimum_size": "medium"}, ["medium"], id="both"),
    ],
)
def test_sizes_of_an_image(fields, expected):
    sizes = {"large": {"order": 3}, "medium": {"order": 2}, "small": {"order": 1, "default": True}}
    menu = Menu.parse({"a": {"image": "x/a"} | fields}, sizes).for_person([], NOW)

    assert slugs(menu.sizes_of(menu.images[0])) == expected
    assert menu.default_size(menu.images[0]).slug == expected[0]


def test_a_choice_of_others_is_no_default():
    options = {"o": {"default": "b", "choices": {"a": {}, "b": {"groups": ["staff"]}}}}
    menu = Menu.parse({"i": {"image": "x/i"}}, {}, options)

    assert menu.for_person([], NOW).options[0].default == "a"
    assert menu.for_person(["staff"], NOW).options[0].default == "b"


def test_what_was_sorted_once_is_taken_from_before():
    menu = Menu.parse({"l": {"registry": {"repository": "x.io/l", "scheme": "semver"}}}, {})
    repository, today = menu.images[0].registry.repository, date(2026, 11, 21)
    first = menu.with_snapshots({repository: Snapshot(("1.0.0",))}, today)
    known = first._read["l"]

    same = menu.with_snapshots({repository: replace(known, read_at=9.0)}, today, before=first)
    other = menu.with_snapshots({repository: Snapshot(("1.0.0", "1.1.0"))}, today, before=first)
    gone = menu.with_snapshots({}, today, before=first)

    assert same.images[0] is first.images[0]
    assert [version.tag for version in other.images[0].versions] == ["1.1.0", "1.0.0"]
    assert gone.images[0].versions == ()


def test_the_operators_menu_stays_as_it_is():
    menu = whole_menu()
    before = menu.images
    menu.for_person(["staff"], NOW)
    menu.for_person([], NOW)
    assert menu.images is before
    assert [version.tag for version in menu.image("lsst").versions][-1] == "d_2026_11_20"
