"""What does the API server fill in when a client leaves it out?

Values follow pkg/apis/core/v1/defaults.go and the admission plugins DefaultStorageClass, ServiceAccount,
DefaultTolerationSeconds and Priority of the real server.
"""

import secrets
from collections.abc import Callable
from typing import Any

from libretexts_hub.local_cluster.deletion import DEFAULT_GRACE_SECONDS
from libretexts_hub.local_cluster.schema.quantity import whole_milli

Object = dict[str, Any]
STORAGE_CLASS = "local"
READABLE = 0o644
TOKEN_SECONDS = 3600
PROBE = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
TOLERATED = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
SERVICE_PREFIX = "10.96."
NAMESPACE_LABEL = "kubernetes.io/metadata.name"
PROTECTION = "kubernetes.io/pvc-protection"


def fill(obj: Object, values: Object) -> None:
    """Set what is missing or empty."""
    for key, value in values.items():
        if obj.get(key) in (None, ""):
            obj[key] = value


def pod(obj: Object) -> None:
    """Complete a pod."""
    spec = obj.setdefault("spec", {})
    fill(
        spec,
        {
            "restartPolicy": "Always",
            "terminationGracePeriodSeconds": DEFAULT_GRACE_SECONDS,
            "dnsPolicy": "ClusterFirst",
            "serviceAccountName": spec.get("serviceAccount") or "default",
            "securityContext": {},
            "schedulerName": "default-scheduler",
            "priority": 0,
            "enableServiceLinks": True,
            "preemptionPolicy": "PreemptLowerPriority",
        },
    )
    # The old name of the field is kept equal to the new one.
    spec["serviceAccount"] = spec["serviceAccountName"]
    if spec["terminationGracePeriodSeconds"] < 0:
        spec["terminationGracePeriodSeconds"] = 1  # negative once meant "at once"
    for each in [*spec.get("initContainers", []), *spec.get("containers", [])]:
        container(each, host_network=bool(spec.get("hostNetwork")))
    for each in spec.get("volumes", []):
        volume(each)
    _tolerations(spec)


def _tolerations(spec: Object) -> None:
    present = spec.get("tolerations", [])
    added = [
        {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
        for key in TOLERATED
        if not any(_tolerates(item, key) for item in present)
    ]
    if added:
        spec["tolerations"] = [*present, *added]


def _tolerates(toleration: Object, key: str) -> bool:
    return toleration.get("key", "") in ("", key) and toleration.get("effect", "") in ("", "NoExecute")


def container(obj: Object, *, host_network: bool) -> None:
    """Complete a container."""
    fill(
        obj,
        {
            "resources": {},
            "terminationMessagePath": "/dev/termination-log",
            "terminationMessagePolicy": "File",
            "imagePullPolicy": "Always" if _is_latest(obj.get("image", "")) else "IfNotPresent",
        },
    )
    resources = obj["resources"]
    for amounts in resources.values():
        if isinstance(amounts, dict) and "cpu" in amounts:
            amounts["cpu"] = whole_milli(amounts["cpu"])  # cpu is counted in thousandths
    if resources.get("limits"):
        resources["requests"] = resources["limits"] | resources.get("requests", {})
    for port in obj.get("ports", []):
        fill(port, {"protocol": "TCP"})
        if host_network:
            fill(port, {"hostPort": port.get("containerPort", 0)})
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        if name in obj:
            _probe(obj[name])
    for hook in obj.get("lifecycle", {}).values():
        if isinstance(hook, dict) and "httpGet" in hook:
            _http(hook["httpGet"])
    for variable in obj.get("env", []):
        if "fieldRef" in variable.get("valueFrom", {}):
            fill(variable["valueFrom"]["fieldRef"], {"apiVersion": "v1"})


def _probe(probe: Object) -> None:
    for key, value in PROBE.items():
        if not probe.get(key):
            probe[key] = value
    if "httpGet" in probe:
        _http(probe["httpGet"])
    if "grpc" in probe:
        probe["grpc"].setdefault("service", "")


def _http(action: Object) -> None:
    fill(action, {"path": "/", "scheme": "HTTP"})


def _is_latest(image: str) -> bool:
    name, _, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return not digest and tag in ("", "latest")


def volume(obj: Object) -> None:
    """Complete a volume; one without a source is an empty directory."""
    if set(obj) <= {"name"}:
        obj["emptyDir"] = {}
    for name in ("secret", "configMap", "downwardAPI", "projected"):
        if name in obj:
            obj[name].setdefault("defaultMode", READABLE)
    if "hostPath" in obj:
        obj["hostPath"].setdefault("type", "")
    sources = obj.get("projected", {}).get("sources", [])
    for source in [obj, *sources]:
        for item in source.get("downwardAPI", {}).get("items", []):
            if "fieldRef" in item:
                fill(item["fieldRef"], {"apiVersion": "v1"})
        if "serviceAccountToken" in source:
            source["serviceAccountToken"].setdefault("expirationSeconds", TOKEN_SECONDS)


def claim(obj: Object) -> None:
    """Complete a claim. A class that is named empty stays empty: it means "no provisioning"."""
    spec = obj.setdefault("spec", {})
    spec.setdefault("storageClassName", STORAGE_CLASS)
    fill(spec, {"volumeMode": "Filesystem"})


def secret(obj: Object) -> None:
    """Complete a secret."""
    fill(obj, {"type": "Opaque"})


def service(obj: Object) -> None:
    """Complete a service. Its address leads nowhere: this cluster has no service network."""
    spec = obj.setdefault("spec", {})
    fill(spec, {"type": "ClusterIP", "sessionAffinity": "None"})
    for port in spec.get("ports", []):
        fill(port, {"protocol": "TCP"})
        if port.get("targetPort") in (None, "", 0):
            port["targetPort"] = port.get("port", 0)
    if spec["type"] == "ExternalName":
        return
    fill(spec, {"clusterIP": f"{SERVICE_PREFIX}{secrets.randbelow(256)}.{secrets.randbelow(254) + 1}"})
    spec["clusterIPs"] = [spec["clusterIP"]]
    fill(spec, {"ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"})
    fill(spec, {"internalTrafficPolicy": "Cluster"})


def namespace(obj: Object) -> None:
    """Complete a namespace."""
    obj.setdefault("spec", {})["finalizers"] = ["kubernetes"]
    name = obj["metadata"].get("name", "")
    if name:
        obj["metadata"].setdefault("labels", {})[NAMESPACE_LABEL] = name


def event(obj: Object) -> None:
    """Complete an event: these fields are written even when they are empty."""
    for field in ("eventTime", "firstTimestamp", "lastTimestamp"):
        obj.setdefault(field, None)
    obj.setdefault("source", {})
    for field in ("reportingComponent", "reportingInstance"):
        obj.setdefault(field, "")


DEFAULTS: dict[str, Callable[[Object], None]] = {
    "pods": pod,
    "persistentvolumeclaims": claim,
    "secrets": secret,
    "services": service,
    "events": event,
}
