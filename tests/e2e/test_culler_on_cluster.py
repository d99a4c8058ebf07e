"""Does the whole culler work with the rights that are printed, under the policy, on a real API server?

Its account has what `libretexts-hub roles` prints; the policy is in force; the custom resources of snapshots
are the real ones, and what makes a snapshot ready is a named fake. A real hub whose people left in 2021.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from libretexts_hub.domain import cull_annotations as keys
from libretexts_hub.domain.culling_errors import RefusedError
from tests.clients.culler_account import held_to_rights
from tests.clients.culler_hub import SPAWNER, TOKEN, services
from tests.culler.commands_at_terminal import settings_file, type_command
from tests.e2e.test_culler_faults import API_FAULTS, AWAY, CLAIMS, FUSE, Site, people
from tests.servers.fake_snapshotter import FakeSnapshotter
from tests.servers.faults import FaultProxy
from tests.servers.hub import HubProcess
from tests.servers.namespace_objects import NamespaceObjects, eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = [
    pytest.mark.real_cluster,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(300),
]
PARTS = ("culler", "culler-snapshots", "culler-snapshot-classes")


@dataclass
class RealSite(Site):
    """A site whose API server is a real one; `snapshotter` plays its driver."""

    snapshotter: FakeSnapshotter | None = None
    has_snapshots: bool = False

    def settings(self, **more: Any) -> dict[str, Any]:
        policy = {"homes": {"away": self.rule()}, "fuse": FUSE, "snapshot_timeout": 1.0}
        return super().settings(**policy | more)

    def rule(self) -> dict[str, Any]:
        assert self.snapshotter is not None
        snapshot = {"snapshot": True, "snapshot_class": self.snapshotter.snapshot_class}
        return AWAY | (snapshot if self.has_snapshots else {})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(real, tmp_path_factory) -> AsyncIterator[RealSite]:
    hub = HubProcess(tmp_path_factory.mktemp("hub"), spawner=SPAWNER, extra=services())
    people(hub)
    async with held_to_rights(real, "culler-whole", PARTS) as held:
        kubeconfig = tmp_path_factory.mktemp("culler") / "kubeconfig"
        held.write_kubeconfig(kubeconfig)
        as_culler = replace(held.target, kubeconfig=kubeconfig)
        try:
            await hub.start()
            async with (
                FakeSnapshotter(held.admin, held.namespace).running() as snapshotter,
                FaultProxy.before(hub.url) as at_hub,
                FaultProxy(as_culler) as at_api,
            ):
                with pytest.MonkeyPatch.context() as patched:
                    patched.setenv("KUBECONFIG", str(at_api.kubeconfig))
                    patched.setenv("JUPYTERHUB_API_TOKEN", TOKEN)
                    site = RealSite(hub, at_hub, at_api, held.target, NamespaceObjects(held.target))
                    site.snapshotter = snapshotter
                    await site.make_home("here")
                    await site.run()  # the first run of all only plans
                    yield site
        finally:
            hub.close()


@pytest_asyncio.fixture(loop_scope="module")
async def site(running) -> AsyncIterator[RealSite]:
    yield running
    running.has_snapshots = False
    running.snapshotter.mode = "ready"
    await running.at_hub.clear()
    await running.at_api.clear()


async def test_a_home_goes_and_nobody_elses(site):
    await site.ends(await site.due())


@pytest.mark.parametrize("fault", API_FAULTS.values(), ids=API_FAULTS)
async def test_a_bad_day_of_a_real_cluster(site, fault):
    name = await site.due()
    await site.at_api.add(**{"resource": CLAIMS} | fault)
    for _ in range(2):
        await site.run()
    await site.ends(name)


async def test_a_home_is_made_again_from_the_snapshot_that_was_taken_before_it_went(site, tmp_path, capsys):
    site.has_snapshots = True
    name = await site.due()
    old = (await site.home(name))["metadata"]["uid"]
    await site.ends(name)
    kept = await site.snapshotter.objects()
    [snapshot] = [each for each in kept if each["metadata"]["annotations"][keys.USER] == name]
    config = settings_file(tmp_path, site.settings())
    place = f"{site.target.namespace}/{snapshot['metadata']['name']}"
    assert place in (await type_command(config, "restore", capsys=capsys))[1]
    assert (await type_command(config, "restore", place, capsys=capsys))[0] == 0
    again = await site.home(name)
    assert again["metadata"]["uid"] != old
    assert again["spec"]["dataSource"]["name"] == snapshot["metadata"]["name"]


@pytest.mark.parametrize("mode", ["never", "error"])
async def test_a_home_stays_until_its_snapshot_is_ready(site, mode):
    site.has_snapshots = True
    site.snapshotter.mode = mode
    name = await site.due()
    for _ in range(2):
        await site.run()
    assert keys.DELETING_AT not in (await site.home(name))["metadata"]["annotations"]
    assert await site.has_record(name)
    site.snapshotter.mode = "ready"

    async def ready() -> bool:
        states = [each.get("status") or {} for each in await site.snapshotter.objects()]
        return all(state.get("readyToUse") for state in states)

    await eventually("the snapshot is ready", ready)
    await site.ends(name)


async def test_everything_of_a_person_is_exported_and_erased_under_the_policy(site, tmp_path, capsys):
    name = await site.due()
    config = settings_file(tmp_path, site.settings(audit_file=str(tmp_path / "audit.jsonl")))
    code, said = await type_command(config, "export", name, capsys=capsys)
    assert (code, f"claim-{name}" in said) == (0, True)
    code, said = await type_command(config, "protect", name, "--reason", "case 12", capsys=capsys)
    assert code == 0
    with pytest.raises(RefusedError, match="on hold"):
        await type_command(config, "erase", name, "--yes", capsys=capsys)
    await type_command(config, "protect", name, "--release", capsys=capsys)
    code, said = await type_command(config, "erase", name, "--yes", capsys=capsys)
    assert (code, f"claim-{name} is deleted" in said) == (0, True)

    async def gone() -> bool:
        return await site.home(name) is None

    await eventually("the claim is gone", gone)
    assert not await site.has_record(name)
    assert await site.home("here") is not None
