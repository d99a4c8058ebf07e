"""What does `libretexts-hub render` say of a start that is refused, and of a configuration that is wrong?"""

import pytest

from libretexts_hub.cli import main
from tests.cli.render_cases import BROKEN_HOOK, HUB, PROFILES, WHOLE

GIVES_A_NODE = """
def give(spawner, pod):
    pod.spec.node_selector = {"pool": "hpc"}
    return pod
c.KubeSpawner.modify_pod_hook = give
"""


# Refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--image nope", '"nope" is not an environment on your menu. Choose default, lsst or free.'),
        ("--image staff-only", '"staff-only" is not an environment on your menu.'),
        ("--image lsst --tag w_1999_01", "w_1999_01"),
        ("--size gpu", '"gpu" is not a size of Default. Choose small or large.'),
        ("--image lsst --size gpu --groups physics", '"gpu" is not a size of LSST stack.'),
        ("--option unknown", '"option-unknown" is not an option of this hub.'),
        ("--option dataset=none", '"none" is not a choice of Data. Choose small or full.'),
        ("--route far", '"route" is not an option of this hub.'),
        ("--groups two --route hpc", '"hpc" is not a place where you may run a server.'),
        ("--interface vscode", "does not open in"),
        ("--image free", "reference"),
        ("--image free --reference quay.io/ours/any:1", "Nobody can say now what Any of ours would run"),
        ("--profile small", '"profile" is not an option of this hub.'),
        ("--image ../../etc", "is not an environment on your menu"),
    ],
)
def test_a_refused_choice_is_one_sentence(render, words, said):
    code, out, err = render(WHOLE, *words.split())
    assert (code, out) == (1, "")
    assert said in err
    assert err.count("\n") == 1


def test_whom_no_route_takes(render):
    routes = {"hpc": {"match": {"groups": ["physics"]}}}
    refused = HUB + f"c.LibreTextsSpawner.routes = {routes}\nc.LibreTextsSpawner.refuse_unrouted = True\n"
    code, out, err = render(refused, "--groups", "other", "--explain")
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        *("route: refused", "  hpc: no, it asks for physics"),
        "There is no place where this server may run. Choose another environment or size, or ask for access.",
    ]


def test_a_profile_of_another_group(render):
    assert render(HUB + PROFILES, "--profile", "teaching") == (
        *(1, ""),
        '"teaching" is not on your menu. Choose small.\n',
    )


def test_named_servers_where_there_are_none(render):
    configuration = WHOLE.replace("allow_named_servers = True", "allow_named_servers = False")
    assert render(configuration, "--server", "lab") == (1, "", "Named servers are not enabled.\n")


def test_a_hook_that_gives_too_much(render):
    code, out, err = render(WHOLE + GIVES_A_NODE)
    assert (code, out) == (1, "")
    reason, told = err.splitlines()
    assert "modify_pod_hook" in reason
    assert "nodeSelector: pool" in reason
    assert told.startswith("This server would have got another place than its route gives.")


def test_a_profile_that_gives_too_much(render):
    given = HUB + (
        'c.KubeSpawner.profile_list = [{"display_name": "A", "slug": "a",'
        ' "kubespawner_override": {"node_selector": {"pool": "hpc"}}}]\n'
        'c.LibreTextsSpawner.routes = {"hpc": {"match": {"groups": ["physics"]},'
        ' "place": {"node_selector": {"pool": "hpc"}}}}\n'
    )
    code, out, err = render(given)
    assert (code, out) == (1, "")
    assert "what another route gives" in err


# Wrong use and wrong configuration ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("configuration", "said"),
    [
        pytest.param(WHOLE + "c.LibreTextsSpawner.images = {'r': {'imge': 1}}", "'imge'", id="menu"),
        pytest.param(WHOLE + "c.LibreTextsSpawner.imges = {}", "Did you mean 'images'?", id="setting"),
        pytest.param("c.JupyterHub.spawner_class = 'no.such.thing'", "can't be imported", id="no class"),
        pytest.param("c.JupyterHub.spawner_class = 'simple'", "is no KubeSpawner", id="no pods"),
        pytest.param("c.JupyterHub.base_url = 7", "JupyterHub refuses a setting", id="hub"),
        pytest.param(WHOLE + "c.JupyterHub.spawner_class = 'kubespawner.KubeSpawner'", "", id="stock"),
    ],
)
def test_wrong_configuration(render, configuration, said):
    code, out, err = render(configuration)
    assert (code, bool(out)) == ((2, False) if said else (0, True))
    assert said in err


def test_a_broken_hook_is_named_without_its_text(render):
    code, out, err = render(HUB + BROKEN_HOOK)
    assert (code, out) == (2, "")
    line = len(HUB.splitlines()) + 3
    assert "The start raises KeyError" in err
    assert f"hub_config.py:{line}" in err
    assert "hunter2" not in err


@pytest.mark.parametrize("user", ["", " alice", "a/b", "..", "x" * 256, "a\0b", "a\udcffb"], ids=ascii)
def test_names_that_no_hub_has(render, user):
    code, out, err = render(HUB, user=user)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_a_hook_that_fails_on_a_choice_is_named(render):
    hook = "def take(spawner, options):\n    return {}['hunter2']\nc.Spawner.apply_user_options = take\n"
    code, out, err = render(HUB + hook)
    assert (code, out) == (1, "")
    assert err.splitlines()[-1] == "Invalid user options"
    assert "KeyError (" in err
    assert "hub_config.py:" in err
    assert "hunter2" not in err


def test_a_claim_without_a_value(render):
    assert render(HUB, "--claim", "email")[0] == 2


def test_there_must_be_a_person():
    with pytest.raises(SystemExit):
        main(["render"])
