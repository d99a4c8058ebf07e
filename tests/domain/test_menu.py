"""Is the operator's menu read as it is written, or refused with the exact place?"""

from datetime import UTC, datetime

import pytest

from libretexts_hub.domain.menu import Menu
from libretexts_hub.errors import ConfigurationError

SIZES = {
    "small": {"name": "Small", "cpu": {"limit": 2}, "memory": {"guarantee": "512Mi", "limit": "2Gi"}},
    "large": {"name": "Large", "default": True},
    "gpu": {"name": "1 GPU", "gpu": {"resource": "nvidia.com/gpu", "count": 1}, "groups": ["Physics:GPU"]},
}
IMAGES = {
    "default": {"name": "Default environment", "image": "quay.io/x/default:3.3.1", "interface": "lab"},
    "hpc": {"image": "x/hpc", "sizes": ["gpu"]},
    "lsst": {"image": "x/lsst@sha256:" + "a" * 64, "groups": ["LSST"], "interface": "/custom?x=1"},
}


NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def slugs(items):
    return [item.slug for item in items]


def test_a_mapping_keeps_its_order():
    menu = Menu.parse(IMAGES, SIZES)

    assert slugs(menu.images) == ["default", "hpc", "lsst"]
    assert slugs(menu.sizes) == ["small", "large", "gpu"]
    assert menu.images[0].interfaces[0].path == "/lab"
    assert menu.images[2].interfaces[0].path == "/custom?x=1"
    assert menu.sizes[2].gpu.count == 1
    assert menu.sizes[0].summary == "up to 2 CPU · 2 GiB memory"


def test_a_list_says_the_same():
    as_list = [{"slug": slug, **entry} for slug, entry in IMAGES.items()]
    assert Menu.parse(as_list, SIZES) == Menu.parse(IMAGES, SIZES)


def test_order_sorts_what_helm_has_sorted_by_name():
    images = {"a": {"image": "x/a", "order": 2}, "b": {"image": "x/b", "order": 1}, "c": {"image": "x/c"}}
    assert slugs(Menu.parse(images, {}).images) == ["c", "b", "a"]


def test_null_takes_an_entry_away():
    assert slugs(Menu.parse(IMAGES | {"hpc": None}, SIZES).images) == ["default", "lsst"]


def test_defaults_are_the_marked_or_the_first():
    menu = Menu.parse(IMAGES, SIZES)

    assert menu.default_image.slug == "default"
    assert menu.default_size(menu.image("default")).slug == "large"
    assert menu.default_size(menu.image("hpc")).slug == "gpu"
    assert Menu.parse({}, {}).default_image is None


@pytest.mark.parametrize(
    ("groups", "images", "sizes"),
    [
        pytest.param([], ["default"], ["small", "large"], id="nobody"),
        pytest.param(["lsst"], ["default", "lsst"], ["small", "large"], id="case-folded"),
        pytest.param(["PHYSICS:gpu"], ["default", "hpc"], ["small", "large", "gpu"], id="size-of-an-image"),
        pytest.param(["ls", "lsst2"], ["default"], ["small", "large"], id="no-prefixes"),
    ],
)
def test_only_what_one_of_my_groups_allows(groups, images, sizes):
    menu = Menu.parse(IMAGES, SIZES).for_person(groups, NOW)

    assert slugs(menu.images) == images
    assert slugs(menu.sizes) == sizes


def test_an_empty_list_of_groups_is_nobody():
    menu = Menu.parse({"a": {"image": "x/a", "groups": []}}, {})
    assert menu.for_person(["anything"], NOW).images == ()


