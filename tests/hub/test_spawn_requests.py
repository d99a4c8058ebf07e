"""How many requests does a start cost that uses routes, a database, provisioning and homes at once?

A first start makes two objects more than KubeSpawner's own, the claim and the Secret of the database. Later
ones make none.
"""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

from kubespawner import KubeSpawner

from benchmarks.everything_settings import AUTH_STATE, PERSON_GROUPS, everything
from tests.hub.workshop import Record

HOME = {
    "storage_pvc_ensure": True,
    "storage_capacity": "1Mi",
    "volumes": [{"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}],
    "volume_mounts": [{"name": "home", "mountPath": "/home/jovyan"}],
}


async def counted(web, faults, person: str, record: Record, **settings) -> Counter[str]:
    """What one start asks for, without the lists and watches that all servers share, and without the
    cluster's version, for which a hub asks once in its life."""
    spawner = web(person, record=record, **HOME | settings)
    spawner.user.groups = [SimpleNamespace(name=name) for name in PERSON_GROUPS]
    await faults.forget()
    spawner.clear_state()
    await spawner.run_auth_state_hook(AUTH_STATE)
    if spawner.apply_user_options:
        await spawner._run_apply_user_options({})
    await spawner.start()
    asked = await faults.requests()
    await spawner.stop()
    record.state = spawner.get_state()
    asked = [each for each in asked if each.resource and each.verb not in ("list", "watch")]
    return Counter(f"{each.verb} {each.resource}" for each in asked)


async def test_two_requests_more_at_first_and_none_later(web, faults, cluster):
    settings = {
        name.partition(".")[2]: value
        for name, value in everything("localhost/database:1").items()
        if name.startswith("LibreTextsSpawner.")
    }
    settings["images"] = {"default": {"image": cluster.shell_image, "default": True}}
    settings["sizes"] = {"small": {}}
    settings["provision"].pop("requirements")  # a start would ask the package index
    stock, ours = Record(), Record()

    theirs = [await counted(web, faults, "stock", stock, cls=KubeSpawner) for _ in range(2)]
    first, later = [await counted(web, faults, "ours", ours, **settings) for _ in range(2)]

    assert first - theirs[0] == {"create persistentvolumeclaims": 1, "create secrets": 1}
    assert later - theirs[1] == {}
