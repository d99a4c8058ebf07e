"""Where does a server really come to be, and where is the home of somebody who is sent elsewhere?"""

from types import SimpleNamespace

import pytest
from tornado import web as tornado_web

from libretexts_hub.hub.route_seats import SEATS
from tests.domain.test_routing_pods import EVERYTHING
from tests.hub.workshop import Record
from tests.servers.namespace_objects import NamespaceObjects
from tests.servers.target import fresh_namespace

ROUTES = {
    "hpc": {
        "match": {"groups": ["physics"]},
        "place": {
            "labels": {"example.org/account": "{group}"},
            "tolerations": [{"key": "hpc", "operator": "Exists"}],
            "volumes": {"scratch": {"source": {"emptyDir": {}}, "mount": "/scratch-{group}"}},
            "environment": {"ACCOUNT": "{group}"},
        },
    }
}


@pytest.fixture(autouse=True)
def empty_seats():
    """Servers of one test don't sit on the routes of another."""
    SEATS._taken.clear()


@pytest.fixture
def elsewhere(embedded):
    """Another namespace of the same cluster."""
    with fresh_namespace(embedded, "hpc") as target:
        yield target


def in_groups(spawner, *groups):
    spawner.user.groups = [SimpleNamespace(name=name) for name in groups]
    return spawner


async def start(spawner):
    """As JupyterHub starts a server."""
    spawner.clear_state()
    await spawner.run_auth_state_hook(None)
    await spawner.apply_group_overrides()
    await spawner._run_apply_user_options({})
    return await spawner.start()


async def test_two_people_of_different_groups(web, objects):
    ann, ben = in_groups(web("ann", routes=ROUTES), "physics"), web("ben", routes=ROUTES)
    await start(ann)
    await start(ben)

    [hers], [his] = await objects.pods("ann"), await objects.pods("ben")
    assert hers["metadata"]["labels"]["example.org/account"] == "physics"
    assert hers["spec"]["tolerations"][0]["key"] == "hpc"
    assert {"name": "ACCOUNT", "value": "physics"} in hers["spec"]["containers"][0]["env"]
    assert "example.org/account" not in his["metadata"]["labels"]
    assert "hpc" not in [each.get("key") for each in his["spec"].get("tolerations", ())]
    assert "hpc asks for physics" in his["metadata"]["annotations"]["libretexts.org/route-reason"]


async def test_a_hook_that_gives_too_much_makes_no_pod(web, objects):
    def generous(_spawner, pod):
        pod.spec.tolerations = [*(pod.spec.tolerations or ()), {"key": "hpc", "operator": "Exists"}]
        return pod

    with pytest.raises(tornado_web.HTTPError, match="another place"):
        await start(web("ben", routes=ROUTES, modify_pod_hook=generous))
    assert await objects.pods("ben") == []


async def test_a_hook_that_does_its_own_is_let(web, objects):
    def modest(_spawner, pod):
        pod.metadata.labels["mine"] = pod.spec.tolerations[0].key
        return pod

    await start(in_groups(web("ann", routes=ROUTES, modify_pod_hook=modest), "physics"))
    [pod] = await objects.pods("ann")
    assert pod["metadata"]["labels"]["mine"] == "hpc"


async def test_the_api_server_takes_all_of_a_place(web, objects):
    routes = {
        "all": {"match": {"groups": ["physics:gpu"]}, "place": EVERYTHING | {"caps": {"memory": "2Gi"}}}
    }
    ann = in_groups(web("ann", routes=routes, node_selector={"disk": "ssd"}), "physics:gpu")
    ann.clear_state()
    await ann._run_apply_user_options({})
    await ann.load_user_options()

    assert await ann._make_create_pod_request(await ann.get_pod_manifest(), 5)

    [pod] = await objects.list("pods")
    assert pod["spec"]["nodeSelector"] == {"disk": "ssd", "libretexts.org/pool": "hpc"}
    assert pod["spec"]["runtimeClassName"] == "nvidia"
    assert pod["spec"]["resourceClaims"][0]["name"] == "gpu"
    assert pod["spec"]["containers"][0]["resources"]["claims"] == [{"name": "gpu"}]
    assert pod["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "2"


async def test_a_person_who_comes_back_finds_the_old_home(web, objects, elsewhere):
    routes = {"hpc": {"match": {"groups": ["physics"]}, "place": {"namespace": elsewhere.namespace}}}
    claim = {"storage_pvc_ensure": True, "storage_capacity": "1Mi", "delete_pvc": True}
    there = NamespaceObjects(elsewhere)
    record = Record()

    async def once(*groups, **changed):
        spawner = in_groups(web("ann", record=record, routes=routes, **(claim | changed)), *groups)
        await start(spawner)
        at = spawner.namespace
        await spawner.stop()
        spawner.clear_state()
        record.state = spawner.get_state()
        return spawner, at

    home, at_first = await once()
    _, at_hpc = await once("physics")
    # A template that has changed since: the name that is known holds, in both places.
    back, at_last = await once(pvc_name_template="other-{username}")

    assert (at_first, at_hpc, at_last) == (home.namespace, elsewhere.namespace, home.namespace)
    assert back.pvc_name == home.pvc_name
    assert back.dns_name.endswith(f"{home.namespace}.svc.cluster.local")
    assert len(await objects.list("persistentvolumeclaims")) == 1
    assert len(await there.list("persistentvolumeclaims")) == 1

    await back.delete_forever()
    assert await objects.list("persistentvolumeclaims") == []
    assert await there.list("persistentvolumeclaims") == []


async def test_without_routes_nobody_stays_elsewhere(web, elsewhere):
    routes = {"hpc": {"match": {"groups": ["physics"]}, "place": {"namespace": elsewhere.namespace}}}
    record = Record()
    there = in_groups(web("ann", record=record, routes=routes), "physics")
    await start(there)
    await there.stop()
    there.clear_state()
    record.state = there.get_state()

    later = web("ann", record=record)
    assert later.namespace == elsewhere.namespace
    await start(later)
    assert later.namespace != elsewhere.namespace