@pytest.mark.parametrize(
    ("images", "sizes", "where", "words"),
    [
        pytest.param({"r": {}}, {}, "images['r'].image", "missing", id="no-image"),
        pytest.param({"r": {"image": "UPPER"}}, {}, "images['r'].image", "reference", id="reference"),
        pytest.param({"r": {"image": "a b"}}, {}, "images['r'].image", "reference", id="space"),
        pytest.param({"r": {"image": "a/b\n"}}, {}, "images['r'].image", "control", id="newline"),
        pytest.param({"r": {"image": 3}}, {}, "images['r'].image", "text", id="number"),
        pytest.param({"r": {"image": "x", "name": ""}}, {}, "images['r'].name", "empty", id="empty-name"),
        pytest.param(
            {"r": {"image": "x", "nam": "y"}}, {}, "images['r']", "Did you mean 'name'", id="unknown"
        ),
        pytest.param(
            {"r": {"image": "x", "default": "yes"}}, {}, "images['r'].default", "true or false", id="flag"
        ),
        pytest.param(
            {"r": {"image": "x", "order": "1"}}, {}, "images['r'].order", "whole number", id="order"
        ),
        pytest.param({"r": {"image": "x", "groups": "all"}}, {}, "images['r'].groups", "list", id="groups"),
        pytest.param(
            {"r": {"image": "x", "interface": "emacs"}}, {}, "images['r'].interface", "lab", id="interface"
        ),
        pytest.param(
            {"r": {"image": "x", "sizes": ["smal"]}}, SIZES, "images['r'].sizes", "'small'", id="size"
        ),
        pytest.param({"r": {"image": "x", "sizes": []}}, SIZES, "images['r'].sizes", "No size", id="no-size"),
        pytest.param(
            {"r": {"registry": {}}}, {}, "images['r'].registry.repository", "missing", id="registry"
        ),
        pytest.param({"R!": {"image": "x"}}, {}, "images['R!']", "slug", id="slug"),
        pytest.param({3: {"image": "x"}}, {}, "images[3]", "slug", id="number-slug"),
        pytest.param({"r": "x"}, {}, "images['r']", "mapping", id="no-mapping"),
        pytest.param("x", {}, "images", "mapping by slug", id="text"),
        pytest.param([{"image": "x"}], {}, "images[0]", "'slug' is missing", id="list-without-slug"),
        pytest.param(["x"], {}, "images[0]", "mapping", id="list-of-texts"),
        pytest.param(
            [{"slug": "r", "image": "x"}, {"slug": "r", "image": "y"}],
            {},
            "images[1]",
            "share the slug 'r'",
            id="equal",
        ),
        pytest.param({"r": {"slug": "s", "image": "x"}}, {}, "images['r']", "slug", id="two-slugs"),
        pytest.param(
            {"a": {"image": "x", "default": True}, "b": {"image": "y", "default": True}},
            {},
            "images",
            "both",
            id="two",
        ),
        pytest.param(
            {}, {"a": {"memory": {"limit": "2G"}}}, "sizes['a'].memory.limit", "two readings", id="2G"
        ),
        pytest.param({}, {"a": {"memory": "2Gi"}}, "sizes['a'].memory", "mapping", id="bare-memory"),
        pytest.param({}, {"a": {"cpu": {"limits": 1}}}, "sizes['a'].cpu", "'limit'", id="limits"),
        pytest.param(
            {},
            {"a": {"cpu": {"guarantee": 2, "limit": 1}}},
            "sizes['a'].cpu",
            "more than the limit",
            id="guarantee",
        ),
        pytest.param({}, {"a": {"gpu": {"count": 0}}}, "sizes['a'].gpu.count", "1 to 64", id="no-gpu"),
        pytest.param(
            {}, {"a": {"gpu": {"resource": "gpu"}}}, "sizes['a'].gpu.resource", "resource", id="resource"
        ),
    ],
)
def test_what_is_wrong_is_refused_at_its_place(images, sizes, where, words):
    with pytest.raises(ConfigurationError) as refused:
        Menu.parse(images, sizes)

    assert refused.value.where == f"c.LibreTextsSpawner.{where}"
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "reference",
    [
        "a",
        "a/b:1",
        "quay.io/a/b",
        "localhost:5000/a/b:Tag_1.x",
        "[::1]:5000/a",
        "registry.example.org/a/b-c__d.e:1@sha256:" + "0" * 64,
    ],
)
def test_references_that_a_kubelet_takes(reference):
    assert Menu.parse({"r": {"image": reference}}, {}).images[0].reference == reference
