"""Which command does an image stand for, and what does a pod say whose image is not there?"""

import sys
from pathlib import Path

import pytest

from libretexts_hub.errors import ConfigurationError
from libretexts_hub.local_cluster.kubelet.images import Images, is_reference, pull_policy
from tests.local_cluster.node_harness import Harness, until

ENTRIES = {
    "example.org/lab:*": {"entrypoint": ["tini", "--"], "cmd": ["{python}", "-m", "lab"], "env": {"X": "y"}},
    "example.org/lab:exact": {"cmd": ["exact"]},
    "example.org/no-tag:latest": {"cmd": ["latest"]},
}


@pytest.mark.parametrize(
    ("container", "command"),
    [
        pytest.param({}, ["tini", "--", sys.executable, "-m", "lab"], id="image"),
        pytest.param({"args": ["x"]}, ["tini", "--", "x"], id="args replace cmd"),
        pytest.param({"command": ["c"]}, ["c"], id="command replaces both"),
        pytest.param({"command": ["c"], "args": ["x"]}, ["c", "x"], id="both"),
    ],
)
def test_command_and_args(container: dict, command: list[str]) -> None:
    image = Images(ENTRIES).find("example.org/lab:1")
    assert image is not None
    assert image.command(container) == command


@pytest.mark.parametrize(
    ("reference", "command"),
    [
        ("example.org/lab:exact", ("exact",)),
        ("example.org/no-tag", ("latest",)),
        ("example.org/other:1", None),
        ("example.org/lab@sha256:" + "a" * 64, None),
        ("Not A Reference", None),
    ],
    ids=lambda value: str(value)[:25],
)
def test_which_entry_is_found(reference: str, command: tuple[str, ...] | None) -> None:
    image = Images(ENTRIES).find(reference)
    assert (image.cmd if image else None) == command


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("busybox", True),
        ("localhost:5000/team/lab:1.2_x", True),
        ("quay.io/a/b@sha256:" + "0" * 64, True),
        ("quay.io/A/b", False),
        ("lab:", False),
        ("lab:1\n", False),
        ("http://quay.io/a", False),
        ("", False),
    ],
    ids=lambda value: repr(value)[:25],
)
def test_references(text: str, valid: bool) -> None:
    assert is_reference(text) is valid


@pytest.mark.parametrize(
    ("container", "policy"),
    [
        ({"image": "lab"}, "Always"),
        ({"image": "lab:latest"}, "Always"),
        ({"image": "lab:1"}, "IfNotPresent"),
        ({"image": "lab@sha256:" + "0" * 64}, "IfNotPresent"),
        ({"image": "lab", "imagePullPolicy": "Never"}, "Never"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_pull_policy(container: dict, policy: str) -> None:
    assert pull_policy(container) == policy


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2]",
        "x: 5",
        "x: {cmd: /bin/sh}",
        "x: {cmd: [1]}",
        "x: {command: [a]}",
        "x: {simulated: {ready_after: soon}}",
        "x: {env: [a]}",
        "{",
        "\0",
    ],
    ids=lambda text: repr(text)[:30],
)
def test_a_wrong_images_file_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "images.yaml"
    file.write_text(text)
    with pytest.raises(ConfigurationError, match=r"images\.yaml"):
        Images.load(file)


def test_an_images_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        Images.load(tmp_path / "none.json")


async def test_an_image_that_is_not_there(node: Harness) -> None:
    node.pod("lost", {"name": "main", "image": "example.org/lost:1"})
    seen = set()

    def both() -> bool:
        seen.add(node.waiting("lost"))
        return {"ErrImagePull", "ImagePullBackOff"} <= seen

    await until(both, f"both states were seen, not only {seen}")
    assert node.phase("lost") == "Pending"
    messages = {item["message"] for item in node.events("lost")}
    assert {'Pulling image "example.org/lost:1"', "Error: ErrImagePull"} <= messages
    await until(
        lambda: 'Back-off pulling image "example.org/lost:1"' in {i["message"] for i in node.events("lost")}
    )
    pulls = [item for item in node.events("lost") if item["reason"] == "Pulling"]
    await until(
        lambda: next(i for i in node.events("lost") if i["reason"] == "Pulling")["count"] > 1, "it is retried"
    )
    assert len(pulls) == 1
    node.store.delete("pods", "default", "lost", grace_seconds=30)
    await node.gone("lost")


@pytest.mark.parametrize(
    ("container", "reason"),
    [
        ({"image": "Bad Name"}, "InvalidImageName"),
        ({"image": "example.org/lost:1", "imagePullPolicy": "Never"}, "ErrImageNeverPull"),
    ],
    ids=["name", "never"],
)
async def test_images_that_will_never_come(node: Harness, container: dict, reason: str) -> None:
    node.pod("bad", {"name": "main", **container})
    await until(lambda: node.waiting("bad") == reason)
    assert f"Error: {reason}" in {item["message"] for item in node.events("bad")}
