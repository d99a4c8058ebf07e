"""Do the examples that operators copy set the culler up, with the rights that it needs and no more?"""

import argparse
from pathlib import Path

import pytest
import yaml
from traitlets.config import Config

from libretexts_hub.cli import cull
from libretexts_hub.clients.kube_access import NAME_IN_CLUSTER, find_access
from libretexts_hub.culler.app import IdleCuller
from libretexts_hub.domain.cull_policy import parse_policy
from libretexts_hub.hub.roles import CULLER_SCOPES
from tests.servers.certificates import make_certificate

ROOT = Path(__file__).parents[2]
HELM = ROOT / "examples" / "helm"


def test_the_deployment_runs_with_the_policy_beside_it(tmp_path):
    documents = {each["kind"]: each for each in yaml.safe_load_all((HELM / "culler.yaml").read_text())}
    data = documents["ConfigMap"]["data"]
    pod = documents["Deployment"]["spec"]["template"]["spec"]
    assert pod["serviceAccountName"] == documents["ServiceAccount"]["metadata"]["name"]
    assert documents["PersistentVolumeClaim"]["metadata"].get("labels") is None

    [container] = pod["containers"]
    (tmp_path / "policy.yaml").write_text(data["policy.yaml"])
    (tmp_path / "culler.py").write_text(data["culler.py"].replace("/etc/culler", str(tmp_path)))
    app = IdleCuller()
    app.initialize([container["command"][3].replace("/etc/culler", str(tmp_path))])
    policy = app.policy()
    assert [rule.slug for rule in policy.homes] == ["left"]
    assert app.health_port == container["ports"][0]["containerPort"]
    assert parse_policy(yaml.safe_load(data["policy.yaml"]), where="p") == policy


def test_the_values_give_the_scopes_that_are_needed():
    values = yaml.safe_load((HELM / "values-culler.yaml").read_text())
    assert values["hub"]["loadRoles"]["culler"]["scopes"] == list(CULLER_SCOPES)
    assert values["cull"]["enabled"] is False


def test_the_configuration_file_does_nothing_until_its_comments_are_taken_away():
    text = (ROOT / "jupyterhub_config.d" / "70-culler.py").read_text()
    config = Config()
    exec(text, {"c": config})
    assert config == Config()
    lines = [line.removeprefix("# ") for line in text.splitlines()[1:]]
    config.JupyterHub.services, config.JupyterHub.load_roles = [], []
    exec("\n".join(lines), {"c": config})
    [role] = config.JupyterHub.load_roles
    assert sorted(role["scopes"]) == sorted(CULLER_SCOPES)
    command = config.JupyterHub.services[0]["command"]
    assert command[:3] == ["python3", "-m", "libretexts_hub.culler"]
    app = IdleCuller()
    app.initialize(command[3:])
    assert app.policy_file == "/etc/culler/policy.yaml"


def test_a_service_of_the_hub_finds_the_cluster_without_its_variables(tmp_path):
    _, _, authority = make_certificate(tmp_path)
    (tmp_path / "token").write_text("t")
    (tmp_path / "namespace").write_text("jhub")
    (tmp_path / "ca.crt").write_text(authority.read_text())
    access = find_access(tmp_path, {})
    assert NAME_IN_CLUSTER in access.server
    assert access.namespace == "jhub"


@pytest.mark.parametrize("verb", ["plan", "run", "protect", "status", "restore", "export", "erase"])
def test_every_verb_and_option_at_the_terminal_has_help(verb):
    parser = argparse.ArgumentParser()
    cull.add_arguments(parser)
    [verbs] = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    assert verb in verbs.choices
    assert all(action.help for action in verbs.choices[verb]._actions), verb
    assert {choice.dest for choice in verbs._choices_actions} == set(verbs.choices)


def test_every_setting_of_the_culler_has_help_with_an_example():
    for name, trait in IdleCuller.class_own_traits(config=True).items():
        assert f"c.IdleCuller.{name}" in trait.help, name
    for name, trait in IdleCuller.class_traits(config=True).items():
        if trait.this_class.__module__.startswith("libretexts_hub"):
            assert f"c.IdleCuller.{name}" in trait.help, name
