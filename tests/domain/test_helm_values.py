"""Are values of the chart the same hub as the configuration, and is no secret in them?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libretexts_hub.domain.chart_versions import DROPPED, old_dependency, other_versions
from libretexts_hub.domain.findings import Severity
from libretexts_hub.domain.helm_values import helm_values
from libretexts_hub.domain.python_secrets import code_has_secret

PASSWORD = "correct-horse-7"


def at(values, *keys):
    for key in keys:
        values = values[key]
    return values


@pytest.mark.parametrize(
    ("section", "name", "value", "keys", "expected"),
    [
        ("JupyterHub", "base_url", "/a/", ("hub", "baseUrl"), "/a/"),
        ("KubeSpawner", "mem_limit", "2G", ("singleuser", "memory", "limit"), "2G"),
        ("LibreTextsSpawner", "extra_labels", {"a": "b"}, ("singleuser", "extraLabels"), {"a": "b"}),
        ("Spawner", "default_url", "/lab", ("singleuser", "defaultUrl"), "/lab"),
        ("KubeSpawner", "image", "h/a:1", ("singleuser", "image"), {"name": "h/a", "tag": "1"}),
        ("KubeSpawner", "image", "h:5000/a", ("hub", "config", "KubeSpawner", "image"), "h:5000/a"),
        ("LibreTextsSpawner", "sizes", {"s": {}}, ("hub", "config", "LibreTextsSpawner", "sizes"), {"s": {}}),
        ("Authenticator", "admin_users", ["a"], ("hub", "config", "Authenticator", "admin_users"), ["a"]),
        ("JupyterHub", "services", [{"name": "x", "url": "u"}], ("hub", "services", "x"), {"url": "u"}),
        (
            "JupyterHub",
            "load_roles",
            [{"name": "r", "scopes": ["s"]}],
            ("hub", "loadRoles", "r"),
            {"scopes": ["s"]},
        ),
        ("JupyterHub", "db_url", "mysql+pymysql://a@h/d", ("hub", "db", "type"), "mysql"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_setting_stands_under_its_key_of_the_chart(section, name, value, keys, expected):
    assert at(helm_values({section: {name: value}}).values, *keys) == expected


@pytest.mark.parametrize(
    ("section", "name", "words"),
    [
        ("JupyterHub", "cookie_secret", "the chart makes one"),
        ("CryptKeeper", "keys", "the chart makes one"),
        ("JupyterHub", "bind_url", "the chart sets it"),
        ("KubeSpawner", "namespace", "the chart sets it"),
    ],
)
def test_what_the_chart_has_itself_is_left_out_and_said(section, name, words):
    made = helm_values({section: {name: "x"}})
    assert section not in made.values["hub"].get("config", {})
    assert any(f"c.{section}.{name}" in note and words in note for note in made.notes)


def test_the_stronger_of_two_spawners_counts():
    made = helm_values({"LibreTextsSpawner": {"uid": 2}, "KubeSpawner": {"uid": 1}, "Spawner": {}})
    assert made.values["singleuser"]["uid"] == 2


def test_a_home_keeps_the_name_of_its_claim():
    claim = {"persistentVolumeClaim": {"claimName": "home-{username}"}, "name": "h"}
    other = {"name": "d", "hostPath": {"path": "/d"}}
    made = helm_values(
        {
            "KubeSpawner": {
                "storage_pvc_ensure": True,
                "pvc_name_template": "home-{username}",
                "volumes": [claim, other],
                "volume_mounts": {
                    "b": {"name": "d", "mountPath": "/d"},
                    "a": {"name": "h", "mountPath": "/h"},
                },
            }
        }
    )
    assert made.values["singleuser"]["storage"] == {
        "dynamic": {"pvcNameTemplate": "home-{username}"},
        "homeMountPath": "/h",
        "extraVolumes": [other],
        "extraVolumeMounts": [{"name": "d", "mountPath": "/d"}],
    }


def test_without_homes_the_chart_must_make_none():
    made = helm_values({"KubeSpawner": {"storage_pvc_ensure": False}})
    assert made.values["singleuser"]["storage"] == {"type": "none"}


@pytest.mark.parametrize(
    ("sections", "line"),
    [
        ({"GitHubOrgAuthenticator": {"client_secret": PASSWORD}}, ""),
        (
            {"LDAPAuthenticator": {"lookup_dn_search_password": PASSWORD}},
            "c.LDAPAuthenticator.lookup_dn_search_password = os.environ",
        ),
        (
            {"LibreTextsSpawner": {"environment": {"API_KEY": PASSWORD}}},
            "c.KubeSpawner.environment.update({'API_KEY': os.environ",
        ),
        ({"KubeSpawner": {"extra_pod_config": {"a": [{"password": PASSWORD}]}}}, "['a'][0]['password'] = "),
        (
            {
                "KubeSpawner": {
                    "extra_containers": [{"name": "x", "env": [{"name": "DB_PASSWORD", "value": PASSWORD}]}]
                }
            },
            "[0]['env'][0]['value']",
        ),
    ],
    ids=["oauth", "ldap", "environment", "nested", "variable"],
)
def test_a_secret_is_named_and_comes_from_a_secret(sections, line):
    made = helm_values(sections)
    assert PASSWORD not in str(made)
    [variable] = made.values["hub"]["extraEnv"]
    reference = made.values["hub"]["extraEnv"][variable]["valueFrom"]["secretKeyRef"]
    assert reference["key"] in made.keys
    assert line in made.values["hub"]["extraConfig"].get("10-secrets", "")


names = st.sampled_from(["client_secret", "password", "apiToken", "auth_token", "api_key", "db_password"])
plain_keys = st.sampled_from(["a", "b", "images", "environment", "env"])
trees = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(plain_keys, inner, max_size=3),
        st.dictionaries(names, st.just(PASSWORD), max_size=2),
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["A", "KubeSpawner", "JupyterHub"]), st.dictionaries(plain_keys, trees))
)
def test_no_secret_is_written_wherever_it_stood(sections):
    values = {"proxy": sections.get("A", {}), "hub": {"extraFiles": sections.get("JupyterHub", {})}}
    assert PASSWORD not in str(helm_values(sections, values=values))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('c.A.password = os.environ["A"]', False),
        (f'c.A.password = "{PASSWORD}"', True),
        (f'c.A.b["api_token"] = "{PASSWORD}"', True),
        (f'f(secret="{PASSWORD}")', True),
        (f'd = {{"db_password": "{PASSWORD}"}}', True),
        ('c.A.url = "https://a:b@example.org"', True),
        ('c.A.password = ""', False),
        ("this is: not python, password=abc", True),
    ],
)
def test_a_snippet_may_read_a_secret_but_not_have_one(code, expected):
    assert code_has_secret(code) is expected
    made = helm_values({}, values={"hub": {"extraConfig": {"x": code}}})
    assert ("x" in made.values["hub"]["extraConfig"]) is not expected


@pytest.mark.parametrize("dropped", DROPPED, ids=lambda each: each.place)
def test_values_of_another_chart_are_told(dropped):
    values = (dropped.kind or dict)()
    for key in reversed(dropped.keys):
        values = {key: values}
    [found] = other_versions(values)
    assert found.where == dropped.place
    assert found.severity is (Severity.WARNING if dropped.is_later else Severity.ERROR)


@pytest.mark.parametrize(
    ("version", "expected"),
    [("3.3.8", "3.3.8"), ("~2.0", "~2.0"), ("4.4.0", ""), (">=4", ""), ("5.0.0-0.dev", ""), (None, "")],
)
def test_a_dependency_on_an_old_chart_is_told(version, expected):
    assert old_dependency({"dependencies": [{"name": "jupyterhub", "version": version}]}) == expected


def test_a_chart_that_depends_on_something_else_is_none_of_ours():
    assert old_dependency({"dependencies": [{"name": "redis", "version": "1"}, "x"]}) == ""
    assert old_dependency({"dependencies": "x"}) == ""
