"""Is an image called gone from the menu only when that is certain?"""

from datetime import UTC, datetime

import pytest

from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.purge import NodeImage, departed
from libretexts_hub.domain.repositories import Snapshot

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
A, B, C = (f"sha256:{letter * 64}" for letter in "abc")
REGISTRY = {"repository": "quay.io/x/lab", "scheme": "rubin", "keep": {"weekly": 2}}


def menu_of(digests=None, tags=("w_2026_46", "w_2026_45", "w_2026_01"), **images) -> Menu:
    """A live image, of which two weeklies are shown, and `images` besides."""
    menu = Menu.parse({"lsst": {"registry": REGISTRY}, **images}, {})
    if tags is None:
        return menu
    repository = menu.images[0].registry.repository
    known = {"w_2026_46": A, "w_2026_45": B} if digests is None else digests
    return menu.with_snapshots({repository: Snapshot(tags, known, 1.0)}, NOW.date())


def verdict(menu, *names, **settings) -> str:
    gone, unsure = departed(menu, [NodeImage("n1", names, 1000)], NOW, **settings)
    return gone[0].reason if gone else "not known" if unsure else "stays"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(["quay.io/x/lab:w_2026_46"], "stays", id="on the menu"),
        pytest.param([f"quay.io/x/lab@{A}"], "stays", id="on the menu, pulled by digest"),
        pytest.param(["quay.io/x/lab:w_2026_01"], "not on the menu", id="too old by now"),
        pytest.param(["quay.io/x/lab:w_2026_01", f"quay.io/x/lab@{C}"], "not on the menu", id="both names"),
        pytest.param(
            ["quay.io/x/lab:w_2026_01", f"quay.io/x/lab@{A}"], "stays", id="same content as one shown"
        ),
        pytest.param([f"quay.io/x/lab@{C}"], "not on the menu", id="another digest"),
        pytest.param(
            ["quay.io/x/lab:w_2026_46", f"quay.io/x/lab@{C}"],
            "w_2026_46 is another image now",
            id="moved tag",
        ),
        pytest.param(["quay.io/y/other:1"], "stays", id="none of the menu's repositories"),
        pytest.param(["<none>:<none>", f"<none>@{C}", ""], "stays", id="no name"),
        pytest.param([], "stays", id="no names"),
    ],
)
def test_a_live_image(names, expected):
    assert verdict(menu_of(), *names) == expected


@pytest.mark.parametrize(
    ("menu", "names", "expected"),
    [
        pytest.param(menu_of(tags=None), ["quay.io/x/lab:w_2026_01"], "not known", id="registry not read"),
        pytest.param(menu_of({}), [f"quay.io/x/lab@{C}"], "not known", id="digests not read"),
        pytest.param(menu_of({}), ["quay.io/x/lab:w_2026_01"], "not on the menu", id="a tag is enough"),
        pytest.param(
            menu_of(any={"pattern": r"quay\.io/x/lab:w_2026_0\d"}),
            ["quay.io/x/lab:w_2026_01"],
            "stays",
            id="free to name",
        ),
        pytest.param(
            menu_of(any={"pattern": r"quay\.io/x/.*"}), [f"quay.io/x/lab@{C}"], "stays", id="free by digest"
        ),
        pytest.param(
            menu_of(any={"pattern": r"quay\.io/x/lab:.*"}),
            [f"quay.io/x/lab@{C}"],
            "not known",
            id="perhaps free, without its tag",
        ),
    ],
)
def test_what_is_not_certain_is_not_called_gone(menu, names, expected):
    assert verdict(menu, *names) == expected


@pytest.mark.parametrize(
    ("entry", "names", "expected"),
    [
        pytest.param({"image": "r:4"}, ["docker.io/library/r:4"], "stays", id="docker's long name"),
        pytest.param({"image": "r:4"}, ["docker.io/library/r:3"], "not on the menu", id="an older tag"),
        pytest.param({"image": "r"}, ["docker.io/library/r:latest"], "stays", id="latest"),
        pytest.param({"image": f"r@{A}"}, [f"docker.io/library/r@{B}"], "not on the menu", id="by digest"),
        pytest.param({"image": "r:4", "retires": "2026-11-01"}, ["r:4"], "not on the menu", id="retired"),
        pytest.param(
            {"image": "r:4", "available": {"until": NOW}},
            ["r:4"],
            "not on the menu",
            id="an exam that is over",
        ),
        pytest.param({"image": "r:4", "hidden": True}, ["r:4"], "stays", id="hidden"),
    ],
)
def test_a_fixed_image(entry, names, expected):
    assert verdict(Menu.parse({"r": entry}, {}), *names) == expected


def test_what_databases_use_stays():
    menu = Menu.parse({"r": {"image": "r:4"}}, {})
    assert verdict(menu, "r:3") == "not on the menu"
    assert verdict(menu, "r:3", also_used=["r:3", "postgres:15"]) == "stays"
    assert verdict(menu, "postgres:14", also_used=["postgres:15"]) == "stays"


def test_each_node_and_size_is_told():
    images = [NodeImage("n1", ("r:3", f"r@{A}"), 5), NodeImage("n2", (f"r@{A}", "r:3"))]
    gone, _ = departed(Menu.parse({"r": {"image": "r:4"}}, {}), images, NOW)
    assert [(each.image.node, each.name, each.image.size) for each in gone] == [
        ("n1", "r:3", 5),
        ("n2", "r:3", None),
    ]
