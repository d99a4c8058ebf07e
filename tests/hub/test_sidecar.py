"""Does the database come with the server, last as long as the home, and cost nobody else anything?"""

import asyncio
import json

import pytest
from kubespawner import KubeSpawner
from tornado import web as tornado_web

from libretexts_hub.hub.notices import NOTICES
from libretexts_hub.hub.sidecar import DatabaseSidecarMixin
from tests.hub.workshop import Record, until

MARIADB = {"engine": "mariadb", "image": "localhost/database:1", "storage": "1Gi", "everybody": True}
WITH = {"databases": {"db": MARIADB}, "delete_grace_period": 1}


class Alone(DatabaseSidecarMixin, KubeSpawner):
    """Our mixin on the stock spawner, as an operator may use it."""


def with_settings(**settings):
    return WITH | {"databases": {"db": MARIADB | {"settings": settings}}}


def record_of(spawner):
    """What a hub that restarts finds."""
    return Record(name=spawner.name, state=spawner.get_state())


def containers(pod, kind="initContainers"):
    return {each["name"]: each for each in pod["spec"].get(kind, ())}


async def test_without_databases_a_pod_and_its_state_are_what_they_were(offline):
    spawner = offline.spawner()
    await spawner.load_user_options()
    stock = offline.spawner(cls=KubeSpawner)
    pods = [await each.get_pod_manifest() for each in (spawner, stock)]
    ours, theirs = (
        each.api.api_client.sanitize_for_serialization(pod)
        for each, pod in zip((spawner, stock), pods, strict=True)
    )
    assert ours["spec"] == theirs["spec"]
    assert "libretexts_database" not in spawner.get_state()


async def test_who_is_not_named_costs_nothing(web, faults, objects):
    await web(databases={"db": MARIADB | {"everybody": False, "groups": ["db101"]}}).start()
    assert await faults.requests(resource="secrets") == []
    assert await faults.requests(resource="persistentvolumeclaims") == []
    [pod] = await objects.list("pods")
    assert "database" not in json.dumps(pod["spec"])


async def test_a_server_starts_with_a_database(web, objects, faults):
    spawner = web(**WITH)
    await spawner.start()

    [pod], [claim] = await objects.list("pods"), await objects.list("persistentvolumeclaims")
    [secret] = [each for each in await objects.list("secrets") if each["metadata"]["name"].startswith("db-")]
    assert claim["metadata"]["name"] == secret["metadata"]["name"] == "db-alice"
    assert containers(pod)["database"]["restartPolicy"] == "Always"
    assert pod["spec"]["terminationGracePeriodSeconds"] == 60
    variables = {each["name"] for each in pod["spec"]["containers"][0]["env"]}
    assert {"DATABASE_URL", "MYSQL_PWD", "MYSQL_HOME"} <= variables
    assert set(secret["data"]) == {"password", "root-password"}
    assert not [each for each in secret["data"].values() if each in json.dumps(pod)]
    assert spawner.get_state()["libretexts_database"]["objects"] == "db-alice"


async def test_a_second_start_asks_for_nothing(web, faults):
    first = web(**WITH)
    await first.start()
    await first.stop()
    await faults.forget()

    second = web(record=record_of(first), **WITH)
    await second.start()

    for resource in ("persistentvolumeclaims", "secrets"):
        assert await faults.requests(resource=resource) == []


async def test_two_servers_of_a_person_have_two_databases(web, objects):
    first, second = web(**WITH), web(record=Record(name="second"), **WITH)
    await asyncio.gather(first.start(), second.start())
    names = {each["metadata"]["name"] for each in await objects.list("persistentvolumeclaims")}
    assert names == {"db-alice", "db-alice--second"}


async def test_a_claim_keeps_its_name_when_the_template_changes(web, objects):
    first = web(**WITH)
    await first.start()
    await first.stop()
    second = web(record=record_of(first), **WITH, database_name_template="other-{user_server}")
    await second.start()
    assert [each["metadata"]["name"] for each in await objects.list("persistentvolumeclaims")] == ["db-alice"]


async def test_objects_of_a_forgotten_state_are_found(web, objects):
    first = web(**WITH)
    await first.start()
    await first.stop()
    before = await objects.list("secrets")
    await web(**WITH).start()  # a hub with an empty database
    assert await objects.list("secrets") == before


