"""Is what the spawn page shows right, safe and light, whatever names and tags hold?"""

from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest

from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.repositories import Snapshot
from libretexts_hub.hub.form import render_menu
from libretexts_hub.hub.menu_cards import MOST_CARDS, MOST_ROWS
from libretexts_hub.hub.notices import Kind, Notice

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
EVIL = "'\"><img src=x onerror=alert(1)></script><script>alert(1)</script>{{ 7*7 }}"
LIVE = {"name": "LSST stack", "registry": {"repository": "registry.example.org/lab", "scheme": "rubin"}}
SIZES = {"small": {"name": "Small", "cpu": {"limit": 2}, "memory": {"limit": "2Gi"}}, "large": {}}


class Fields(HTMLParser):
    """The form as a browser reads it: every element's name and attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def radios(self, name: str) -> list[str | None]:
        return [each["value"] for tag, each in self.elements if tag == "input" and each.get("name") == name]

    def marked(self, name: str) -> list[str | None]:
        return [each["value"] for _, each in self.elements if each.get("name") == name and "checked" in each]


def person(images: dict, sizes: dict | None = None, options: dict | None = None, tags: tuple = ()) -> Menu:
    """The menu of somebody without groups; every live image has `tags`."""
    menu = Menu.parse(images, sizes or {}, options or {})
    held = {
        image.registry.repository: Snapshot(tags, {}, 0.0) for image in menu.images if image.registry and tags
    }
    return menu.with_snapshots(held, NOON.date()).for_person([], NOON)


def weeklies(number: int) -> tuple[str, ...]:
    return tuple(f"w_{2016 + week // 50}_{week % 50 + 1:02}" for week in range(number))


@pytest.mark.parametrize(
    ("wanted", "last", "image", "size"),
    [
        pytest.param({}, None, "default", "small", id="first visit"),
        pytest.param({"image": "r", "size": "large"}, None, "r", "large", id="what was wanted"),
        pytest.param({"image": "gone"}, {"image": "r"}, "r", "small", id="refused, then the last valid"),
        pytest.param(["a list"], {"image": "gone"}, "default", "small", id="nothing that is left"),
    ],
)
def test_one_image_and_one_size_are_marked(wanted, last, image, size):
    menu = person({"default": {"image": "x/d", "default": True}, "r": {"image": "x/r"}}, SIZES)
    fields = Fields(render_menu(menu, wanted, last_valid=last))

    assert fields.marked("image") == [image]
    assert fields.marked("size") == [size]


def test_a_refused_form_comes_back_with_the_rest_of_it():
    menu = person({"default": {"image": "x/d", "default": True}, "lsst": LIVE}, SIZES, tags=weeklies(30))
    refused = {"image": "lsst:w_2016_07", "size": "huge"}
    page = render_menu(menu, {}, last_valid={"image": "default"}, refused=refused)

    assert Fields(page).marked("image") == ["lsst:w_2016_07"]
    assert Fields(page).marked("size") == ["small"]


@pytest.mark.parametrize(
    "refused",
    [{}, [], {"image": "gone"}, {"bad": 1}, {"image": ["a", "b"]}],
    ids=["empty", "list", "gone", "key", "two"],
)
def test_of_a_form_without_an_image_nothing_is_kept(refused):
    menu = person({"default": {"image": "x/d"}, "r": {"image": "x/r"}})

    assert Fields(render_menu(menu, {"image": "r"}, refused=refused)).marked("image") in (["r"], ["default"])


def test_a_last_choice_that_is_gone_is_named():
    menu = person({"default": {"name": "Default", "image": "x/d"}})
    page = render_menu(menu, {}, last_valid={"image": "lsst", "tag": "w_2026_46"})

    assert "lsst:w_2026_46" in page
    assert "is not offered any more; Default is marked." in page


def test_a_version_is_a_card_or_a_row_and_can_always_be_chosen():
    tags = ("r29_1_1", *weeklies(60))
    fields = Fields(render_menu(person({"lsst": LIVE}, tags=tags), {}))

    assert sorted(fields.radios("image")) == sorted(f"lsst:{tag}" for tag in tags)
    cards = [each for _, each in fields.elements if each.get("name") == "image" and "required" in each]
    assert 1 <= len(cards) <= MOST_CARDS


def test_an_endless_list_is_cut_and_says_so_but_keeps_what_is_marked():
    tags = weeklies(MOST_ROWS + 500)
    page = render_menu(person({"lsst": LIVE}, tags=tags), {"image": "lsst", "tag": tags[0]})

    assert Fields(page).marked("image") == [f"lsst:{tags[0]}"]
    assert len(Fields(page).radios("image")) <= MOST_ROWS + MOST_CARDS + 1
    assert "older ones are not listed" in page


def test_no_text_is_ever_markup():
    images = {
        "a": {"name": EVIL, "description": EVIL, "image": "x/a", "deprecated": EVIL},
        "b": {"name": EVIL, "pattern": "x"},
    }
    options = {"data": {"name": EVIL, "description": EVIL, "choices": {"c": {"name": EVIL}}}}
    menu = person(images, {"s": {"name": EVIL, "description": EVIL}}, options)
    page = render_menu(
        menu,
        {"image": EVIL},
        last_valid={"image": EVIL},
        title=EVIL,
        contact=EVIL,
        ages={"a": EVIL},
        notices=[Notice(Kind.INFO, EVIL)],
        facts=[EVIL],
    )

    fields = Fields(page)
    assert [tag for tag, _ in fields.elements if tag in ("img", "script")] == ["script"]
    assert not [each for _, each in fields.elements if any(key.startswith("on") for key in each)]
    assert "{{ 7*7 }}" in page


@pytest.mark.parametrize(
    ("menu", "words"),
    [
        pytest.param(Menu(), "There is no environment that you may start.", id="nothing"),
        pytest.param(person({"lsst": LIVE}), "The list of environments is not here yet.", id="unread"),
        pytest.param(
            person({"exam": {"image": "x", "available": {"from": "2026-12-01T08:00:00+01:00"}}}),
            "Nothing is open to you now.",
            id="closed",
        ),
    ],
)
def test_an_empty_menu_says_why_and_whom_to_ask(menu, words):
    page = render_menu(menu, {}, contact="desk@example.org")

    assert words in page
    assert "desk@example.org" in page
    assert Fields(page).radios("image") == []


def test_the_age_of_a_list_stands_beside_it():
    menu = person({"lsst": LIVE}, tags=weeklies(3))
    page = render_menu(menu, {}, ages={"lsst": "The list is from 3 hours ago; the registry does not answer."})

    assert "The list is from 3 hours ago; the registry does not answer." in page


def test_every_group_of_radios_has_a_legend():
    menu = person({"a": {"image": "x", "interfaces": ["lab", "rstudio"]}}, SIZES, {"reset": {}})
    names = [tag for tag, _ in Fields(render_menu(menu, {}, title="Images of the course")).elements]

    assert names.count("fieldset") == names.count("legend") == 4


def test_a_retiring_image_shows_its_last_day():
    menu = person({"old": {"image": "x", "retires": date(2027, 3, 1)}})

    assert "until 1 March 2027" in render_menu(menu, {})


def test_a_marked_image_is_never_out_of_sight():
    menu = person({"a": {"image": "x"}, "exam": {"image": "y", "hidden": True}})

    def hidden(page):
        return [
            each for _, each in Fields(page).elements if each.get("id") == "lt-hidden" and "hidden" in each
        ]

    assert hidden(render_menu(menu, {}))
    assert not hidden(render_menu(menu, {"image": "exam"}))


@pytest.mark.parametrize(
    "menu",
    [
        pytest.param(person({"lsst": LIVE}, SIZES, tags=weeklies(500)), id="versions"),
        pytest.param(
            person(
                {
                    f"e{number}": {
                        "name": f"Environment number {number}",
                        "description": "Python and R, for the course on methods",
                        "image": "registry.example.org/e:1",
                        "interface": "lab",
                    }
                    for number in range(500)
                },
                SIZES,
            ),
            id="images",
        ),
    ],
)
def test_five_hundred_choices_are_a_light_page(menu):
    assert len(render_menu(menu, {}).encode()) < 137_000  # 150 kB with the page around it, which has 13
