"""Is a person on a real cluster told in words what is in the way: a full disk, a quota, a queue, others?

What this machine has no controller for (a cloud's disks and machines, Kueue's admission) is played by writing
what that controller writes: an event as it was recorded, a gate that is opened. All else is the cluster's.
"""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from libretexts_hub.demo.visitor import VisitError
from tests.e2e.real_site import EXT4, FILL, GPU, KUEUE_GATE, MARKS, POOL, TMPFS, kubectl, own_disk
from tests.servers.hub import PASSWORD
from tests.servers.namespace_objects import eventually

if TYPE_CHECKING:
    from libretexts_hub.demo.visitor import Visitor
    from tests.e2e.real_site import Site

pytestmark = MARKS


@pytest.fixture(scope="module")
def site(people_site: Site) -> Site:
    return people_site


async def start(person: Visitor, image: str = "default") -> list[str]:
    """What the progress page said."""
    await person.spawn({"image": image})
    return [message.text for message in await person.wait_until_ready()]


async def said(person: Visitor, words: str) -> None:
    """Wait until the progress page of somebody who stays on it says this."""

    async def is_said() -> bool:
        return any(words in message.text for message in person.messages)

    try:
        await eventually(words, is_said, 90)
    except AssertionError:
        raise AssertionError(f"{words!r} not in {[each.text for each in person.messages]}") from None


async def told(person: Visitor, words: str, page: str = "home") -> str:
    """Wait until the next page says this, as long as the cluster and the hub need to see it: a kubelet looks
    at its volumes once a minute."""

    async def page_with_it() -> str:
        html = (await person.open(page)).html
        return html if words in html else ""

    return await eventually(words, page_with_it, 150)


# A disk without room ----------------------------------------------------------------------------------


async def test_a_server_starts_in_a_home_that_is_full_of_files(site):
    """On a disk where a folder takes room, nobody's server ever ran, and no block is left."""
    with own_disk(site, "claim-fred", EXT4, "4M", FILL):
        async with site.hub.visitor() as fred:
            await fred.login("fred", PASSWORD)
            await start(fred)
            assert "filler" in await site.inside("fred", "ls")
            assert "Your home is full" in (await fred.open("home")).html
            await fred.stop()


async def test_who_has_a_full_home_still_gets_a_server(site):
    """JupyterLab starts in it, and the page says what is wrong."""
    with own_disk(site, "claim-faye", TMPFS, "1m", "cat /dev/zero > {folder}/filler; chmod 666 {folder}/*"):
        async with site.hub.visitor() as faye:
            await faye.login("faye", PASSWORD)
            await start(faye)
            assert "filler" in await site.inside("faye", "ls")
            more = "dd if=/dev/zero of=more bs=64k count=1 2>&1 || echo full"
            assert "full" in await site.inside("faye", more)
            page = (await faye.open("home")).html
            assert "Your home is full: 1 MiB of 1 MiB are used" in page
            assert "1 MiB of 1 MiB were used when your server started" in page
            await faye.stop()


async def test_a_home_in_which_no_container_can_be_made_is_cleared_from_an_empty_one(site):
    """The database's folder is mounted in the home, and the runtime can't make the place for it."""
    with own_disk(site, "claim-dora", EXT4, "4M", FILL):
        async with site.hub.visitor() as dora:
            await dora.login("dora", PASSWORD)
            with pytest.raises(VisitError) as refused:
                await start(dora)
            assert "Your home is full" in refused.value.what
            assert "Start it once more" in refused.value.what
            await start(dora)
            assert "filler" in await site.inside("dora", "ls full-home")
            assert "is the folder full-home" in (await dora.open("home")).html
            await site.inside("dora", "rm full-home/filler")
            await dora.stop()
            await start(dora)
            assert "rest" in await site.inside("dora", "ls")
            await dora.stop()


async def test_a_full_database_is_told_beside_a_notebook_that_starts(site):
    with own_disk(site, "db-bess", EXT4, "64M") as on_disk:
        async with site.hub.visitor() as bess:
            await bess.login("bess", PASSWORD)
            await start(bess)
            on_disk("dd if=/dev/zero of={folder}/filler bs=1k 2> /dev/null; true")
            await bess.stop()
            await start(bess)
            words = "The disk of your database is full"
            assert words in await site.inside("bess", "cat about-your-database/PROBLEM.txt")
            assert words in (await bess.open("home")).html
            await bess.stop()