async def test_a_claim_of_somebody_else_is_not_taken(web, objects):
    other = web("bob", **WITH, database_name_template="db-of-{escaped_user_server}")
    await other.start()
    thief = web("alice", **WITH)
    thief._stored = other._stored.doubted()  # as if the names were the same
    with pytest.raises(tornado_web.HTTPError) as refused:
        await thief.start()
    assert "somebody else" in refused.value.jupyterhub_message
    await thief.delete_forever()
    assert len(await objects.list("persistentvolumeclaims")) == 1


async def test_a_quota_is_said_in_words(web, faults):
    body = '{"kind":"Status","message":"exceeded quota: disks"}'
    await faults.add("status", verb="create", resource="persistentvolumeclaims", status=403, body=body)
    with pytest.raises(tornado_web.HTTPError) as refused:
        await web(**WITH).start()
    assert "no room" in refused.value.jupyterhub_message


async def test_an_api_server_that_is_away_for_a_moment_fails_no_start(web, faults):
    for resource in ("persistentvolumeclaims", "secrets"):
        await faults.add("status", verb="create", resource=resource, status=503, first=1)
        await faults.add("drop", verb="create", resource=resource, when="after", first=1)
    await web(**WITH).start()


async def test_a_secret_that_vanished_is_made_anew(web, objects):
    first = web(**WITH)
    await first.start()
    await first.stop()
    await objects.delete("secrets", "db-alice")
    second = web(record=record_of(first), **WITH | {"start_timeout": 3})
    with pytest.raises(Exception, match="did not start"):
        await second.start()
    third = web(record=record_of(second), **WITH)
    await third.start()


@pytest.mark.parametrize("now", [False, True])
async def test_a_stop_gives_the_database_its_time(web, cluster, now):
    spawner = web(**with_settings(slow=2))
    await spawner.start()
    begun = asyncio.get_running_loop().time()
    await spawner.stop(now=now)
    assert asyncio.get_running_loop().time() - begun > 1.9


async def test_a_pod_that_is_in_the_way_gets_its_time_too(web):
    forgotten = web(**with_settings(slow=2))
    await forgotten.start()
    begun = asyncio.get_running_loop().time()
    await web(**WITH).start()  # another start, without state: a 409
    assert asyncio.get_running_loop().time() - begun > 1.9


async def test_a_broken_database_keeps_no_server_from_starting_and_is_told(web):
    spawner = web("carol", **with_settings(broken=1))
    await spawner.start()
    [notice] = [each for each in NOTICES.for_person("carol") if each.key == "database"]
    assert "could not start" in notice.text
    await spawner.stop()

    await web("carol", record=record_of(spawner), **WITH).start()
    assert [each for each in NOTICES.for_person("carol") if each.key == "database"] == []


@pytest.mark.parametrize("kind", ["native", "container"])
async def test_what_a_working_database_has_to_say_is_told_too(web, kind):
    absent = WITH | {"databases": {"db": MARIADB | {"initial": [{"config_map": "absent"}]}}}
    spawner = web("carol", **absent, database_sidecar=kind, events_enabled=True)
    await spawner.start()
    [notice] = [each for each in NOTICES.for_person("carol") if each.key == "database"]
    assert "First data was not found" in notice.text


async def test_an_old_cluster_gets_an_ordinary_container(web, objects, monkeypatch):
    async def old(_api, *, seconds):
        return 28

    monkeypatch.setattr("libretexts_hub.clients.cluster.minor_version", old)
    monkeypatch.setattr(DatabaseSidecarMixin, "_has_native_sidecars", None)
    await web(**WITH).start()
    [pod] = await objects.list("pods")
    assert "database" not in containers(pod)
    assert "readinessProbe" in containers(pod, "containers")["database"]
    ready = {each["name"]: each["ready"] for each in pod["status"]["containerStatuses"]}
    assert ready == {"notebook": True, "database": True}


async def test_the_cluster_is_asked_for_its_version_once(web, faults, monkeypatch):
    monkeypatch.setattr(DatabaseSidecarMixin, "_has_native_sidecars", None)
    await web("one", **WITH).start()
    await web("two", **WITH).start()
    assert len([each for each in await faults.requests() if each.path.startswith("/version")]) == 1


@pytest.mark.parametrize(("delete_pvc", "left"), [(True, 0), (False, 1)])
async def test_a_database_goes_where_the_home_goes(web, objects, delete_pvc, left):
    spawner = web(**WITH, delete_pvc=delete_pvc)
    await spawner.start()
    await spawner.stop()
    await web(record=record_of(spawner), delete_pvc=delete_pvc).delete_forever()  # databases taken away since
    for resource in ("persistentvolumeclaims", "secrets"):
        found = [each for each in await objects.list(resource) if each["metadata"]["name"] == "db-alice"]
        assert len(found) == left


