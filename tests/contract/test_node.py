"""What does a node say of itself, that a spawner, a scheduler or an image puller reads?"""

from __future__ import annotations

import re

import pytest

from tests.contract.api_client import unique, until
from tests.contract.pod_samples import container, phase, pod

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUANTITY = re.compile(r"[0-9]+(m|Ki|Mi|Gi)?")


async def node_of_a_pod(api) -> dict:
    """A node on which a pod of the test's shell image has run."""
    name = unique("n")
    (await api.create("pods", pod(name, container(api.target, "exit 0")))).ok()
    ended = await api.pod_until(name, phase("Succeeded"))
    return (await api.get("nodes", ended["spec"]["nodeName"])).ok()


async def test_labels_say_what_runs_there(api) -> None:
    node = await node_of_a_pod(api)
    labels, info = node["metadata"]["labels"], node["status"]["nodeInfo"]
    assert labels["kubernetes.io/hostname"] == node["metadata"]["name"]
    assert labels["kubernetes.io/os"] == labels["beta.kubernetes.io/os"] == info["operatingSystem"]
    assert labels["kubernetes.io/arch"] == labels["beta.kubernetes.io/arch"] == info["architecture"]


@pytest.mark.parametrize("part", ["capacity", "allocatable"])
async def test_what_a_node_has(api, part: str) -> None:
    status = (await node_of_a_pod(api))["status"]
    assert {"cpu", "memory", "pods"} <= status[part].keys()
    assert all(QUANTITY.fullmatch(status[part][name]) for name in ("cpu", "memory", "pods")), status[part]


async def test_images_that_have_run_are_listed(api) -> None:
    node = await node_of_a_pod(api)

    async def listed() -> list[str] | None:
        now = (await api.get("nodes", node["metadata"]["name"])).ok()["status"].get("images", [])
        return next((image["names"] for image in now if api.target.shell_image in image["names"]), None)

    names = await until(listed, 60, f"{api.target.shell_image} is not among the node's images")
    assert any(re.fullmatch(r".+@sha256:[0-9a-f]{64}", name) for name in names), names