OLD_CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: claim-gwen, annotations: {hub.jupyter.org/username: gwen}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 64Mi}}}
"""


async def test_a_home_grows_where_its_class_allows_it(site):
    """With the Role that `roles --for homes` prints. Another class keeps nobody from work."""
    await site.kubectl("apply", "-f", "-", text=OLD_CLAIM)
    size = ("get", "pvc", "claim-gwen", "-o", "jsonpath={.spec.resources.requests.storage}")
    async with site.hub.visitor() as gwen:
        await gwen.login("gwen", PASSWORD)
        await start(gwen)
        assert await site.kubectl(*size) == "64Mi"
        assert "was not made larger" in site.hub.log.read_text()
        assert "were used when your server started" in (await gwen.open("home")).html
        await gwen.stop()
        # A hub asks again when it was restarted, not at each start.
        await site.hub.restart()
        allow = '{"allowVolumeExpansion": %s}'
        await site.kubectl("patch", "storageclass", "standard", "-p", allow % "true")
        try:
            await start(gwen)
            assert await site.kubectl(*size) == "96Mi"
            await gwen.stop()
        finally:
            await site.kubectl("patch", "storageclass", "standard", "-p", allow % "false")


# Waiting, in words ------------------------------------------------------------------------------------


async def event(site: Site, name: str, reason: str, message: str, kind: str = "Normal") -> None:
    """An event of the person's pod, as a controller that is not here has written it elsewhere."""
    [pod] = await site.objects.pods(name)
    about = {"kind": "Pod", "apiVersion": "v1"}
    about |= {key: pod["metadata"][key] for key in ("name", "namespace", "uid")}
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    await site.objects.create(
        "events",
        {
            "metadata": {"generateName": f"jupyter-{name}."},
            "involvedObject": about,
            "reason": reason,
            "message": message,
            "type": kind,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        },
    )


async def told_by_event(site: Site, person: Visitor, words: str, *text: str) -> None:
    """The kubelet repeats its own events meanwhile, and the last one counts: so does the controller here."""
    deadline = time.monotonic() + 60
    while not any(words in message.text for message in person.messages):
        assert time.monotonic() < deadline, person.messages
        await event(site, person.name, *text)
        await asyncio.sleep(1)


async def test_a_machine_that_is_being_started_is_told_and_waited_for(site):
    """The scheduler's own words first, then the autoscaler's event, then a node that comes."""
    async with site.hub.visitor() as sara:
        await sara.login("sara", PASSWORD)
        await sara.spawn({"image": "default"})
        waits = asyncio.create_task(sara.wait_until_ready())
        await said(sara, "Waiting for a place: no machine is of the kind that this server asks for")
        grown = "pod triggered scale-up: [{gpu-pool 0->1 (max: 4)}]"
        await event(site, "sara", "TriggeredScaleUp", grown)
        await said(sara, "A new machine is being started for your server")
        await site.kubectl("label", "node/simulated-0", f"{POOL}=scaled", "--overwrite")
        try:
            await waits
        finally:
            await site.kubectl("label", "node/simulated-0", f"{POOL}=hpc", "--overwrite")
        assert "gpu-pool" not in str(sara.messages)
        await sara.stop()


