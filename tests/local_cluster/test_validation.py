"""Are malformed objects refused with the field that is wrong, and good ones completed?"""

import base64
from typing import Any

import pytest

from libretexts_hub.local_cluster.schema.decode import decode
from libretexts_hub.local_cluster.validation import strategy
from libretexts_hub.local_cluster.validation.qos import qos_class
from tests.local_cluster.api_harness import claim, config_map, pod

Object = dict[str, Any]
KINDS = {
    "pods": "Pod",
    "persistentvolumeclaims": "PersistentVolumeClaim",
    "secrets": "Secret",
    "services": "Service",
    "configmaps": "ConfigMap",
    "events": "Event",
    "leases": "Lease",
    "namespaces": "Namespace",
}


def created(resource: str, body: Object) -> tuple[Object, list[str]]:
    """The completed object, and the fields that are wrong."""
    obj, _ = decode(body, KINDS[resource])
    obj.setdefault("metadata", {}).setdefault("namespace", "default")
    strategy.prepare_create(resource, obj)
    return obj, [cause["field"] for cause in strategy.validate_create(resource, obj)]


def updated(
    resource: str, old: Object, new: Object, subresource: str | None = None
) -> tuple[Object, list[str]]:
    """The new version, and the fields that may not be so."""
    before, problems = created(resource, old)
    assert problems == []
    before["metadata"] |= {"uid": "1", "creationTimestamp": "2026-01-01T00:00:00Z"}
    obj, _ = decode(new, KINDS[resource])
    strategy.prepare_update(resource, obj, before, subresource)
    return obj, [cause["field"] for cause in strategy.validate_update(resource, obj, before, subresource)]


def with_container(**fields: Any) -> Object:
    return pod(containers=[{"name": "c", "image": "a/b:1", **fields}])


def with_mount(**mount: Any) -> Object:
    return pod(
        containers=[{"name": "c", "image": "a/b:1", "volumeMounts": [mount]}],
        volumes=[{"name": "v", "emptyDir": {}}],
    )


def named(**meta: Any) -> Object:
    return pod() | {"metadata": {"name": "p", **meta}}


