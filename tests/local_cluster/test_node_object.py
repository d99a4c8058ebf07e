"""What does the one node say that it has, and who gets it?"""

import pytest

from libretexts_hub.local_cluster import bootstrap
from libretexts_hub.local_cluster.__main__ import parse
from libretexts_hub.local_cluster.kubelet.images import Images
from libretexts_hub.local_cluster.store import Store
from tests.local_cluster.node_harness import SHELL, Harness, sh, until

GPU = {"nvidia.com/gpu": "1"}


def the_node(store: Store) -> dict:
    return store.get("nodes", None, bootstrap.NODE)


def test_resources_are_capacity_and_allocatable() -> None:
    store = Store()
    bootstrap.fill(store, GPU)
    status = the_node(store)["status"]
    assert (status["capacity"]["nvidia.com/gpu"], status["allocatable"]["nvidia.com/gpu"]) == ("1", "1")


def test_a_later_start_says_what_is_there_then() -> None:
    store = Store()
    bootstrap.fill(store, GPU)
    store.update("nodes", None, bootstrap.NODE, lambda node: node["metadata"]["labels"].update(pool="hpc"))
    first = the_node(store)["status"]["conditions"]
    bootstrap.fill(store)
    node = the_node(store)
    assert "nvidia.com/gpu" not in node["status"]["capacity"]
    assert node["metadata"]["labels"]["pool"] == "hpc", "what an operator wrote stays"
    assert node["status"]["conditions"] == first


async def test_a_gpu_is_given_to_one_pod_at_a_time(node: Harness) -> None:
    bootstrap.fill(node.store, GPU)
    wanted = {"resources": {"limits": GPU}}
    node.pod("first", sh("while [ ! -e go ]; do sleep 0.05; done", **wanted))
    await node.ready("first")
    node.pod("second", sh("true", **wanted))
    await until(lambda: node.condition("second", "PodScheduled").get("reason") == "Unschedulable")
    assert "1 Insufficient nvidia.com/gpu" in node.condition("second", "PodScheduled")["message"]
    node.store.delete("pods", "default", "first", grace_seconds=0)
    assert (await node.finished("second"))["phase"] == "Succeeded"


async def test_an_image_is_listed_once_it_has_run(node: Harness) -> None:
    bootstrap.fill(node.store)
    for name in ("one", "two"):
        node.pod(name, {"name": "main", "image": "example.org/simulated:late"})
        await node.ready(name)
    listed = [image["names"][-1] for image in the_node(node.store)["status"]["images"]]
    assert listed.count("example.org/simulated:late") == 1


@pytest.mark.parametrize(
    ("reference", "named"),
    [
        pytest.param(SHELL, SHELL, id="tag"),
        pytest.param("example.org/shell", "example.org/shell:latest", id="none"),
    ],
)
def test_an_image_is_named_by_digest_and_tag(reference: str, named: str) -> None:
    image = Images({"example.org/shell*": {"cmd": ["sh"]}}).find(reference)
    assert image is not None
    by_digest, by_tag = image.names
    assert by_digest.startswith("example.org/shell@sha256:")
    assert by_tag == named


def test_an_image_asked_for_by_digest_has_no_tag() -> None:
    reference = f"example.org/shell@sha256:{'0' * 64}"
    image = Images({"example.org/shell*": {"cmd": ["sh"]}}).find(reference)
    assert image is not None
    assert image.names == [reference]


def test_only_whole_references_are_there_from_the_start() -> None:
    images = Images({"example.org/shell:1": {"cmd": ["sh"]}, "example.org/lab:*": {"cmd": ["sh"]}})
    assert [image.reference for image in images.exact()] == ["example.org/shell:1"]


def test_the_command_line_names_resources() -> None:
    options = parse(["--state-dir", "x", "--resource", "nvidia.com/gpu=2", "--resource", "example.org/a=1"])
    assert dict(options.resource) == {"nvidia.com/gpu": "2", "example.org/a": "1"}


@pytest.mark.parametrize(
    "text", ["gpu=1", "nvidia.com/gpu", "nvidia.com/gpu=-1", "nvidia.com/gpu=1.5", "/=1"]
)
def test_a_wrong_resource_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["--state-dir", "x", "--resource", text])
    assert ended.value.code == 2
    assert text in capsys.readouterr().err
