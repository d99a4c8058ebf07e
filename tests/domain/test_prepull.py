"""Is every image pulled beforehand that somebody may start, once, under a name that Kubernetes takes?"""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.prepull import LONGEST_KEY, Pull, beside, extra_images, keyed, pull_secrets, pulls
from libretexts_hub.domain.prepull_daemonset import Placement, daemonset
from libretexts_hub.domain.repositories import Snapshot

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DIGESTS = {letter: f"sha256:{letter * 64}" for letter in "abcdef"}
DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
TAGS = ("r29_2_0", "r29_1_0", "w_2026_46", "w_2026_45", "d_2026_11_20", "recommended", "junk!")


def live(tags=TAGS, digests=None, **entry) -> Menu:
    """A menu with one live image."""
    registry = {"repository": "quay.io/x/lab", "scheme": "rubin", "recommended": "recommended"}
    menu = Menu.parse({"lsst": {"registry": registry, **entry}}, {})
    repository = menu.images[0].registry.repository
    return menu.with_snapshots({repository: Snapshot(tuple(tags), digests or {}, 1.0)}, NOW.date())


def references(menu, **settings):
    return [pull.reference for pull in pulls(menu, NOW, **settings)]


@pytest.mark.parametrize(
    ("newest", "tags"),
    [
        pytest.param(0, ["recommended"], id="only aliases"),
        pytest.param(
            1, ["recommended", "r29_2_0", "w_2026_46", "d_2026_11_20"], id="the newest of each kind"
        ),
        pytest.param(
            9,
            ["recommended", "r29_2_0", "r29_1_0", "w_2026_46", "w_2026_45", "d_2026_11_20"],
            id="all that is shown",
        ),
    ],
)
def test_as_many_versions_as_asked_for(newest, tags):
    assert references(live(), newest=newest) == [f"quay.io/x/lab:{tag}" for tag in tags]


def test_what_two_tags_name_is_pulled_once_and_as_pods_pull_it():
    digests = {"recommended": DIGESTS["a"], "r29_2_0": DIGESTS["a"], "w_2026_46": DIGESTS["b"]}
    assert references(live(digests=digests)) == [
        f"quay.io/x/lab:recommended@{DIGESTS['a']}",
        f"quay.io/x/lab:w_2026_46@{DIGESTS['b']}",
        "quay.io/x/lab:d_2026_11_20",
    ]


def test_an_image_that_is_not_pinned_is_pulled_by_its_tag():
    menu = live(digests=dict.fromkeys(TAGS, DIGESTS["a"]), pin=False)
    assert references(menu, newest=0) == ["quay.io/x/lab:recommended"]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param({}, ["x/a:1"], id="plain"),
        pytest.param({"hidden": True}, ["x/a:1"], id="only a link leads to it"),
        pytest.param({"pin": True}, [f"x/a:1@{DIGESTS['c']}"], id="pinned"),
        pytest.param({"groups": ["staff"]}, ["x/a:1"], id="for some"),
        pytest.param({"groups": []}, [], id="for nobody"),
        pytest.param({"pull_policy": "Never"}, [], id="loaded by hand"),
        pytest.param({"retires": "2026-11-21"}, [], id="has ended today"),
        pytest.param({"retires": "2026-11-22"}, ["x/a:1"], id="ends tomorrow"),
        pytest.param({"available": {"from": NOW + timedelta(hours=1)}}, ["x/a:1"], id="opens later"),
        pytest.param({"available": {"until": NOW}}, [], id="is over"),
        pytest.param({"image": None, "pattern": "x/.*"}, [], id="anything that people name"),
    ],
)
def test_which_entries_are_pulled(entry, expected):
    menu = Menu.parse({"a": {"image": "x/a:1", **entry}}, {})
    assert references(menu, digests={"x/a:1": DIGESTS["c"]}) == expected


def test_the_default_comes_first():
    menu = Menu.parse({"a": {"image": "x/a"}, "b": {"image": "x/b", "default": True}}, {})
    assert references(menu) == ["x/b", "x/a"]


