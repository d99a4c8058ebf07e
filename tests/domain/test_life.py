"""Does an entry end as its operator wrote it, and does its successor start in its place?"""

from datetime import UTC, date, datetime

import pytest

from libretexts_hub.domain.entries import Entry
from libretexts_hub.domain.life import Life, parse_life
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.running import Running, newer
from libretexts_hub.errors import ConfigurationError
from tests.domain.sample_menu import NOW, menu_of


@pytest.mark.parametrize(
    ("fields", "life"),
    [
        pytest.param({}, Life(), id="nothing"),
        pytest.param({"hidden": True}, Life(hidden=True), id="hidden"),
        pytest.param({"retires": "2027-03-01"}, Life(retires=date(2027, 3, 1)), id="text"),
        pytest.param({"retires": date(2027, 3, 1)}, Life(retires=date(2027, 3, 1)), id="yaml-day"),
        pytest.param(
            {"retires": datetime(2027, 3, 1, 9, tzinfo=UTC)}, Life(retires=date(2027, 3, 1)), id="yaml-time"
        ),
    ],
)
def test_what_is_written_is_read(fields, life):
    assert parse_life(Entry("a", fields, "images['a']")) == life


@pytest.mark.parametrize(
    ("life", "is_over"),
    [
        pytest.param(Life(), False, id="alive"),
        pytest.param(Life(deprecated="Take the other"), False, id="deprecated"),
        pytest.param(Life(successor="b"), True, id="replaced-at-once"),
        pytest.param(Life(successor="b", retires=date(2026, 11, 22)), False, id="tomorrow"),
        pytest.param(Life(successor="b", retires=date(2026, 11, 21)), True, id="today"),
        pytest.param(Life(retires=date(2026, 11, 20)), True, id="yesterday"),
    ],
)
def test_it_is_over_from_its_day_on(life, is_over):
    assert life.is_over(date(2026, 11, 21)) is is_over


def test_the_last_day_is_told():
    assert Life(retires=date(2027, 3, 1)).last_day_words == "until 1 March 2027"


@pytest.mark.parametrize(
    ("images", "where", "words"),
    [
        pytest.param({"lab-2": {"successor": "lab-3"}}, "lab-2", "Did you mean 'lab-2'", id="unknown"),
        pytest.param({"a": {"successor": "a"}}, "a", "a -> a", id="itself"),
        pytest.param({"a": {"successor": "b"}, "b": {"successor": "a"}}, "a", "a -> b -> a", id="two"),
        pytest.param(
            {"c": {"successor": "a"}, "a": {"successor": "b"}, "b": {"successor": "a"}},
            "c",
            "c -> a -> b -> a",
            id="into-a-ring",
        ),
        pytest.param(
            {"a": {"successor": "b"}, "b": {"image": None, "pattern": "x/.+"}}, "a", "pattern", id="free"
        ),
        pytest.param({"a": {"retires": "soon"}}, "a", "'soon' is not a day", id="no-day"),
        pytest.param({"a": {"retires": 2027}}, "a", "2027 is not a day", id="number"),
        pytest.param({"a": {"hidden": "yes"}}, "a", "true or false", id="hidden"),
        pytest.param({"a": {"hidden": True, "default": True}}, "a", "everybody can see", id="hidden-default"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(images, where, words):
    with pytest.raises(ConfigurationError, match=words) as refused:
        Menu.parse({slug: {"image": f"x/{slug}"} | fields for slug, fields in images.items()}, {})
    assert refused.value.where.startswith(f"c.LibreTextsSpawner.images['{where}']")


@pytest.mark.parametrize(
    ("retired", "successor"),
    [
        pytest.param("old", "default", id="one"),
        pytest.param("older", "default", id="chain"),
        pytest.param("old-staff", None, id="of-others"),
        pytest.param("gone", None, id="none"),
    ],
)
def test_the_successor_is_one_that_this_person_may_start(retired, successor):
    menu = menu_of()
    [image] = [image for image in menu.retired if image.slug == retired]
    found = menu.successor_of(image)
    assert (found.slug if found else None) == successor


@pytest.mark.parametrize(
    ("running", "name"),
    [
        pytest.param(Running("default", "", "x/default:1", ""), "", id="the-same"),
        pytest.param(
            Running("default", "", "x/default:0", ""), "Default environment", id="another-reference"
        ),
        pytest.param(Running("old", "", "x/old:1", ""), "Default environment", id="retired"),
        pytest.param(Running("gone", "", "x/gone:1", ""), "", id="retired-for-good"),
        pytest.param(Running("free", "", "quay.io/ours/a:1", ""), "", id="free"),
        pytest.param(Running("never-there", "", "x/y", ""), "", id="unknown"),
        pytest.param(
            Running("lsst", "w_2026_45", "quay.io/lsst/lab:w_2026_45", ""),
            "LSST stack Weekly 2026_46",
            id="older-weekly",
        ),
        pytest.param(Running("lsst", "w_2026_46", "quay.io/lsst/lab:w_2026_46", ""), "", id="newest-weekly"),
    ],
)
def test_who_runs_an_old_one_is_told_of_the_newer(running, name):
    assert newer(running, menu_of()) == name


def test_an_alias_that_moved_is_newer():
    from libretexts_hub.domain.repositories import Snapshot

    entry = {"name": "Lab", "registry": {"repository": "x.io/l", "scheme": "rubin", "aliases": ["latest"]}}
    menu = Menu.parse({"l": entry}, {})
    digests = {"latest": "sha256:2", "w_2026_46": "sha256:2"}
    snapshot = Snapshot(("latest", "w_2026_46"), digests)
    menu = menu.with_snapshots({menu.images[0].registry.repository: snapshot}, NOW.date())
    menu = menu.for_person([], NOW)

    assert newer(Running("l", "latest", "x.io/l:latest", "sha256:1"), menu) == "Lab Weekly 2026_46"
    assert newer(Running("l", "latest", "x.io/l:latest", "sha256:2"), menu) == ""