C = "spec.containers[0]"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        pytest.param({"metadata": {"name": "p"}}, ["spec.containers"], id="no containers"),
        pytest.param(pod() | {"metadata": {}}, ["metadata.name"], id="no name"),
        pytest.param(pod("Upper_Case"), ["metadata.name"], id="name"),
        pytest.param(pod("a" * 254), ["metadata.name"], id="long name"),
        pytest.param(named(labels={"a b": "c", "d": "-e"}), ["metadata.labels"] * 2, id="labels"),
        pytest.param(named(annotations={"a b": "c"}), ["metadata.annotations"], id="annotation"),
        pytest.param(
            named(annotations={"a": "b" * 300_000}), ["metadata.annotations"], id="large annotation"
        ),
        pytest.param(named(finalizers=["hold"]), ["metadata.finalizers[0]"], id="finalizer"),
        pytest.param(
            named(ownerReferences=[{"apiVersion": "v1", "kind": "Pod", "name": "", "uid": "1"}]),
            ["metadata.ownerReferences.name"],
            id="owner",
        ),
        pytest.param(pod(containers=[{"image": "x"}]), [f"{C}.name"], id="container without name"),
        pytest.param(pod(containers=[{"name": "x"}]), [f"{C}.image"], id="container without image"),
        pytest.param(
            pod(containers=[{"name": "c", "image": "x"}] * 2), ["spec.containers[1].name"], id="two of a name"
        ),
        pytest.param(
            pod(initContainers=[{"name": "c", "image": "x"}]),
            ["spec.initContainers[0].name"],
            id="init of that name",
        ),
        pytest.param(
            pod(initContainers=[{"name": "i", "image": "x", "readinessProbe": {"tcpSocket": {"port": 1}}}]),
            ["spec.initContainers[0].readinessProbe"],
            id="probe of an init container",
        ),
        pytest.param(with_container(imagePullPolicy="Sometimes"), [f"{C}.imagePullPolicy"], id="pull policy"),
        pytest.param(
            with_container(ports=[{"containerPort": 0}]), [f"{C}.ports[0].containerPort"], id="no port"
        ),
        pytest.param(
            with_container(ports=[{"containerPort": 70000}]), [f"{C}.ports[0].containerPort"], id="port"
        ),
        pytest.param(
            with_container(ports=[{"containerPort": 1, "name": "Not_A-name--"}]),
            [f"{C}.ports[0].name"] * 3,
            id="port name",
        ),
        pytest.param(with_container(env=[{"value": "x"}]), [f"{C}.env[0].name"], id="variable without name"),
        pytest.param(with_container(env=[{"name": "a=b"}]), [f"{C}.env[0].name"], id="variable name"),
        pytest.param(
            with_container(env=[{"name": "a", "valueFrom": {}}]), [f"{C}.env[0].valueFrom"], id="no source"
        ),
        pytest.param(
            with_container(env=[{"name": "a", "valueFrom": {"fieldRef": {"fieldPath": "spec.colour"}}}]),
            [f"{C}.env[0].valueFrom.fieldRef.fieldPath"],
            id="unknown field",
        ),
        pytest.param(
            with_container(env=[{"name": "a", "valueFrom": {"secretKeyRef": {"name": "s"}}}]),
            [f"{C}.env[0].valueFrom.secretKeyRef.key"],
            id="secret without key",
        ),
        pytest.param(with_container(envFrom=[{}]), [f"{C}.envFrom"], id="environment from nowhere"),
        pytest.param(
            with_mount(name="w", mountPath="/w"), [f"{C}.volumeMounts[0].name"], id="unknown volume"
        ),
        pytest.param(with_mount(name="v"), [f"{C}.volumeMounts[0].mountPath"], id="mount without path"),
        pytest.param(
            with_mount(name="v", mountPath="/v", subPath="../x"), [f"{C}.volumeMounts.subPath"], id="sub path"
        ),
        pytest.param(
            with_container(resources={"limits": {"cpu": "-1"}}),
            [f"{C}.resources.limits[cpu]", f"{C}.resources.requests[cpu]"],
            id="negative amount",
        ),
        pytest.param(
            with_container(resources={"limits": {"memory": "1G"}, "requests": {"memory": "2G"}}),
            [f"{C}.resources.requests"],
            id="more asked than allowed",
        ),
        pytest.param(
            with_container(resources={"requests": {"nvidia.com/gpu": "1"}}),
            [f"{C}.resources.limits"],
            id="GPU",
        ),
        pytest.param(with_container(livenessProbe={}), [f"{C}.livenessProbe"], id="probe without handler"),
        pytest.param(
            with_container(livenessProbe={"tcpSocket": {"port": 1}, "successThreshold": 2}),
            [f"{C}.livenessProbe.successThreshold"],
            id="liveness that must succeed twice",
        ),
        pytest.param(
            with_container(lifecycle={"preStop": {"sleep": {"seconds": 99}}}),
            [f"{C}.lifecycle.preStop.sleep"],
            id="sleep longer than the grace",
        ),
        pytest.param(
            pod(volumes=[{"name": "v", "secret": {}}]), ["spec.volumes[0].secret.secretName"], id="secret"
        ),
        pytest.param(
            pod(volumes=[{"name": "v", "emptyDir": {}, "secret": {"secretName": "s"}}]),
            ["spec.volumes[0].secret"],
            id="two sources",
        ),
        pytest.param(
            pod(volumes=[{"name": "v", "emptyDir": {}}] * 2), ["spec.volumes[1].name"], id="two volumes"
        ),
        pytest.param(pod(restartPolicy="Sometimes"), ["spec.restartPolicy"], id="restart policy"),
        pytest.param(pod(nodeSelector={"a b": ""}), ["spec.nodeSelector"], id="node selector"),
        pytest.param(
            pod(tolerations=[{"operator": "Equal"}]), ["spec.tolerations[0].operator"], id="toleration"
        ),
        pytest.param(pod(securityContext={"fsGroup": -1}), ["spec.securityContext.fsGroup"], id="group"),
        pytest.param(pod(schedulingGates=[{"name": "a b"}]), ["spec.schedulingGates[0]"], id="gate"),
        pytest.param(pod(activeDeadlineSeconds=0), ["spec.activeDeadlineSeconds"], id="deadline"),
        pytest.param(pod(dnsPolicy="None"), ["spec.dnsConfig"], id="no name server"),
    ],
)
def test_a_pod_is_refused(body: Object, fields: list[str]) -> None:
    assert created("pods", body)[1] == fields


