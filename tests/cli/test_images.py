"""What does an operator read who calls `libretexts-hub images`?"""

import json
import time

import pytest

from libretexts_hub.domain.connections import Connection
from libretexts_hub.domain.repositories import Repository, Snapshot
from libretexts_hub.hub import menu_memory
from tests.cli.configurations import STATIC, live
from tests.servers.ports import free_port


@pytest.fixture
def kept(tmp_path):
    """A file as the hub keeps it: one repository of a registry that is away, read two hours ago."""

    def make(host: str) -> str:
        known = Snapshot(("w_2026_40",), {"w_2026_40": f"sha256:{'4' * 64}"}, time.time() - 7200)
        repository = Repository(host, "team/lab", Connection(plain_http=True))
        menu_memory.save(tmp_path / "menu.json", {repository: known})
        return str(tmp_path / "menu.json")

    return make


def test_the_operator_sees_all_of_it(images):
    code, out, err = images(STATIC)
    assert (code, err) == (0, "")
    heading, default, exam = out.splitlines()
    assert heading.split() == ["IMAGE", "KIND", "TAG", "NAME", "DIGEST", "WHO", "NOTE"]
    assert default.split() == [
        *("default", "static", "quay.io/ours/default-env:3.3.1", "Default", "everybody", "default")
    ]
    assert exam.split() == ["exam", "static", "quay.io/ours/exam:1", "Exam", "staff", "hidden"]


@pytest.mark.parametrize(
    ("groups", "slugs"),
    [("", ["default"]), ("staff", ["default", "exam"]), ("STAFF, others", ["default", "exam"])],
    ids=["no group", "one", "folded"],
)
def test_groups_see_their_menu(images, groups, slugs):
    code, out, _ = images(STATIC, "--groups", groups, "--json")
    assert code == 0
    assert [row["image"] for row in json.loads(out)["images"]] == slugs


def test_groups_that_may_start_nothing(images):
    code, out, _ = images("c.LibreTextsSpawner.images = {'a': {'image': 'a', 'groups': []}}", "--groups", "x")
    assert (code, out) == (0, "These groups may start nothing.\n")


def test_registries_are_asked(images, registry):
    code, out, err = images(live(registry.host), "--json")
    assert (code, err) == (0, "")
    rows = json.loads(out)["images"]
    assert [row["tag"] for row in rows] == ["recommended", "r29_0_0", "w_2026_46", "w_2026_45"]
    assert all(row["digest"].startswith("sha256:") for row in rows)
    assert rows[0]["digest"] == rows[2]["digest"]
    assert rows[0]["reference"] == f"{registry.host}/team/lab:recommended"
    assert rows[0]["note"] == f"same as {rows[2]['name']}"


def test_the_table_has_short_digests_and_what_an_alias_is(images, registry):
    _, out, _ = images(live(registry.host, hidden=True))
    first = out.splitlines()[1]
    assert first.startswith("lab    alias    recommended  Recommended")
    assert "hidden" in first
    assert "sha256:" not in out


def test_a_registry_that_is_away_leaves_what_the_hub_kept(images, kept, tmp_path):
    host = f"127.0.0.1:{free_port()}"
    memory = kept(host)
    before = (tmp_path / "menu.json").read_bytes()

    code, out, err = images(live(host, memory))

    assert code == 0
    assert "w_2026_40" in out
    assert f"{host}/team/lab: " in err
    assert "Shown is what was there 2 hours ago." in err
    assert (tmp_path / "menu.json").read_bytes() == before


def test_a_registry_of_which_nothing_is_known_is_1(images):
    host = f"127.0.0.1:{free_port()}"
    code, out, err = images(live(host))
    assert code == 1
    assert "no tag is known" in out
    assert err.startswith(f"{host}/team/lab: ")
    assert "Nothing is known of it." in err


def test_cached_asks_nobody(images, kept, registry):
    code, out, err = images(live(registry.host, kept(registry.host)), "--cached")
    assert code == 0
    assert "w_2026_40" in out
    assert "w_2026_46" not in out
    assert "2 hours ago" in err


def test_cached_without_a_file_is_1(images, registry):
    code, _, err = images(live(registry.host), "--cached")
    assert code == 1
    assert "Nothing is known of it." in err


def test_nothing_is_written(images, registry, tmp_path):
    images(live(registry.host, "kept.json"))
    assert [path.name for path in tmp_path.iterdir()] == ["hub_config.py"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--apply"], "Only the DaemonSet can be applied (--apply)"),
        (["--prepull", "chart", "--apply"], "Only the DaemonSet can be applied (--apply)"),
        (["--prepull", "chart", "--newest", "-1"], "-1 tags can't be pulled (--newest)"),
        (["--purge", "--groups", "a"], "Nodes have the images of everybody (--groups)"),
    ],
    ids=["apply what", "not for the chart", "negative", "groups"],
)
def test_what_makes_no_sense_is_one_sentence(images, words, said):
    code, out, err = images(STATIC, *words)
    assert (code, out) == (2, "")
    assert err.startswith(said)
    assert err.count("\n") == 1
