"""Which environment does a container get?"""

import os
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.local_cluster.kubelet.environment import ConfigProblem, EnvironmentSource
from libretexts_hub.local_cluster.kubelet.expansion import expand
from libretexts_hub.local_cluster.kubelet.fields import FieldError, field_value
from libretexts_hub.local_cluster.kubelet.objects import NamespaceObjects
from libretexts_hub.local_cluster.kubelet.quantity import divided, parse_quantity
from tests.local_cluster.node_harness import Harness, new_store, sh, until

POD = {
    "metadata": {
        "name": "lab",
        "namespace": "default",
        "uid": "u-1",
        "labels": {"app": "hub", "b": "2"},
        "annotations": {"hub.example.org/name": 'Ada "A"'},
    },
    "spec": {"nodeName": "local", "serviceAccountName": "default", "containers": []},
}


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        pytest.param("$(A)", "1", id="known"),
        pytest.param("$(NOPE)", "$(NOPE)", id="unknown stays"),
        pytest.param("$$(A)", "$(A)", id="escaped"),
        pytest.param("x$(A)y$(B)z", "x1y22z", id="several"),
        pytest.param("$A ${A} $", "$A ${A} $", id="shell syntax stays"),
        pytest.param("$(A", "$(A", id="open"),
        pytest.param("100$$", "100$", id="dollar"),
    ],
)
def test_expansion(text: str, expanded: str) -> None:
    assert expand(text, {"A": "1", "B": "22"}) == expanded


@given(st.text(alphabet="$()A\0\nx", max_size=40))
def test_expansion_never_fails_and_touches_only_dollars(text: str) -> None:
    result = expand(text, {})
    assert result.replace("$", "") == text.replace("$", "")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata.name", "lab"),
        ("metadata.namespace", "default"),
        ("metadata.uid", "u-1"),
        ("metadata.labels['app']", "hub"),
        ("metadata.labels['none']", ""),
        ("metadata.annotations['hub.example.org/name']", 'Ada "A"'),
        ("metadata.labels", 'app="hub"\nb="2"'),
        ("metadata.annotations", 'hub.example.org/name="Ada \\"A\\""'),
        ("spec.nodeName", "local"),
        ("spec.serviceAccountName", "default"),
        ("status.podIP", "127.1.2.3"),
        ("status.hostIP", "127.0.0.1"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_fields(path: str, value: str) -> None:
    assert field_value(POD, path, pod_ip="127.1.2.3", host_ip="127.0.0.1") == value


def test_an_unknown_field() -> None:
    with pytest.raises(FieldError, match=r"unsupported fieldPath: spec\.tolerations"):
        field_value(POD, "spec.tolerations", pod_ip="", host_ip="")


@pytest.mark.parametrize(
    ("value", "divisor", "shown"),
    [
        ("1Gi", "1Mi", "1024"),
        ("1500m", "1", "2"),
        ("0.2", "1m", "200"),
        ("1e3", "1", "1000"),
        ("2G", "0", "2000000000"),
    ],
    ids=str,
)
def test_resources_are_divided_and_rounded_up(value: str, divisor: str, shown: str) -> None:
    assert divided(value, divisor) == shown


@pytest.mark.parametrize("text", ["", "x", "1Q", "1 Gi", "--1", "1e9999", "Gi"], ids=str)
def test_no_quantity(text: str) -> None:
    with pytest.raises(ValueError, match="is not a quantity"):
        parse_quantity(text)


def _variables(container: dict, store=None) -> dict[str, str]:
    source = EnvironmentSource(
        POD, NamespaceObjects(store or new_store(), "default"), "127.1.2.3", "127.0.0.1"
    )
    return source.variables({"name": "main", **container})


def test_sources_and_their_order() -> None:
    store = new_store()
    harness = Harness(store, None, None)  # type: ignore[arg-type]
    harness.secret("db", password="s3cret", user="ada")
    harness.config_map("settings", mode="fast", user="from the map")
    variables = _variables(
        {
            "envFrom": [
                {"configMapRef": {"name": "settings"}, "prefix": "CFG_"},
                {"secretRef": {"name": "db"}},
                {"secretRef": {"name": "absent", "optional": True}},
            ],
            "env": [
                {"name": "FIRST", "value": "1"},
                {"name": "SECOND", "value": "$(FIRST)-$(password)-$(THIRD)"},
                {"name": "THIRD", "value": "3"},
                {"name": "EMPTY"},
                {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
                {"name": "MODE", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "mode"}}},
                {
                    "name": "GONE",
                    "valueFrom": {"secretKeyRef": {"name": "db", "key": "no", "optional": True}},
                },
                {"name": "CPUS", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
                {"name": "user", "value": "env wins"},
            ],
            "resources": {"limits": {"cpu": "1500m"}},
        },
        store,
    )
    assert variables == {
        "CFG_mode": "fast",
        "CFG_user": "from the map",
        "password": "s3cret",
        "user": "env wins",
        "FIRST": "1",
        "SECOND": "1-s3cret-$(THIRD)",
        "THIRD": "3",
        "EMPTY": "",
        "PASSWORD": "s3cret",
        "MODE": "fast",
        "CPUS": "2",
    }


@pytest.mark.parametrize(
    ("container", "message"),
    [
        pytest.param(
            {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "no", "key": "k"}}}]},
            'secret "no" not found',
            id="secret",
        ),
        pytest.param(
            {"envFrom": [{"configMapRef": {"name": "no"}}]}, 'configmap "no" not found', id="config map"
        ),
        pytest.param(
            {"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.x"}}}]},
            "unsupported fieldPath: spec.x",
            id="field",
        ),
    ],
)
def test_what_is_missing_is_named(container: dict, message: str) -> None:
    with pytest.raises(ConfigProblem) as caught:
        _variables(container)
    assert str(caught.value) == message


