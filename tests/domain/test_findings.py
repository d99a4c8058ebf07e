"""Which contradictions of a configuration are told, and which harmless lines are not?"""

import pytest

from libretexts_hub.domain.chart_rules import chart_findings
from libretexts_hub.domain.culler_rules import culler_findings
from libretexts_hub.domain.findings import Severity, error, in_order, info, summary, warning
from libretexts_hub.domain.hub_rules import hub_findings
from libretexts_hub.domain.python_lines import setting_lines
from libretexts_hub.domain.setting_rules import setting_findings
from libretexts_hub.domain.site import Site
from libretexts_hub.domain.storage_rules import storage_findings
from libretexts_hub.domain.template_rules import template_findings
from libretexts_hub.domain.trait_index import TraitIndex

RULES = (hub_findings, storage_findings, culler_findings, chart_findings)
DELETED = {"users": True}
HOMES = {"left": {"inactive": "180d"}}


def told(site: Site) -> list[str]:
    """`severity place`, in order."""
    found = in_order(each for rules in RULES for each in rules(site))
    return [f"{each.severity.word} {each.where}" for each in found]


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        ({}, []),
        (
            {"Authenticator": {"manage_groups": True}, "JupyterHub": {"load_groups": {"a": {}}}},
            ["error c.JupyterHub.load_groups, c.Authenticator.manage_groups"],
        ),
        ({"JupyterHub": {"load_groups": {"a": {}}}}, []),
        (
            {
                "Authenticator": {"manage_roles": True},
                "JupyterHub": {"load_roles": [{"name": "a", "users": ["b"]}]},
            },
            ["error c.JupyterHub.load_roles, c.Authenticator.manage_roles"],
        ),
        (
            {
                "Authenticator": {"manage_roles": True},
                "JupyterHub": {"load_roles": [{"name": "a", "scopes": []}]},
            },
            [],
        ),
        ({"JupyterHub": {"services": [{"name": "a", "admin": True}]}}, ["warning c.JupyterHub.services"]),
        ({"Authenticator": {"enable_auth_state": True}}, ["error c.Authenticator.enable_auth_state"]),
        ({"JupyterHub": {"authenticator_class": "dummy"}}, ["warning c.Authenticator"]),
        ({"JupyterHub": {"authenticator_class": "dummy"}, "Authenticator": {"allow_all": True}}, []),
        ({"JupyterHub": {"authenticator_class": "null"}}, []),
        ({"CryptKeeper": {"keys": ["a"]}}, ["info c.CryptKeeper.keys"]),
        ({"KubeSpawner": {"pvc_name_template": "home"}}, ["error c.KubeSpawner.pvc_name_template"]),
        ({"KubeSpawner": {"pvc_name_template": "claim-{username}"}}, []),
        ({"KubeSpawner": {"pvc_name_template": "claim-{user_server}"}}, []),
        ({"KubeSpawner": {"slug_scheme": "escape"}}, ["info c.KubeSpawner.slug_scheme"]),
        ({"KubeSpawner": {"remember_pvc_name": False}}, ["error c.KubeSpawner.remember_pvc_name"]),
        ({"KubeSpawner": {"extra_labels": {"a": "b"}}}, []),
        (
            {"LibreTextsSpawner": {"images": {"a": {}}, "options_form": "<p>"}},
            ["warning c.LibreTextsSpawner.options_form"],
        ),
        (
            {"LibreTextsSpawner": {"images": {"a": {}}}, "KubeSpawner": {"profile_list": [{}]}},
            ["info c.KubeSpawner.profile_list"],
        ),
        ({"IdleCuller": {"homes": HOMES}}, ["error c.LibreTextsSpawner.delete_pvc"]),
        ({"IdleCuller": {"homes": HOMES}, "KubeSpawner": {"delete_pvc": False}}, []),
        ({"IdleCuller": {"homes": HOMES}, "LibreTextsSpawner": {"culler_owns_homes": True}}, []),
        ({"IdleCuller": {"servers": {"a": {"idle": "5m"}}}}, ["error c.IdleCuller.servers['a'].idle"]),
        ({"IdleCuller": {"servers": {"a": {"idle": "1h"}, "b": {"idle": "x"}, "c": 7}}}, []),
        (
            {"JupyterHub": {"services": [{"name": "cull-idle", "command": ["python3", "--timeout=60"]}]}},
            ["error c.JupyterHub.services (cull-idle)"],
        ),
    ],
)
def test_a_hub_without_the_chart(sections, expected):
    assert told(Site(sections)) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"hub": {"config": {}}}, []),
        ({"auth": {}}, ["error auth"]),
        ({"hubb": {}}, ["error hubb"]),
        ({"hub": {"extraConfg": {}}}, ["error hub.extraConfg"]),
        ({"hub": {"somethingNewer": {}}}, []),
        ({"hub": {"extraConfig": "c.x = 1"}}, ["error hub.extraConfig"]),
        ({"hub": {"extraConfig": {"a": "c = get_config()"}}}, ["warning hub.extraConfig.a"]),
        ({"hub": {"config": {"jupyterhub": {}}}}, ["error hub.config.jupyterhub"]),
        ({"hub": {"config": {"JupyterHub": {"load_roles": []}}}}, ["error hub.config.JupyterHub.load_roles"]),
        (
            {"hub": {"config": {"GitHubOAuthenticator": {"client_secret": "x"}}}},
            ["warning hub.config.GitHubOAuthenticator.client_secret"],
        ),
        ({"cull": DELETED}, ["warning cull.users"]),
        ({"cull": {"timeout": 60}}, ["error cull.timeout"]),
        ({"cull": {"timeout": 60, "enabled": False}}, []),
        (
            {"hub": {"config": {"KubeSpawner": {"environment": {}}}}, "singleuser": {"extraEnv": {"A": "b"}}},
            ["warning hub.config.KubeSpawner.environment"],
        ),
    ],
)
def test_values_of_the_chart(values, expected):
    assert told(Site({}, values=values, is_chart=True, has_key=True)) == expected


