"""Is a home that the culler marked kept when its person comes back, and deleted by nobody but the culler?"""

import asyncio

import pytest

from libretexts_hub.domain.cull_annotations import DELETE_AFTER, DELETING_AT, HOLD, MARKED_AT
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub import culled_home
from libretexts_hub.hub.culled_home import ANNOTATION, NOTICE_KEY, CulledHomeMixin
from libretexts_hub.hub.notices import NOTICES
from tests.hub.test_claim import SETTINGS
from tests.hub.workshop import Record
from tests.servers.namespace_objects import eventually

OWNED = {**SETTINGS, "culler_owns_homes": True}
MARK = {MARKED_AT: "2026-01-01T00:00:00Z", DELETE_AFTER: "2026-02-01T00:00:00Z"}


@pytest.fixture(autouse=True)
def _forget():
    yield
    NOTICES.remove(NOTICE_KEY, person="alice")
    CulledHomeMixin._may_not_unmark.clear()


@pytest.fixture
async def stopped(web):
    """The state of a server that ran once and has a home."""
    first = web(**OWNED)
    await first.start()
    await first.stop()
    return first


def again(web, stopped, **more):
    return web(record=Record(state=stopped.get_state()), **OWNED | more)


async def annotations(objects) -> dict:
    [claim] = await objects.list("persistentvolumeclaims")
    return claim["metadata"].get("annotations", {})


async def mark(objects, stopped, **more) -> None:
    change = {"metadata": {"annotations": MARK | more}}
    await objects.patch(f"persistentvolumeclaims/{stopped.pvc_name}", change)


async def test_a_start_takes_the_mark_off_and_says_so(web, objects, stopped):
    await mark(objects, stopped, **{HOLD: "audit"})

    await again(web, stopped).start()

    left = await annotations(objects)
    assert MARK.keys().isdisjoint(left)
    assert left[HOLD] == "audit"
    [notice] = NOTICES.for_person("alice")
    assert "they are kept" in notice.text


async def test_a_look_at_the_home_page_takes_the_mark_off_once(web, objects, stopped, faults):
    await mark(objects, stopped)
    back = again(web, stopped)
    await faults.forget()

    await back.look_at_home()
    await back.look_at_home()

    assert MARK.keys().isdisjoint(await annotations(objects))
    [notice] = NOTICES.for_person("alice")
    assert "they are kept" in notice.text
    assert len(await faults.requests(verb="get", resource="persistentvolumeclaims")) == 1


async def test_a_home_page_is_shown_although_the_cluster_is_slow(web, objects, stopped, faults, monkeypatch):
    monkeypatch.setattr(culled_home, "PAGE_SECONDS", 0.2)
    await mark(objects, stopped)
    await faults.add("delay", verb="get", resource="persistentvolumeclaims", seconds=30)

    await again(web, stopped).look_at_home()

    assert NOTICES.for_person("alice") == []


async def test_a_hub_that_may_not_patch_starts_all_the_same(web, objects, stopped, faults):
    await mark(objects, stopped)
    await faults.add("status", verb="patch", resource="persistentvolumeclaims", status=403)

    await again(web, stopped).start()

    assert MARK.items() <= (await annotations(objects)).items()
    assert NOTICES.for_person("alice")


async def test_a_deletion_in_hand_is_waited_for(web, objects, stopped, faults):
    await mark(objects, stopped, **{DELETING_AT: "2026-02-02T00:00:00Z"})
    await faults.add("status", verb="patch", resource="persistentvolumeclaims", status=403)
    [old] = await objects.list("persistentvolumeclaims")
    start = asyncio.ensure_future(again(web, stopped).start())

    async def has_looked():
        return await faults.requests(verb="get", resource="persistentvolumeclaims")

    await eventually("the start looks at its claim", has_looked)
    assert await objects.list("pods") == []
    await objects.delete("persistentvolumeclaims", stopped.pvc_name)
    await start

    [new] = await objects.list("persistentvolumeclaims")
    assert new["metadata"]["uid"] != old["metadata"]["uid"]


async def test_a_claim_that_vanished_costs_no_waiting_pod(web, objects, stopped):
    await objects.delete("persistentvolumeclaims", stopped.pvc_name)
    await again(web, stopped).start()

    assert len(await objects.list("persistentvolumeclaims")) == 1


async def test_a_look_that_fails_stops_no_start(web, stopped, faults):
    await faults.add("status", verb="get", resource="persistentvolumeclaims", status=500)

    await again(web, stopped).start()


@pytest.mark.parametrize("owns", [True, False])
async def test_a_delete_in_the_hub_leaves_the_home_to_the_culler(web, objects, owns):
    database = {
        "d": {"engine": "mariadb", "image": "localhost/database:1", "storage": "1Gi", "everybody": True}
    }
    spawner = web(**OWNED | {"culler_owns_homes": owns, "databases": database})
    await spawner.load_user_options()
    await spawner.get_pod_manifest()
    await spawner._make_create_pvc_request(spawner.get_pvc_manifest(), 10)

    await spawner.delete_forever()

    left = [item for kind in ("persistentvolumeclaims", "secrets") for item in await objects.list(kind)]
    assert len(left) == (3 if owns else 0)


async def test_the_address_is_kept_where_the_culler_may_read_it(web, objects):
    settings = {"notice_email": "oauth_user.email"}
    spawner = web(**OWNED | settings)
    login = {"oauth_user": {"email": "ada@example.edu"}, "access_token": "secret"}
    await spawner.run_auth_state_hook(login)
    await spawner.start()

    state = spawner.get_state()
    assert state["libretexts_notice_email"] == "ada@example.edu"
    assert "secret" not in str(state)
    assert (await annotations(objects))[ANNOTATION] == "ada@example.edu"
    assert "libretexts_notice_email" not in web(record=Record(state=state), **OWNED).get_state()


@pytest.mark.parametrize("email", ["a@b.example\r\nBcc: c@d.example", "nobody", None, ["x"], "a b@c.example"])
async def test_what_is_no_address_is_not_kept(offline, email):
    spawner = offline.spawner(notice_email="email")
    await spawner.run_auth_state_hook({"email": email})
    assert "libretexts_notice_email" not in spawner.get_state()


def test_a_place_that_is_none_stops_the_hub(offline):
    with pytest.raises(ConfigurationError, match="notice_email"):
        offline.spawner(notice_email="a..b")


async def test_without_the_setting_a_start_asks_nothing_more(web, stopped, faults):
    await faults.forget()
    await web(record=Record(state=stopped.get_state()), **SETTINGS).start()
    assert await faults.requests(resource="persistentvolumeclaims") == []