async def test_a_queue_is_told_until_it_lets_the_server_in(site):
    async with site.hub.visitor() as kate:
        await kate.login("kate", PASSWORD)
        await kate.spawn({"image": "default"})
        waits = asyncio.create_task(kate.wait_until_ready())
        await said(kate, "Waiting in the queue physics until there is room.")
        [pod] = await site.objects.pods("kate")
        assert pod["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "physics"
        assert pod["spec"]["schedulingGates"] == [{"name": KUEUE_GATE}]
        gate = json.dumps({"spec": {"schedulingGates": None}})
        await site.kubectl("patch", "pod", "jupyter-kate", "--type=merge", "-p", gate)
        await waits
        await kate.stop()


async def test_files_that_are_not_attached_yet_are_told(site):
    """The kubelet's own words for a volume that is not there, then a cloud's for a disk that is elsewhere."""
    async with site.hub.visitor() as mona:
        await mona.login("mona", PASSWORD)
        await mona.spawn({"image": "default"})
        waits = asyncio.create_task(mona.wait_until_ready())
        await said(mona, "A part of the configuration of your server is missing.")
        elsewhere = 'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node'
        words = "Your files are still with the machine of your last server"
        await told_by_event(site, mona, words, "FailedAttachVolume", elsewhere, "Warning")
        there = "AttachVolume.Attach succeeded for volume"
        await told_by_event(site, mona, "Your files are attached.", "SuccessfulAttachVolume", there)
        await site.kubectl("create", "configmap", "course", "--from-literal=a=b")
        await waits
        await mona.stop()


QUOTA = """
apiVersion: v1
kind: ResourceQuota
metadata: {{name: devices}}
spec: {{hard: {{requests.{resource}: "0"}}}}
"""


async def test_a_quota_ends_the_start_at_once_in_words(site):
    await site.kubectl("apply", "-f", "-", text=QUOTA.format(resource=GPU))
    used = "--for=jsonpath={.status.hard}"
    await site.kubectl("wait", "resourcequota/devices", used, "--timeout=60s")
    try:
        async with site.hub.visitor() as rosa:
            await rosa.login("rosa", PASSWORD)
            began = time.monotonic()
            with pytest.raises(VisitError) as refused:
                await start(rosa)
            assert "the quota of devices is used up" in refused.value.what
            assert time.monotonic() - began < 60
    finally:
        await site.kubectl("delete", "resourcequota", "devices")
    assert site.hub.is_running


async def test_an_image_that_was_deleted_ends_the_start_early_with_its_cause(site):
    async with site.hub.visitor() as iris:
        await iris.login("iris", PASSWORD)
        with pytest.raises(VisitError) as refused:
            await start(iris, "gone")
        assert "The environment can't be fetched" in refused.value.what
        assert "Choose another environment" in refused.value.what
        assert site.hub.is_running
        assert await site.objects.pods("iris") == []
        assert len(await site.objects.list("persistentvolumeclaims", user="iris")) == 1


# A server that the cluster ended ----------------------------------------------------------------------

ROOM = "It had to make room for one that goes first."


async def test_a_preempted_person_is_told_on_the_next_visit(site):
    """There is one GPU, and a server of a higher priority takes it."""
    async with site.hub.visitor() as rita, site.hub.visitor() as uma:
        await rita.login("rita", PASSWORD)
        await start(rita)
        await uma.login("uma", PASSWORD)
        await start(uma)
        assert "What was saved in your home is still there." in await told(rita, ROOM)
        assert ROOM not in (await rita.open("home")).html
        assert ROOM not in (await uma.open("home")).html
        await uma.stop()


URGENT = """
apiVersion: v1
kind: Pod
metadata: {{name: urgent}}
spec:
  priorityClassName: high-{namespace}
  nodeSelector: {{{pool}: hpc}}
  tolerations: [{{operator: Exists}}]
  containers:
  - name: shell
    image: {image}
    resources: {{limits: {{{gpu}: 1}}}}
"""


async def test_who_was_preempted_while_the_hub_was_down_is_told_too(site):
    async with site.hub.visitor() as ruth:
        await ruth.login("ruth", PASSWORD)
        await start(ruth)
        site.hub.kill_hub()
        image, namespace = site.target.shell_image, site.target.namespace
        urgent = URGENT.format(namespace=namespace, pool=POOL, image=image, gpu=GPU)
        await site.kubectl("apply", "-f", "-", text=urgent)
        await site.kubectl("wait", "pod/jupyter-ruth", "--for=delete", "--timeout=60s")
        site.hub.launch()
        await site.hub.wait_until_ready()
        await told(ruth, ROOM)
        assert ROOM not in (await ruth.open("home")).html
        await site.kubectl("delete", "pod", "urgent", "--grace-period=0", "--force")


async def test_who_wrote_too_many_temporary_files_is_told(site):
    """The kubelet evicts them."""
    async with site.hub.visitor() as iris:
        await iris.login("iris", PASSWORD)
        await start(iris)
        await site.inside("iris", "dd if=/dev/zero of=/scratch/much bs=1M count=8")
        await told(iris, "It wrote more temporary files, outside of the home, than it may.")
        assert "temporary files" not in (await iris.open("home")).html


EVICTION = '{{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {{"name": "jupyter-{name}"}}}}'


async def evict(site: Site, name: str) -> None:
    """As `kubectl drain` does it."""
    path = f"/api/v1/namespaces/{site.target.namespace}/pods/jupyter-{name}/eviction"
    await site.kubectl("create", "--raw", path, "-f", "-", text=EVICTION.format(name=name))
    await site.kubectl("wait", f"pod/jupyter-{name}", "--for=delete", "--timeout=60s")


@pytest.mark.parametrize("hub", ["there", "away"])
async def test_whose_machine_was_emptied_is_told(site, hub):
    async with site.hub.visitor() as henry:
        await henry.login("henry", PASSWORD)
        await start(henry)
        if hub == "away":
            site.hub.kill_hub()
        await evict(site, "henry")
        words = "The machine that it ran on was emptied for maintenance."
        if hub == "away":
            # Nothing of the cluster says why any more.
            words = "Your server was ended while this hub was not running."
            site.hub.launch()
            await site.hub.wait_until_ready()
        await told(henry, words)
        assert words not in (await henry.open("home")).html
        assert len(await site.objects.list("persistentvolumeclaims", user="henry")) == 1


# Another namespace ------------------------------------------------------------------------------------


async def test_a_route_leads_into_another_namespace(site):
    """The Role that `roles --namespace` prints is enough; the home claim is of that namespace."""
    async with site.hub.visitor() as nell:
        await nell.login("nell", PASSWORD)
        await start(nell)
        assert await site.objects.pods("nell") == []
        away = ("-n", f"{site.target.namespace}-away")
        shown = await asyncio.to_thread(kubectl, site.target, *away, "get", "pods,pvc", "-o", "name")
        assert set(shown.split()) == {"pod/jupyter-nell", "persistentvolumeclaim/claim-nell"}
        await nell.stop()