def test_labels_that_cut_servers_off_from_the_hub():
    section = {"LibreTextsSpawner": {"extra_labels": {"team": "a"}}}
    assert told(Site(section, is_chart=True)) == ["error c.LibreTextsSpawner.extra_labels"]
    section["LibreTextsSpawner"]["extra_labels"]["hub.jupyter.org/network-access-hub"] = "true"
    assert told(Site(section, is_chart=True)) == []


def test_settings_of_a_spawner_that_is_not_in_use():
    site = Site({"LibreTextsSpawner": {}}, spawner=("KubeSpawner", "Spawner"))
    assert told(site) == ["warning c.JupyterHub.spawner_class"]


OWN = "Nothing, if it is a class of your own."
INDEX = TraitIndex.read(
    [
        {
            "classes": {
                "Authenticator": {
                    "lineage": [],
                    "traits": {"allow_all": "Bool"},
                    "renamed": {"whitelist": "allowed_users"},
                },
                "GitHub": {
                    "lineage": ["Authenticator"],
                    "traits": {"client_id": "Unicode?", "hook": "Any"},
                    "renamed": {},
                },
            }
        }
    ]
)


@pytest.mark.parametrize(
    ("section", "name", "value", "words"),
    [
        ("GitHub", "allow_all", True, ""),
        ("GitHub", "allow_all", "yes", "'allow_all' must be true or false, not str. Correct the value."),
        ("GitHub", "allow_all", None, "'allow_all' must be true or false, not NoneType. Correct the value."),
        ("GitHub", "client_id", None, ""),
        ("GitHub", "hook", object(), ""),
        ("GitHub", "allow_al", True, "'allow_al' is not a setting of GitHub. Did you mean 'allow_all'?"),
        ("GitHub", "whitelist", [], "'whitelist' has a new name. Write allowed_users."),
        ("Authenticator", "client_id", "a", ""),
        ("Githb", "client_id", "a", "'Githb' is not a class of this hub. Did you mean 'GitHub'?"),
        (
            *("MyOwn", "client_id", "a"),
            "'MyOwn' is not known here, so its settings were not checked. " + OWN,
        ),
    ],
)
def test_every_setting_is_one_of_its_class(section, name, value, words):
    found = list(setting_findings({section: {name: value}}, INDEX))
    assert [f"{each.what}. {each.fix}" for each in found] == ([words] if words else [])


def test_the_lines_of_settings():
    source = "c.A.b = 1\nc.A.b = 2\nif x:\n    c.A.d['k']['l'] = 3\nc.A.e.append(4)\nother.A.b = 1\nc.A = 7\n"
    assert setting_lines(source) == {("A", "b"): 2, ("A", "d"): 4, ("A", "e"): 5}


@pytest.mark.parametrize("source", ["c.A.b = (", "\0", "(" * 10_000, ""])
def test_no_lines_of_what_is_not_python(source):
    assert setting_lines(source) == {}


def test_pages_of_bootstrap_3():
    text = '<div class="navbar-default">\n<a data-toggle="x" class="navbar-right">\n<p class="row">'
    assert [(line, each.fix) for line, each in template_findings(text)] == [
        (1, "Write navbar-expand-…, ms-auto, me-auto."),
        (2, "Write data-bs-…."),
    ]
    assert list(template_findings('<a data-bs-toggle="x" class="panels col-6">')) == []


def test_the_worst_comes_first_and_each_once():
    found = [info("c", "x", "f"), warning("b", "x", "f"), error("a", "y", "f"), error("a", "x", "f")]
    assert [each.place for each in in_order([*found, *found])] == ["x", "y", "x", "x"]
    assert summary(found) == "2 errors, 1 warning"
    assert summary([]) == "nothing"
    assert found[2].at("file", 3).as_json()["severity"] == Severity.ERROR.word