@pytest.mark.parametrize(
    ("resource", "body", "fields"),
    [
        (
            "persistentvolumeclaims",
            {"metadata": {"name": "c"}},
            ["spec.accessModes", "spec.resources[storage]"],
        ),
        ("persistentvolumeclaims", claim(accessModes=["Any"]), ["spec.accessModes"]),
        (
            "persistentvolumeclaims",
            claim(resources={"requests": {"storage": "0"}}),
            ["spec.resources[storage]"],
        ),
        ("persistentvolumeclaims", claim(volumeMode="Tape"), ["spec.volumeMode"]),
        ("secrets", {"metadata": {"name": "s"}, "data": {"a b": ""}}, ["data[a b]"]),
        ("secrets", {"metadata": {"name": "s"}, "stringData": {"a": "x" * 1_100_000}}, ["data"]),
        (
            "secrets",
            {"metadata": {"name": "s"}, "type": "kubernetes.io/tls"},
            ["data[tls.crt]", "data[tls.key]"],
        ),
        (
            "secrets",
            {
                "metadata": {"name": "s"},
                "type": "kubernetes.io/dockerconfigjson",
                "stringData": {".dockerconfigjson": "["},
            },
            ["data[.dockerconfigjson]"],
        ),
        ("configmaps", config_map() | {"data": {"..": "x"}}, ["data[..]"]),
        ("services", {"metadata": {"name": "s"}}, ["spec.ports"]),
        ("services", {"metadata": {"name": "s.t"}, "spec": {"ports": [{"port": 1}]}}, ["metadata.name"]),
        (
            "services",
            {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 0}]}},
            ["spec.ports[0].port", "spec.ports[0].targetPort"],
        ),
        (
            "services",
            {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 1}], "clusterIP": "1.2.3.4"}},
            ["spec.clusterIPs"],
        ),
        (
            "events",
            {"metadata": {"name": "e"}, "involvedObject": {"namespace": "x"}},
            ["involvedObject.namespace"],
        ),
        (
            "leases",
            {"metadata": {"name": "l"}, "spec": {"leaseDurationSeconds": 0}},
            ["spec.leaseDurationSeconds"],
        ),
        ("namespaces", {"metadata": {"name": "a.b"}}, ["metadata.name"]),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_other_kinds_are_refused(resource: str, body: Object, fields: list[str]) -> None:
    assert created(resource, body)[1] == fields


def test_a_pod_is_completed() -> None:
    body = with_container(
        ports=[{"containerPort": 8888}],
        resources={"limits": {"memory": "1024Mi", "cpu": 0.5}},
        readinessProbe={"httpGet": {"port": 8888}},
    )
    made, problems = created("pods", body)
    assert problems == []
    spec = made["spec"]
    assert (spec["restartPolicy"], spec["terminationGracePeriodSeconds"]) == ("Always", 30)
    assert (spec["serviceAccountName"], spec["schedulerName"]) == ("default", "default-scheduler")
    container = spec["containers"][0]
    assert container["resources"]["requests"] == {"memory": "1Gi", "cpu": "500m"}
    assert container["readinessProbe"]["periodSeconds"] == 10
    assert container["readinessProbe"]["httpGet"] == {"port": 8888, "path": "/", "scheme": "HTTP"}
    assert made["status"] == {"phase": "Pending", "qosClass": "Guaranteed"}


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("busybox", "Always"),
        ("busybox:latest", "Always"),
        ("busybox:1", "IfNotPresent"),
        ("localhost:5000/busybox", "Always"),
        ("localhost:5000/busybox:1", "IfNotPresent"),
        (f"busybox@sha256:{'0' * 64}", "IfNotPresent"),
    ],
)
def test_when_an_image_is_pulled(image: str, policy: str) -> None:
    made, _ = created("pods", with_container(image=image))
    assert made["spec"]["containers"][0]["imagePullPolicy"] == policy


