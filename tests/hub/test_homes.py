"""Does a new claim become what the operator wrote, an old one grow, and a full one say so?"""

import json
import logging

import pytest
from kubespawner import KubeSpawner
from traitlets import TraitError
from traitlets.config import Config

from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub.configuration import check
from libretexts_hub.hub.home_growth import HomeGrowthMixin
from libretexts_hub.hub.homes import HomesMixin
from libretexts_hub.hub.menu_notices import notices_for_owner
from libretexts_hub.hub.notices import NOTICES
from tests.hub.workshop import Record

HOME = {
    "storage_pvc_ensure": True,
    "storage_capacity": "1Gi",
    "volumes": {"home": {"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}},
    "volume_mounts": {"home": {"name": "home", "mountPath": "/home/jovyan"}},
}
LARGE = {"homes": {"all": {"capacity": "3Gi", "grow": True}}}
CLAIMS = "persistentvolumeclaims"


class Alone(HomesMixin, KubeSpawner):
    """Our mixin on the stock spawner, as an operator may use it."""


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch):
    monkeypatch.setattr(HomeGrowthMixin, "_refused_growth", set())
    monkeypatch.setattr(NOTICES, "_of", type(NOTICES._of)(list))


def size_of(claim):
    return claim["spec"]["resources"]["requests"]["storage"]


async def stopped(spawner):
    """A start and a stop; what a hub that restarts finds."""
    await spawner.start()
    await spawner.stop()
    return Record(state=spawner.get_state())


@pytest.mark.parametrize("cls", [None, Alone], ids=["ours", "alone"])
async def test_a_claim_is_as_its_owners_group_has_it(offline, cls):
    homes = {
        "physics": {
            "groups": ["physics"],
            "capacity": "50Gi",
            "storage_class": "fast",
            "access_modes": ["ReadWriteMany"],
        }
    }
    of_physics, of_nobody = (
        offline.spawner(name, groups=groups, cls=cls, homes=homes, **HOME)
        for name, groups in (("alice", ("Physics",)), ("bob", ()))
    )

    claim = of_physics.api.api_client.sanitize_for_serialization(of_physics.get_pvc_manifest())
    stock = of_nobody.api.api_client.sanitize_for_serialization(of_nobody.get_pvc_manifest())

    assert (size_of(claim), claim["spec"]["storageClassName"]) == ("50Gi", "fast")
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    assert claim["metadata"]["name"] == "claim-alice"
    assert (size_of(stock), stock["spec"]["accessModes"]) == ("1Gi", ["ReadWriteOnce"])
    assert (of_physics.storage_capacity, of_physics.storage_class) == ("1Gi", None)


async def test_without_homes_a_pod_and_its_state_are_what_they_were(offline):
    spawner, stock = offline.spawner(**HOME), offline.spawner(cls=KubeSpawner, **HOME)
    await spawner.load_user_options()
    pods = [await each.get_pod_manifest() for each in (spawner, stock)]
    ours, theirs = (stock.api.api_client.sanitize_for_serialization(pod) for pod in pods)
    assert ours["spec"] == theirs["spec"]
    assert "libretexts_home" not in spawner.get_state()


async def test_a_home_grows_once_and_later_starts_ask_nothing(web, objects, faults):
    record = await stopped(web(**HOME))

    second = web(record=record, **HOME | LARGE)
    record = await stopped(second)
    [claim] = await objects.list(CLAIMS)
    assert size_of(claim) == "3Gi"
    assert claim["metadata"]["name"] == "claim-alice"

    await faults.forget()
    await web(record=record, **HOME | LARGE).start()
    assert await faults.requests(resource=CLAIMS) == []


async def test_a_home_never_shrinks(web, objects, faults):
    record = await stopped(web(**HOME))
    await web(record=record, **HOME | {"homes": {"all": {"capacity": "500Mi", "grow": True}}}).start()

    [claim] = await objects.list(CLAIMS)
    assert size_of(claim) == "1Gi"
    assert await faults.requests(verb="patch", resource=CLAIMS) == []


@pytest.mark.parametrize("status", [403, 422, 409, 500])
async def test_a_refused_growth_is_told_in_the_log_and_stops_nothing(web, objects, faults, caplog, status):
    body = json.dumps({"kind": "Status", "message": "only dynamically provisioned pvc can be resized"})
    await faults.add("status", verb="patch", resource=CLAIMS, status=status, body=body)
    record = await stopped(web(**HOME))

    spawner = web(record=record, **HOME | LARGE)
    spawner.log = logging.getLogger("growth")
    await stopped(spawner)
    assert "was not made larger" in caplog.text
    assert "only dynamically provisioned" in caplog.text
    assert ("allowVolumeExpansion" in caplog.text) is (status in (403, 422))

    again = web(record=record, **HOME | LARGE)
    await again.start()
    tries = await faults.requests(verb="patch", resource=CLAIMS)
    assert len(tries) == (1 if status in (403, 422) else 2)
    [claim] = await objects.list(CLAIMS)
    assert size_of(claim) == "1Gi"


@pytest.mark.parametrize("verb", ["get", "patch"])
async def test_an_api_server_that_is_away_for_growth_stops_nothing(web, faults, verb):
    record = await stopped(web(**HOME))
    await faults.add("drop", verb=verb, resource=CLAIMS)

    await web(record=record, **HOME | LARGE).start()


async def test_how_full_a_home_is_is_known_after_the_start(web, objects):
    spawner = web(**HOME | {"homes": {"all": {"measure": True}}})
    await spawner.start()

    assert " of " in spawner.home_space()
    [pod] = await objects.list("pods")
    assert [each["name"] for each in pod["spec"]["initContainers"]] == ["home-space"]
    spawner._space = None  # as a hub that starts anew
    assert " of " in spawner.home_space()


@pytest.mark.parametrize(
    ("measure", "written", "folder"),
    [
        (True, {}, "/tmp/jupyter-jupyter-alice"),
        (True, {"JUPYTER_RUNTIME_DIR": "/run"}, "/run"),
        (False, {}, None),
    ],
)
async def test_a_full_home_keeps_no_runtime_files(offline, measure, written, folder):
    spawner = offline.spawner(environment=written, homes={"all": {"measure": measure}}, **HOME)
    assert spawner.get_env().get("JUPYTER_RUNTIME_DIR") == folder


async def test_a_full_home_is_told_and_the_server_starts(web, monkeypatch):
    spawner = web(**HOME | {"homes": {"all": {"measure": True}}})
    monkeypatch.setattr("libretexts_hub.domain.home_space.SCRIPT", FULL)
    await spawner.start()

    [notice] = notices_for_owner(spawner)
    assert notice.text.startswith("Your home is full: 1 GiB of 1 GiB are used")


async def test_a_start_that_fails_in_a_full_home_says_so(web, monkeypatch):
    spawner = web(cmd=["/bin/sh", "-c", "exit 1"], **HOME | {"homes": {"all": {"measure": True}}})
    monkeypatch.setattr("libretexts_hub.domain.home_space.SCRIPT", FULL)

    with pytest.raises(Exception, match="500") as ended:
        await spawner.start()

    assert "Your home is full" in ended.value.jupyterhub_message
    assert "exit code 1" in ended.value.jupyterhub_message
    assert "Start it once more" in ended.value.jupyterhub_message


async def test_the_next_start_is_in_an_empty_home_and_the_one_after_in_theirs(web, monkeypatch, objects):
    measured = HOME | {"homes": {"all": {"measure": True}}}
    monkeypatch.setattr("libretexts_hub.domain.home_space.SCRIPT", FULL)
    failed = web(cmd=["/bin/sh", "-c", "exit 1"], **measured)
    with pytest.raises(Exception, match="500"):
        await failed.start()
    await failed.stop()
    failed.clear_state()  # as JupyterHub does after a start that failed

    rescued = web(record=Record(state=failed.get_state()), **measured)
    await rescued.start()

    [pod] = await objects.pods("alice")
    mounts = {each["mountPath"]: each["name"] for each in pod["spec"]["containers"][0]["volumeMounts"]}
    assert mounts["/home/jovyan"] == "scratch-home"
    assert mounts["/home/jovyan/full-home"] == "home"
    assert any("is the folder full-home" in each.text for each in notices_for_owner(rescued))
    await rescued.stop()
    again = web(record=Record(state=rescued.get_state()), **measured)
    await again.start()
    [pod] = await objects.pods("alice")
    assert "scratch-home" not in json.dumps(pod["spec"])
    assert not any("is the folder full-home" in each.text for each in notices_for_owner(again))


FULL = 'echo "home-space 1048576 0" > /dev/termination-log'


async def test_state_of_a_later_version_is_left_alone(offline):
    state = {"libretexts_home": {"version": 9, "sizes": {"default/claim-alice": 1}}}
    assert offline.spawner(record=Record(state=state))._home_sizes == {}


async def test_a_wrong_line_stops_the_hub_with_its_place(offline):
    wrong = {"x": {"capacity": "2G"}}
    with pytest.raises(ConfigurationError, match=r"c\.LibreTextsSpawner\.homes\['x'\]\.capacity"):
        check(Config({"LibreTextsSpawner": {"homes": wrong}}))
    with pytest.raises((TraitError, ConfigurationError), match="two readings"):
        offline.spawner(homes=wrong)
