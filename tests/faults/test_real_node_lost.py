"""What becomes of servers whose node fails, and what do their people read, on a real cluster?

The kubelet of a simulated node is KWOK; for a node and pods that are marked as lost it does nothing any more,
as that of a machine without power.
"""

from __future__ import annotations

import asyncio
import html
import json
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.e2e.real_site import kubectl
from tests.faults.real_site import real_faulty_site
from tests.faults.site import CLAIMS
from tests.servers.namespace_objects import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from libretexts_hub.demo.visitor import Visitor
    from tests.faults.site import Site

pytestmark = [
    pytest.mark.real_cluster,
    pytest.mark.own_cluster,
    pytest.mark.asyncio(loop_scope="module"),
]
LOST = {"metadata": {"annotations": {"libretexts.org/lost": "true"}}}
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"
GONE = "The machine that it ran on failed or was taken out of service."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(real, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with real_faulty_site(real, tmp_path_factory.mktemp("real-nodes")) as running:
        yield running


async def change(site: Site, *words: str) -> None:
    await asyncio.to_thread(kubectl, site.target, *words)


async def fail(site: Site, node: str, people: list[Visitor]) -> None:
    """The machine of this node is switched off: its kubelet ends no pod and reports nothing any more."""
    for person in people:
        await site.objects.patch(f"pods/jupyter-{person.name}", LOST)
    await change(site, "annotate", "node", node, "libretexts.org/lost=true")
    conditions = [{"type": "Ready", "status": "False", "reason": "KubeletNotReady", "message": "no power"}]
    status = json.dumps({"status": {"conditions": conditions}})
    await change(site, "patch", "node", node, "--subresource=status", "-p", status)


async def node_of(site: Site, person: Visitor) -> str:
    [pod] = await site.objects.pods(person.name)
    return str(pod["spec"]["nodeName"])


async def starts(person: Visitor) -> None:
    await person.spawn()
    await person.wait_until_ready()


async def test_who_was_on_a_node_that_failed_is_told_and_starts_again_elsewhere(site: Site) -> None:
    """Kubernetes keeps such pods until somebody says that the machine is off: they may still write."""
    async with site.person("nora") as nora, site.person("otto") as otto:
        await change(site, "cordon", "simulated-1")
        await asyncio.gather(starts(nora), starts(otto))
        await change(site, "uncordon", "simulated-1")
        assert {await node_of(site, nora), await node_of(site, otto)} == {"simulated-0"}
        homes = {person.name: (await site.belongings(person.name))[CLAIMS] for person in (nora, otto)}
        await fail(site, "simulated-0", [nora, otto])

        async def are_ending() -> bool:
            return not await site.objects.pods("nora") + await site.objects.pods("otto")

        await eventually("both pods are to go", are_ending)
        await otto.hub_api("DELETE", "users/otto/server")
        stopping = html.unescape((await otto.open("spawn-pending/otto")).html)
        assert "Your server is stopping" in stopping
        assert "You can start it again as soon as it has stopped." in stopping
        await change(site, "taint", "node", "simulated-0", OUT_OF_SERVICE)
        await site.has_ended("nora")

        async def home_of_nora() -> str:
            page = html.unescape((await nora.open("home")).html)
            return page if GONE in page else ""

        told = await eventually("the next page tells it", home_of_nora)
        assert "What was saved in your home is still there. You may start it again." in told
        await site.has_ended("otto")

        async def has_stopped() -> bool:
            return await otto.servers() == {}

        await eventually("the stop has ended", has_stopped)
        for person in (nora, otto):
            await starts(person)
            assert await node_of(site, person) == "simulated-1"
            assert await site.works(person)
            assert (await site.belongings(person.name))[CLAIMS] == homes[person.name]
            await person.stop()