@pytest.mark.parametrize(
    ("resources", "quality"),
    [
        ([{}], "BestEffort"),
        ([{"requests": {"cpu": "1"}}], "Burstable"),
        (
            [{"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1", "memory": "1Gi"}}],
            "Guaranteed",
        ),
        (
            [{"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1", "memory": "1Gi"}}, {}],
            "Burstable",
        ),
        ([{"limits": {"nvidia.com/gpu": "1"}, "requests": {"nvidia.com/gpu": "1"}}], "BestEffort"),
    ],
)
def test_quality_of_service(resources: list[Object], quality: str) -> None:
    assert qos_class({"containers": [{"resources": item} for item in resources]}) == quality


def test_a_claim_is_completed_and_protected() -> None:
    made, _ = created("persistentvolumeclaims", claim())
    assert (made["spec"]["storageClassName"], made["spec"]["volumeMode"]) == ("local", "Filesystem")
    assert made["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]
    assert made["status"] == {"phase": "Pending"}


def test_text_of_a_secret_becomes_data() -> None:
    made, _ = created(
        "secrets", {"metadata": {"name": "s"}, "data": {"a": "eA=="}, "stringData": {"a": "y", "b": "ä"}}
    )
    assert made["data"] == {"a": "eQ==", "b": base64.b64encode("ä".encode()).decode()}
    assert "stringData" not in made
    assert made["type"] == "Opaque"


def test_a_client_cannot_choose_what_the_server_sets() -> None:
    meta = {"name": "p", "uid": "x", "deletionTimestamp": "2026-01-01T00:00:00Z", "resourceVersion": "5"}
    made, _ = created("pods", pod() | {"metadata": meta, "status": {"phase": "Running"}})
    assert set(made["metadata"]) == {"name", "namespace", "generation"}
    assert made["status"]["phase"] == "Pending"


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({"containers": [{"name": "c", "image": "other:1"}]}, [], id="image"),
        pytest.param({"activeDeadlineSeconds": 5}, [], id="deadline"),
        pytest.param({"tolerations": [{"key": "a", "operator": "Exists"}]}, [], id="one more toleration"),
        pytest.param({"hostname": "other"}, ["spec"], id="hostname"),
        pytest.param(
            {"containers": [{"name": "c", "image": "a/b:1", "args": ["x"]}]}, ["spec"], id="arguments"
        ),
        pytest.param(
            {"containers": [{"name": "c", "image": "a/b:1"}, {"name": "d", "image": "x"}]},
            ["spec.containers"],
            id="one more container",
        ),
        pytest.param({"schedulingGates": [{"name": "a/b"}]}, ["spec.schedulingGates"], id="a gate too late"),
    ],
)
def test_what_of_a_pod_may_change(change: Object, fields: list[str]) -> None:
    assert updated("pods", pod(), pod(**change))[1] == fields


@pytest.mark.parametrize(
    ("resource", "old", "new", "fields"),
    [
        ("persistentvolumeclaims", claim(), claim(accessModes=["ReadWriteMany"]), ["spec"]),
        ("persistentvolumeclaims", claim(), claim(volumeName="v"), []),
        ("persistentvolumeclaims", claim(), claim(resources={"requests": {"storage": "2Gi"}}), ["spec"]),
        ("secrets", {"metadata": {"name": "s"}}, {"metadata": {"name": "s"}, "type": "other"}, ["type"]),
        (
            "configmaps",
            config_map() | {"immutable": True},
            config_map() | {"data": {}},
            ["immutable", "data"],
        ),
    ],
    ids=["access modes", "volume name once", "growth before it is bound", "type of a secret", "immutable"],
)
def test_what_of_other_kinds_may_change(resource: str, old: Object, new: Object, fields: list[str]) -> None:
    assert updated(resource, old, new)[1] == fields


def test_a_status_request_changes_the_status_only() -> None:
    new = pod(hostname="other") | {"status": {"phase": "Running", "podIP": "127.0.0.2"}}
    changed, problems = updated("pods", pod(), new, "status")
    assert problems == []
    assert "hostname" not in changed["spec"]
    assert changed["status"]["podIPs"] == [{"ip": "127.0.0.2"}]
    assert changed["status"]["qosClass"] == "BestEffort"


def test_other_requests_change_all_but_the_status() -> None:
    changed, _ = updated("pods", pod(), pod() | {"status": {"phase": "Running"}})
    assert changed["status"]["phase"] == "Pending"