async def test_a_missing_key_is_waited_for(node: Harness) -> None:
    node.secret("db", user="ada")
    node.pod(
        "waits",
        sh(
            "echo $PASSWORD",
            env=[{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}],
        ),
    )
    await until(lambda: node.waiting("waits") == "CreateContainerConfigError")
    message = "couldn't find key password in Secret default/db"
    assert node.container("waits")["state"]["waiting"]["message"] == message
    assert f"Error: {message}" in {item["message"] for item in node.events("waits")}
    node.store.delete("secrets", "default", "db")
    node.secret("db", password="found")
    assert (await node.finished("waits"))["phase"] == "Succeeded"
    assert node.log("waits") == "found\n"


async def test_a_clean_environment(node: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTER_TOKEN", "must not be seen")
    image = {"name": "main", "image": "example.org/shell:1", "command": ["env"]}
    node.pod("clean", {**image, "env": [{"name": "OWN", "value": string.ascii_lowercase}]})
    await node.finished("clean")
    names = {line.partition("=")[0] for line in node.log("clean").splitlines()}
    allowed = {"PATH", "LANG", "HOME", "HOSTNAME", "OWN", "LOCAL_CLUSTER_STATE", "LOCAL_CLUSTER_CONTAINER"}
    assert names == allowed
    assert "CLUSTER_TOKEN" in os.environ


async def test_all_interfaces_become_the_pods_own_address(node: Harness) -> None:
    script = 'import os, sys; print(os.environ["URL"], sys.argv[1], os.environ["NET"], os.environ["IP"])'
    node.pod(
        "url",
        {
            "name": "main",
            "image": "example.org/python:1",
            "args": ["-c", script, "--ip=0.0.0.0"],
            "env": [
                {"name": "URL", "value": "http://0.0.0.0:8888/user/ada/"},
                {"name": "NET", "value": "0.0.0.0/0,10.0.0.0.0"},
                {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
            ],
        },
    )
    await node.finished("url")
    url, argument, network, ip = node.log("url").split()
    assert (url, argument) == (f"http://{ip}:8888/user/ada/", f"--ip={ip}")
    assert network == "0.0.0.0/0,10.0.0.0.0"
