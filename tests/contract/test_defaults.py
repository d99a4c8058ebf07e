"""What does the server fill in, and what may not change afterwards?"""

from __future__ import annotations

import base64

import pytest

from tests.contract.api_client import fields_of, unique
from tests.contract.samples import claim, config_map, gated_pod, secret, service

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_secret_is_encoded(api) -> None:
    name = unique("s")
    body = secret(name, data={"password": base64.b64encode(b"old").decode(), "x": "eQ=="})
    made = (await api.create("secrets", body)).ok()
    assert "stringData" not in made
    assert made["type"] == "Opaque"
    assert base64.b64decode(made["data"]["password"]) == b"long and secret"
    assert made["data"]["x"] == "eQ=="
    status = (await api.patch("secrets", name, {"type": "example.com/other"})).failed(422, "Invalid")
    assert fields_of(status) == {"type"}


@pytest.mark.parametrize(("resource", "maker"), [("secrets", secret), ("configmaps", config_map)])
async def test_what_is_immutable_stays(api, resource: str, maker) -> None:
    name = unique("o")
    (await api.create(resource, {**maker(name), "immutable": True})).ok()
    status = (await api.patch(resource, name, {"data": {"a": "Mg=="}})).failed(422, "Invalid")
    assert fields_of(status) == {"data"}
    status = (await api.patch(resource, name, {"immutable": False})).failed(422, "Invalid")
    assert "immutable" in fields_of(status)
    (await api.patch(resource, name, {"metadata": {"labels": {"x": "y"}}})).ok()


async def test_a_claim_gets_its_defaults_and_keeps_its_spec(api) -> None:
    name = unique("p")
    made = (await api.create("persistentvolumeclaims", claim(name))).ok()
    assert made["spec"]["volumeMode"] == "Filesystem"
    assert made["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]
    assert made["status"] == {"phase": "Pending"}
    change = {"spec": {"accessModes": ["ReadWriteMany"]}}
    status = (await api.patch("persistentvolumeclaims", name, change)).failed(422, "Invalid")
    assert fields_of(status) == {"spec"}


async def test_a_pod_gets_its_defaults(api) -> None:
    name = unique("d")
    container = {
        "name": "c",
        "image": "localhost/none:1",
        "ports": [{"containerPort": 8888}],
        "resources": {"limits": {"memory": "64Mi", "cpu": "500m"}},
        "readinessProbe": {"httpGet": {"port": 8888}},
        "env": [{"name": "P", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
    }
    untagged = {"name": "d", "image": "localhost/none"}
    volumes = [{"name": "v", "secret": {"secretName": "s"}}, {"name": "w"}]
    made = (await api.create("pods", gated_pod(name, containers=[container, untagged], volumes=volumes))).ok()
    spec, (first, second) = made["spec"], made["spec"]["containers"]
    assert {key: spec[key] for key in ("restartPolicy", "dnsPolicy", "schedulerName", "securityContext")} == {
        "restartPolicy": "Always",
        "dnsPolicy": "ClusterFirst",
        "schedulerName": "default-scheduler",
        "securityContext": {},
    }
    assert (spec["terminationGracePeriodSeconds"], spec["enableServiceLinks"]) == (30, True)
    assert (spec["serviceAccountName"], spec["serviceAccount"]) == ("default", "default")
    assert spec["volumes"] == [
        {"name": "v", "secret": {"secretName": "s", "defaultMode": 420}},
        {"name": "w", "emptyDir": {}},
    ]
    assert first["ports"] == [{"containerPort": 8888, "protocol": "TCP"}]
    assert first["resources"]["requests"] == {"memory": "64Mi", "cpu": "500m"}
    assert first["readinessProbe"] == {
        "httpGet": {"port": 8888, "path": "/", "scheme": "HTTP"},
        "periodSeconds": 10,
        "timeoutSeconds": 1,
        "successThreshold": 1,
        "failureThreshold": 3,
    }
    assert first["env"][0]["valueFrom"]["fieldRef"]["apiVersion"] == "v1"
    assert (first["terminationMessagePath"], first["terminationMessagePolicy"]) == (
        "/dev/termination-log",
        "File",
    )
    assert (first["imagePullPolicy"], second["imagePullPolicy"]) == ("IfNotPresent", "Always")
    assert (made["status"]["phase"], made["status"]["qosClass"]) == ("Pending", "Burstable")


async def test_a_client_does_not_set_what_the_server_sets(api) -> None:
    name = unique("o")
    meta = {
        "name": name,
        "uid": "mine",
        "creationTimestamp": "2001-01-01T00:00:00Z",
        "deletionTimestamp": "2001-01-01T00:00:00Z",
    }
    made = (
        await api.create("pods", {**gated_pod(name), "metadata": meta, "status": {"phase": "Running"}})
    ).ok()
    assert made["metadata"]["uid"] != "mine"
    assert not made["metadata"]["creationTimestamp"].startswith("2001")
    assert "deletionTimestamp" not in made["metadata"]
    assert made["status"]["phase"] == "Pending"
    patched = (
        await api.patch("pods", name, {"status": {"phase": "Running"}, "metadata": {"labels": {"a": "b"}}})
    ).ok()
    assert (patched["status"]["phase"], patched["metadata"]["labels"]) == ("Pending", {"a": "b"})


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        pytest.param({"metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}}}, True, id="labels"),
        pytest.param(
            {"spec": {"containers": [{"name": "c", "image": "localhost/other:1"}]}}, True, id="image"
        ),
        pytest.param({"spec": {"schedulingGates": None}}, True, id="scheduling-gate"),
        pytest.param({"spec": {"restartPolicy": "Never"}}, False, id="restart-policy"),
        pytest.param(
            {"spec": {"containers": [{"name": "c", "image": "a", "command": ["b"]}]}}, False, id="command"
        ),
        pytest.param({"spec": {"serviceAccountName": "other"}}, False, id="service-account"),
        pytest.param({"spec": {"volumes": [{"name": "v", "emptyDir": {}}]}}, False, id="volumes"),
    ],
)
async def test_what_of_a_pod_may_change(api, change: dict, allowed: bool) -> None:
    name = unique("o")
    # An absent claim keeps the pod from running when its gate is taken away.
    volume = [{"name": "home", "persistentVolumeClaim": {"claimName": "absent"}}]
    (await api.create("pods", gated_pod(name, volumes=volume))).ok()
    answer = await api.patch("pods", name, change)
    if allowed:
        answer.ok(200)
    else:
        assert fields_of(answer.failed(422, "Invalid")) & {"spec", "spec.volumes"}
    await api.delete("pods", name, gracePeriodSeconds=0)


async def test_a_service_gets_its_defaults(api) -> None:
    made = (await api.create("services", service(unique("s")))).ok()
    spec = made["spec"]
    assert spec["ports"] == [{"port": 8888, "targetPort": 8888, "protocol": "TCP"}]
    assert (spec["type"], spec["sessionAffinity"]) == ("ClusterIP", "None")
    assert spec["clusterIP"] not in {"", "None"}
    assert spec["clusterIPs"] == [spec["clusterIP"]]
    headless = (await api.create("services", service(unique("s"), clusterIP="None"))).ok()
    assert (headless["spec"]["clusterIP"], headless["spec"]["clusterIPs"]) == ("None", ["None"])
    name = made["metadata"]["name"]
    status = (
        await api.patch("services", name, {"spec": {"clusterIP": "10.1.2.3", "clusterIPs": None}})
    ).failed(422, "Invalid")
    assert any(field.startswith("spec.clusterIP") for field in fields_of(status))
