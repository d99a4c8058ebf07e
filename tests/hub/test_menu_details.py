"""Is what an instructor sees read from the spawner that will create it?"""

from types import SimpleNamespace

from libretexts_hub.hub.menu_details import details_for
from tests.hub.test_claim import SETTINGS

IMAGES = {"default": {"name": "Default", "image": "registry.example.edu/default:3", "default": True}}
MORE = {
    **SETTINGS,
    "images": IMAGES,
    "storage_capacity": "10Gi",
    "databases": {"mysql": {"engine": "mariadb", "image": "mariadb:11.4", "everybody": True}},
    "homes": {"staff": {"groups": ["staff"], "capacity": "50Gi"}},
}


def seen_by(spawner, **viewer):
    spawner.handler = SimpleNamespace(
        current_user=SimpleNamespace(**{"admin": False, "groups": [], **viewer})
    )
    return {each.what: each.words for each in details_for(spawner, spawner.menu)}


async def test_the_names_are_those_of_the_person_for_whom_it_starts(web):
    spawner = web(**MORE, menu_details_groups=["teachers"])
    assert seen_by(spawner) == {}
    for viewer in ({"admin": True}, {"groups": [SimpleNamespace(name="Teachers")]}):
        told = seen_by(spawner, **viewer)
        assert told["Container"] == "registry.example.edu/default:3"
        assert told["Files"].startswith(f"claim {spawner.pvc_name} · 10Gi")
        assert f"claim db-{spawner.user.name} of 1 GiB" in told["Database"]


async def test_without_a_handler_the_owner_counts(web):
    spawner = web(**MORE)
    spawner.handler = None
    assert details_for(spawner, spawner.menu) == ()
