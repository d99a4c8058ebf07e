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


@pytest.mark.parametrize("option", ["--namespace", "--service-account"])
def test_a_bad_name_is_one_sentence_and_2(capsys, option):
    assert main(["roles", option, "No: such\nname"]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert option in said.err