async def test_a_failed_deletion_is_named(web, faults, caplog):
    spawner = web(**WITH)
    await spawner.start()
    await spawner.stop()
    await faults.add("status", verb="delete", resource="persistentvolumeclaims", status=500, first=1)
    await spawner.delete_forever()
    assert "could not be deleted" in caplog.text


async def test_a_scratch_database_has_no_claim(web, objects):
    scratch = {name: value for name, value in MARIADB.items() if name != "storage"} | {"scratch": "64Mi"}
    await web(databases={"db": scratch}).start()
    assert await objects.list("persistentvolumeclaims") == []


async def test_the_choice_of_an_image_decides(web, cluster, objects):
    images = {"sql": {"image": cluster.shell_image, "default": True}, "r": {"image": cluster.shell_image}}
    databases = {"db": MARIADB | {"images": ["sql"]}}
    with_database, without = (web(name, images=images, databases=databases) for name in ("one", "two"))
    without.user_options = {"image": "r"}
    await asyncio.gather(with_database.start(), without.start())
    pods = {pod["metadata"]["name"]: "database" in containers(pod) for pod in await objects.list("pods")}
    assert pods == {with_database.pod_name: True, without.pod_name: False}


async def test_what_the_operator_has_set_stays(offline):
    extra = {"name": "first", "image": "x"}
    spawner = offline.spawner(
        **WITH,
        init_containers=[extra],
        extra_containers=[{"name": "beside", "image": "y"}],
        environment={"DATABASE_URL": "sqlite://"},
        extra_pod_config={"terminationGracePeriodSeconds": 90},
        database_sidecar="native",
    )
    await spawner.load_user_options()
    spawner._stored = spawner._stored.with_namespace("db-alice", spawner.namespace, claim=True)
    pod = spawner.api.api_client.sanitize_for_serialization(await spawner.get_pod_manifest())
    assert list(containers(pod)) == ["first", "database"]
    assert list(containers(pod, "containers")) == ["notebook", "beside"]
    urls = [each["value"] for each in pod["spec"]["containers"][0]["env"] if each["name"] == "DATABASE_URL"]
    assert urls == ["sqlite://"]
    assert pod["spec"]["terminationGracePeriodSeconds"] == 90


async def test_a_second_start_without_entitlement_has_no_database(offline):
    spawner = offline.spawner(
        databases={"db": MARIADB | {"everybody": False, "groups": ["a"]}}, groups=("a",)
    )
    await spawner.load_user_options()
    assert spawner._place is not None
    spawner.user.groups = []
    await spawner.load_user_options()
    assert spawner._place is None


async def test_the_mixin_alone_on_the_stock_spawner(workshop, web, objects):
    like = web()
    traits = {"image": like.image, "cmd": like.cmd, "start_timeout": 30}
    spawner = workshop.spawner(cls=Alone, **traits, **WITH)
    await spawner.start()
    [pod] = await objects.list("pods")
    assert "database" in containers(pod)
    await spawner.stop()
    await until(lambda: spawner.pod_reflector is not None)
    await Alone._stop_all_reflectors()


async def test_the_mixin_alone_waits_for_a_database_that_is_in_the_way(workshop, web, objects):
    like = web()
    traits = {"image": like.image, "cmd": like.cmd, "start_timeout": 30}
    await workshop.spawner(cls=Alone, **traits, **with_settings(slow=2)).start()
    [old] = await objects.list("pods")
    begun = asyncio.get_running_loop().time()
    await workshop.spawner(cls=Alone, **traits, **WITH).start()
    [new] = await objects.list("pods")
    assert new["metadata"]["uid"] != old["metadata"]["uid"]
    assert asyncio.get_running_loop().time() - begun > 1.9
    await Alone._stop_all_reflectors()


async def test_first_data_is_fetched_as_the_notebooks_user_before_the_database_starts(offline):
    initial = [{"url": "https://example.org/x.sql"}]
    databases = {"db": MARIADB | {"initial": initial, "settings": {"init_connect": "SELECT '{a}'"}}}
    spawner = offline.spawner(databases=databases, uid=1234, database_sidecar="native")
    await spawner.load_user_options()
    spawner._stored = spawner._stored.with_namespace("db-alice", spawner.namespace, claim=True)
    pod = spawner.api.api_client.sanitize_for_serialization(await spawner.get_pod_manifest())
    assert list(containers(pod)) == ["database-download", "database"]
    assert containers(pod)["database-download"]["securityContext"]["runAsUser"] == 1234
    assert "--init_connect=SELECT '{a}'" in containers(pod)["database"]["command"]
