"""Does everybody get the home that the operator wrote for them, and does a full one say so?"""

import subprocess

import pytest

from libretexts_hub.domain.access import folded
from libretexts_hub.domain.home_space import SCRIPT, Space, probe, space_of
from libretexts_hub.domain.homes import home_for, may_grow_now, parse_homes, size_of
from libretexts_hub.errors import ConfigurationError
from tests.domain.sample_pods import pod

GI = 2**30
HOMES = {
    "physics": {"groups": ["Physics"], "not_groups": ["guests"], "capacity": "50Gi", "grow": True},
    "course": {"courses": ["db101"], "capacity": "5Gi", "storage_class": "fast"},
    "both": {"all_groups": ["a", "b"], "access_modes": ["ReadWriteMany"]},
    "others": {"capacity": "10Gi", "measure": True},
}


def parsed(raw):
    return parse_homes(raw, where="c.LibreTextsSpawner.homes")


@pytest.mark.parametrize(
    ("groups", "slug"),
    [
        (["physics"], "physics"),
        (["physics", "guests"], "others"),
        (["course-db101"], "course"),
        (["course-db101-instructors", "physics"], "physics"),
        (["a"], "others"),
        (["a", "b"], "both"),
        ([], "others"),
    ],
)
def test_the_first_that_takes_a_person(groups, slug):
    assert home_for(parsed(HOMES), folded(groups)).slug == slug


def test_nobody_needs_to_be_taken():
    assert home_for(parsed({"a": {"groups": ["a"], "capacity": "1Gi"}}), frozenset()) is None
    assert home_for(parsed({"a": {"groups": [], "capacity": "1Gi"}}), folded(["a"])) is None


def test_what_is_not_written_is_left_to_the_chart():
    [home] = parsed([{"slug": "everybody"}])
    assert (home.capacity, home.storage_class, home.access_modes, home.grow) == (None, "", (), False)


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        ({"capacity": "2G"}, "two readings"),
        ({"capacity": "much"}, "not a quantity"),
        ({"capacity": -1}, "not a quantity"),
        ({"capcity": "2Gi"}, "Did you mean 'capacity'"),
        ({"storage_class": "Fast!"}, "not a storage class"),
        ({"access_modes": ["ReadWriteMost"]}, "Did you mean 'ReadWriteMany'"),
        ({"access_modes": []}, "needs an access mode"),
        ({"grow": True}, "capacity, and there is none"),
        ({"grow": "yes", "capacity": "1Gi"}, "true or false"),
        ({"courses": ["<b>"]}, "not the id of a course"),
        ({"groups": "physics"}, "list of texts"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(entry, what):
    with pytest.raises(ConfigurationError, match=r"c\.LibreTextsSpawner\.homes") as refused:
        parsed({"x": entry})
    assert what in str(refused.value)


def test_an_entry_to_which_nobody_comes_is_refused():
    with pytest.raises(ConfigurationError, match="Nobody comes to 'physics'"):
        parsed({"others": {"capacity": "1Gi"}, "physics": {"groups": ["physics"]}})


@pytest.mark.parametrize(
    ("claim", "size"),
    [
        ({"spec": {"resources": {"requests": {"storage": "10Gi"}}}}, 10 * GI),
        ({"spec": {"resources": {"requests": {"storage": "1e3"}}}}, 1000),
        ({"spec": {"resources": {"requests": {"storage": "?"}}}}, 0),
        ({}, 0),
    ],
)
def test_how_large_a_claim_is(claim, size):
    assert size_of(claim) == size


def test_only_a_bound_claim_that_stays_may_grow():
    assert may_grow_now({"metadata": {}, "status": {"phase": "Bound"}})
    assert not may_grow_now({"metadata": {}, "status": {"phase": "Pending"}})
    assert not may_grow_now({"metadata": {"deletionTimestamp": "now"}, "status": {"phase": "Bound"}})


def measured(message):
    ended = {"name": "home-space", "state": {"terminated": {"exitCode": 0, "message": message}}}
    return pod(node="n", initContainerStatuses=[ended])


@pytest.mark.parametrize(
    ("message", "warning"),
    [
        ("home-space 1048576 9437184\n", ""),
        ("home-space 9700000 700000", "Your home is nearly full: 9.3 GiB of 9.9 GiB are used."),
        ("home-space 10485760 0", "Your home is full: 10 GiB of 10 GiB are used"),
        ("home-space 0 0", ""),
    ],
)
def test_how_full_a_home_is(message, warning):
    space = space_of(measured(message))
    assert space.warning.startswith(warning) if warning else space.warning == ""


@pytest.mark.parametrize(
    "message", [None, "", "home-space", "<b>", "home-space 1 1; rm", "home-space " + "9" * 99]
)
def test_a_measure_that_cannot_be_read_is_none(message):
    assert space_of(measured(message)) is None


def test_of_no_pod_nothing_is_known():
    assert space_of(None) is None
    assert Space(3 * GI, 7 * GI).words == "3 GiB of 10 GiB"


def spec_with(**notebook):
    volume = {"name": "home", "persistentVolumeClaim": {"claimName": "claim-alice"}}
    mount = {"name": "home", "mountPath": "/home/jovyan", "subPath": "alice"}
    container = {"name": "notebook", "image": "x:1", "volumeMounts": [mount], **notebook}
    return {"spec": {"containers": [container], "volumes": [volume]}}


def test_the_measure_takes_nothing_that_the_notebook_has_not():
    limits = {"cpu": "2", "memory": "2Gi", "nvidia.com/gpu": "1"}
    notebook = {
        "resources": {"limits": limits, "requests": {"cpu": "1"}},
        "securityContext": {"runAsUser": 7},
    }

    made = probe(spec_with(**notebook), "claim-alice")

    assert made["resources"] == {"limits": {"cpu": "2", "memory": "2Gi"}, "requests": {"cpu": "1"}}
    assert made["securityContext"] == {"runAsUser": 7}
    assert made["image"] == "x:1"
    [mount] = made["volumeMounts"]
    assert mount == {"name": "home", "mountPath": "/home/jovyan", "subPath": "alice", "readOnly": True}
    assert made["command"][-1] == "/home/jovyan"


def test_without_a_mounted_claim_there_is_no_measure():
    assert probe(spec_with(), "another") is None
    assert probe({"spec": {"containers": [{"name": "notebook", "image": "x"}]}}, "claim-alice") is None


@pytest.mark.parametrize(("place", "is_read"), [(".", True), ("not there", False)])
def test_the_script_writes_one_line_and_never_fails(tmp_path, place, is_read):
    out = tmp_path / "message"
    script = SCRIPT.replace("/dev/termination-log", str(out))
    subprocess.run(["/bin/sh", "-c", script, "sh", str(tmp_path / place)], check=True)
    written = out.read_text() if out.exists() else ""
    assert (space_of(measured(written)) is not None) is is_read
