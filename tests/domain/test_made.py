"""Does an instructor see what a start creates, and nobody else?"""

from datetime import UTC, datetime

import pytest

from libretexts_hub.domain.databases import parse_databases
from libretexts_hub.domain.made import Made, Names, made_by_start, may_see_details
from libretexts_hub.domain.menu import Menu

MENU = Menu.parse(
    {
        "default": {"name": "Default", "image": "registry.example.edu/default:3", "default": True},
        "sql": {"name": "Databases", "image": "registry.example.edu/sql:1"},
        "free": {"name": "Any", "pattern": "registry[.]example[.]edu/.*"},
    },
    {
        "small": {
            "name": "Small",
            "cpu": {"guarantee": 0.2, "limit": 2},
            "memory": {"guarantee": "512Mi", "limit": "2Gi"},
        },
        "gpu": {"name": "GPU", "gpu": {"count": 2}},
        "plain": {"name": "Plain"},
    },
).for_person([], datetime(2026, 11, 21, tzinfo=UTC))
DATABASES = parse_databases(
    {
        "mysql": {
            "engine": "mariadb",
            "image": "mariadb:11.4",
            "storage": "2Gi",
            "images": ["sql"],
            "courses": ["db101"],
            "root": {"courses": ["db101"]},
        },
        "scratch": {"engine": "postgresql", "image": "postgres:17", "scratch": "1Gi", "everybody": True},
    },
    where="x",
)
NAMES = Names(home="claim-ada", capacity="10Gi", storage_class="fast", namespace="jupyter", database="db-ada")


def lines(what: str, groups=frozenset()) -> dict[str, Made]:
    return {each.choice: each for each in made_by_start(MENU, NAMES, DATABASES, groups) if each.what == what}


@pytest.mark.parametrize(
    ("groups", "named", "may"),
    [
        ([], {"is_admin": True}, True),
        (["course-db101-instructors"], {}, True),
        (["Course-DB101-Instructors"], {}, True),
        (["course-db101"], {}, False),
        (["xcourse-db101-instructors"], {}, False),
        (["course--instructors"], {}, False),
        (["Staff"], {"others": ["staff"]}, True),
        ([], {"others": [""]}, False),
    ],
)
def test_who_sees_it(groups, named, may):
    assert may_see_details(groups, **{"is_admin": False, **named}) is may


def test_containers_and_resources_belong_to_their_choice():
    assert lines("Container")["Default"].words == "registry.example.edu/default:3"
    assert lines("Container")["Any"] == Made(
        "Container", "the image that is written", "Any", images=("free",)
    )
    assert lines("Resources")["Small"].words == (
        "guaranteed 0.2 CPU, 512 MiB · at most 2 CPU, 2 GiB"
    )  # fmt: skip
    assert lines("Resources")["GPU"] == Made("Resources", "2 of nvidia.com/gpu", "GPU", sizes=("gpu",))
    assert lines("Resources")["Plain"].words == "as the hub's own settings say"


def test_the_home_is_for_every_choice_and_only_where_one_is_made():
    assert lines("Files") == {"": Made("Files", "claim claim-ada · 10Gi · class fast")}
    assert not [each for each in made_by_start(MENU, Names()) if each.what == "Files"]


def test_a_database_is_told_with_the_images_that_it_goes_with():
    member = frozenset({"course-db101"})
    assert lines("Database", member)["Databases"].words == (
        "mariadb of mariadb:11.4 at 127.0.0.1:3306 · claim db-ada of 2 GiB"
    )  # fmt: skip
    root = lines("Database", frozenset({"course-db101", "course-db101-instructors"}))["Databases"]
    assert root.words.endswith("with its root account")
    assert lines("Database")[""].words == (
        "postgresql of postgres:17 at 127.0.0.1:5432 · 1 GiB that go with the server"
    )  # fmt: skip
