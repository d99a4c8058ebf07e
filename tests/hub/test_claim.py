"""Is the home claim there when the pod needs it?"""

import asyncio
import logging

import pytest
from tornado import web as tornado_web

from tests.hub.workshop import Record

SETTINGS = {
    "storage_pvc_ensure": True,
    "storage_capacity": "1Gi",
    "volumes": {"home": {"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}},
    "volume_mounts": {"home": {"name": "home", "mountPath": "/home/jovyan"}},
}


async def test_a_second_start_asks_for_no_claim(web, faults):
    first = web(**SETTINGS)
    await first.start()
    await first.stop()
    await faults.forget()

    await web(record=Record(state=first.get_state()), **SETTINGS).start()

    assert await faults.requests(resource="persistentvolumeclaims") == []


async def test_a_claim_that_exists_is_used(web, objects):
    first = web(**SETTINGS)
    await first.start()
    await first.stop()
    [claim] = await objects.list("persistentvolumeclaims")

    await web(**SETTINGS).start()  # no state: a hub with an empty database

    assert [each["metadata"]["uid"] for each in await objects.list("persistentvolumeclaims")] == [
        claim["metadata"]["uid"]
    ]


@pytest.mark.parametrize(
    ("template", "refused"),
    [("claim-{userid}", True), ("claim-for-all", False)],
    ids=["of-a-person", "of-everybody"],
)
async def test_a_claim_that_another_person_left_is_not_mounted(web, objects, caplog, template, refused):
    settings = SETTINGS | {"pvc_name_template": template}
    bob = web("bob", **settings)
    await bob.start()
    await bob.stop()
    alice = web("alice", **settings)  # in a new database she has bob's number
    alice.log = logging.getLogger("claims")
    if not refused:
        await alice.start()
        return
    with pytest.raises(tornado_web.HTTPError) as error:
        await alice.start()
    assert error.value.status_code == 409
    assert "belongs to somebody else" in error.value.jupyterhub_message
    assert "bob" not in error.value.jupyterhub_message
    assert "belongs to 'bob', not to 'alice'" in caplog.text
    assert "hub.jupyter.org/username=alice" in caplog.text
    assert await objects.pods("alice") == []
    await web("bob", record=Record(state=bob.get_state()), **settings).start()


async def test_a_claim_that_vanished_is_made_anew(web, objects):
    first = web(**SETTINGS)
    await first.start()
    await first.stop()
    await objects.delete("persistentvolumeclaims", first.pvc_name)

    await web(record=Record(state=first.get_state()), **SETTINGS).start()

    assert len(await objects.list("persistentvolumeclaims")) == 1


async def test_a_claim_on_its_way_out_is_made_anew(web, objects):
    first = web(**SETTINGS)
    await first.start()
    await objects.delete("persistentvolumeclaims", first.pvc_name)  # its pod still uses it
    second = web(record=Record(state=first.get_state()), **SETTINGS)

    await second.start()  # the old pod goes, then its claim, then a new one is made

    assert len(await objects.list("persistentvolumeclaims")) == 1


async def test_a_claim_on_its_way_out_is_waited_for(web, objects):
    first = web(**SETTINGS)
    await first.start()
    await objects.delete("persistentvolumeclaims", first.pvc_name)
    second = asyncio.ensure_future(web(**SETTINGS).start())  # no state: it asks for the claim first

    await asyncio.sleep(0.5)
    assert not second.done()
    await first.stop()
    await second

    assert len(await objects.list("persistentvolumeclaims")) == 1


async def test_an_api_server_that_is_away_for_a_moment_fails_no_start(web, faults):
    await faults.add("drop", verb="create", resource="persistentvolumeclaims", first=1)
    await faults.add("status", verb="create", resource="persistentvolumeclaims", status=503, first=2)

    await web(**SETTINGS).start()


async def test_a_refused_claim_is_said_in_words(web, faults):
    body = '{"kind":"Status","message":"exceeded quota: disks"}'
    await faults.add("status", verb="create", resource="persistentvolumeclaims", status=403, body=body)

    with pytest.raises(tornado_web.HTTPError) as refused:
        await web(**SETTINGS).start()

    assert "no room" in refused.value.jupyterhub_message
