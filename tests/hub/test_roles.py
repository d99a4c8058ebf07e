"""Are the printed permissions enough, and within what the chart grants?"""

import pytest
import yaml

from libretexts_hub.cli import main
from libretexts_hub.hub import roles

# The Role `hub` of the Zero to JupyterHub chart 4.
CHART_VERBS = frozenset({"get", "watch", "list", "create", "delete"})
CHART = dict.fromkeys(("pods", "persistentvolumeclaims", "secrets", "services"), CHART_VERBS)
CHART["events"] = frozenset({"get", "watch", "list"})


def test_nothing_beyond_the_chart():
    for permission in roles.HUB:
        for resource in permission.resources:
            assert set(permission.verbs) <= CHART[resource]


def test_the_verb_prints_a_role_and_its_binding(capsys):
    assert main(["roles", "--namespace", "jhub", "--service-account", "hub"]) == 0

    role, binding = yaml.safe_load_all(capsys.readouterr().out)
    assert role["kind"] == "Role"
    assert role["metadata"]["namespace"] == "jhub"
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "hub", "namespace": "jhub"}]


def test_the_hub_may_be_of_another_namespace_than_a_routes(capsys):
    assert main(["roles", "--namespace", "hpc", "--service-account", "jhub/hub"]) == 0

    role, binding = yaml.safe_load_all(capsys.readouterr().out)
    assert role["metadata"]["namespace"] == binding["metadata"]["namespace"] == "hpc"
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "hub", "namespace": "jhub"}]


def test_homes_that_grow_need_one_verb_more(capsys):
    assert main(["roles", "--for", "homes", "--namespace", "jhub"]) == 0

    [role] = yaml.safe_load_all(capsys.readouterr().out)
    assert role["metadata"]["name"] == "libretexts-homes"
    assert role["rules"] == [{"apiGroups": [""], "resources": ["persistentvolumeclaims"], "verbs": ["patch"]}]


@pytest.mark.parametrize("option", ["--namespace", "--service-account"])
def test_a_bad_name_is_one_sentence_and_2(capsys, option):
    assert main(["roles", option, "No: such\nname"]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert option in said.err


def test_what_is_not_in_a_namespace_gets_a_cluster_role(capsys):
    assert main(["roles", "--for", "purge", "--namespace", "jhub", "--service-account", "images"]) == 0

    role, binding = yaml.safe_load_all(capsys.readouterr().out)
    assert (role["kind"], binding["kind"]) == ("ClusterRole", "ClusterRoleBinding")
    assert "namespace" not in role["metadata"]
    assert role["rules"] == [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list"]}]


def test_the_puller_may_change_its_own_daemon_set_only(capsys):
    assert main(["roles", "--for", "prepull"]) == 0

    [role] = yaml.safe_load_all(capsys.readouterr().out)
    named = [rule for rule in role["rules"] if "patch" in rule["verbs"]]
    assert role["kind"] == "Role"
    assert [rule["resourceNames"] for rule in named] == [["libretexts-prepull"]]


def test_the_culler_needs_no_admin_scope(capsys):
    assert main(["roles", "--for", "culler", "--namespace", "jhub", "--service-account", "culler"]) == 0

    said = capsys.readouterr().out
    comments = "\n".join(line[1:].removeprefix(" ") for line in said.splitlines() if line.startswith("#"))
    values = yaml.safe_load(comments.split("\n\n")[1])
    [role] = values["hub"]["loadRoles"].values()
    assert set(role["scopes"]) == set(roles.CULLER_SCOPES)
    assert {"admin:users", "admin:servers"}.isdisjoint(role["scopes"])
    role, binding = yaml.safe_load_all(said)
    verbs = {resource: set(rule["verbs"]) for rule in role["rules"] for resource in rule["resources"]}
    assert verbs["persistentvolumeclaims"] == {"get", "list", "patch", "delete"}
    assert verbs["pods"] == {"list"}
    assert binding["subjects"][0]["name"] == "culler"


def test_the_policy_is_for_one_account_and_one_namespace(capsys):
    words = ["roles", "--for", "culler", "--namespace", "jhub", "--service-account", "ops/culler", "--policy"]
    assert main(words) == 0

    _, _, policy, binding = yaml.safe_load_all(capsys.readouterr().out)
    [condition] = policy["spec"]["matchConditions"]
    assert "'system:serviceaccount:ops:culler'" in condition["expression"]
    assert policy["spec"]["failurePolicy"] == "Fail"
    assert binding["spec"]["policyName"] == policy["metadata"]["name"]
    assert binding["spec"]["matchResources"]["namespaceSelector"]["matchLabels"] == {
        "kubernetes.io/metadata.name": "jhub"
    }


@pytest.mark.parametrize("words", [["--for", "homes", "--service-account", "x"], ["--for", "culler"]])
def test_a_policy_needs_a_culler_and_its_account(capsys, words):
    assert main(["roles", "--policy", *words]) == 2
    assert "--policy" in capsys.readouterr().err