class AsAnObject:
    """A container as the chart of old writes it, as an object of the Kubernetes client."""

    image = "quay.io/jupyterhub/k8s-network-tools:4.4.0"


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        pytest.param([{"name": "i", "image": "busybox:1"}], ["busybox:1"], id="a list"),
        pytest.param({"10-i": {"name": "i", "image": "busybox:1"}}, ["busybox:1"], id="by name"),
        pytest.param({"image": "postgres:15"}, ["postgres:15"], id="one alone"),
        pytest.param([AsAnObject()], [AsAnObject.image], id="objects"),
        pytest.param([{"image": "own-{username}:1"}, {"image": 7}, {}, None], [], id="none that is known"),
        pytest.param([{"image": "x:1"}, {"image": "x:1"}], ["x:1"], id="twice"),
        pytest.param(None, [], id="not set"),
    ],
)
def test_images_beside_the_server(setting, expected):
    assert [pull.reference for pull in beside(setting)] == expected


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("quay.io/x/a:1.0", {"name": "quay.io/x/a", "tag": "1.0"}),
        ("localhost:5000/a:1", {"name": "localhost:5000/a", "tag": "1"}),
        ("ubuntu", {"name": "ubuntu", "tag": "latest"}),
        (f"q.io/a:1@{DIGESTS['a']}", {"name": "q.io/a", "tag": f"1@{DIGESTS['a']}"}),
        (f"q.io/a@{DIGESTS['a']}", {"name": "q.io/a@sha256", "tag": "a" * 64}),
    ],
)
def test_the_chart_joins_name_and_tag_to_the_same_reference(reference, expected):
    (entry,) = extra_images([Pull(reference, "a")]).values()
    assert entry == expected
    assert f"{entry['name']}:{entry['tag']}" in (reference, f"{reference}:latest")


@given(
    st.lists(
        st.builds(Pull, st.text(min_size=1), st.text(max_size=200)),
        unique_by=lambda pull: pull.reference,
        max_size=20,
    )
)
def test_keys_are_labels_and_none_is_lost(some):
    keys = keyed(some)
    assert list(keys.values()) == some
    assert all(len(key) <= LONGEST_KEY and DNS_LABEL.fullmatch(key) for key in keys)


def test_a_key_does_not_depend_on_its_neighbours():
    some = [Pull("x:1", "lsst w_2026_46"), Pull("x:2", "long " * 30), Pull("x:3", "r 4.1")]
    assert list(keyed(some)) == list(reversed(keyed(some[::-1])))
    assert list(keyed(some))[0::2] == ["menu-lsst-w-2026-46", "menu-r-4-1"]


def test_the_daemonset_goes_where_servers_go():
    placement = Placement(
        namespace="jhub",
        node_selector={"pool": "users"},
        affinity_terms=[{"matchExpressions": [{"key": "gpu", "operator": "Exists"}]}],
        tolerations=[{"key": "dedicated", "value": "user"}],
        pull_secrets=["regcred"],
    )
    manifest = daemonset([Pull("x/a:1", "a", "Always"), Pull("x/b:1", "b")], placement)

    pod = manifest["spec"]["template"]["spec"]
    assert manifest["metadata"]["namespace"] == "jhub"
    assert [each["image"] for each in pod["initContainers"]] == ["x/a:1", "x/b:1"]
    assert [each.get("imagePullPolicy") for each in pod["initContainers"]] == ["Always", None]
    assert pod["nodeSelector"] == {"pool": "users"}
    assert pod["tolerations"] == [{"key": "dedicated", "value": "user"}]
    assert pod["imagePullSecrets"] == [{"name": "regcred"}]
    terms = pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert terms == {"nodeSelectorTerms": [{"matchExpressions": [{"key": "gpu", "operator": "Exists"}]}]}
    json.dumps(manifest)


def test_the_daemonset_is_the_same_for_the_same_menu():
    assert daemonset(pulls(live(), NOW), Placement()) == daemonset(pulls(live(TAGS[::-1]), NOW), Placement())


def test_secrets_of_all_images_without_repetition():
    images = {"a": {"image": "x", "pull_secrets": ["s", "t"]}, "b": {"image": "y", "pull_secrets": ["s"]}}
    assert pull_secrets(Menu.parse(images, {})) == ("s", "t")
