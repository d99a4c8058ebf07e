"""Are secrets, config maps, services, events, leases and namespaces sound?"""

import base64
import ipaddress
import json
from typing import Any

from libretexts_hub.local_cluster.validation import names
from libretexts_hub.local_cluster.validation.defaults import SERVICE_PREFIX
from libretexts_hub.local_cluster.validation.errors import Errors
from libretexts_hub.local_cluster.validation.metadata import validate_labels
from libretexts_hub.local_cluster.validation.probes import port_or_name

Object = dict[str, Any]
LARGEST_SECRET_BYTES = 1024 * 1024
DOCKER_CONFIG = {
    "kubernetes.io/dockercfg": ".dockercfg",
    "kubernetes.io/dockerconfigjson": ".dockerconfigjson",
}
TLS_KEYS = ("tls.crt", "tls.key")
SERVICE_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
PROTOCOLS = ("SCTP", "TCP", "UDP")
IMMUTABLE = "field is immutable when `immutable` is set"


def validate_secret(secret: Object, errors: Errors) -> None:
    """Keys, size, and what some types must hold."""
    data = {key: base64.b64decode(value) for key, value in secret.get("data", {}).items()}
    for key in sorted(data):
        errors.check(f"data[{key}]", key, names.config_key_complaint(key))
    if sum(map(len, data.values())) > LARGEST_SECRET_BYTES:
        errors.too_long("data", LARGEST_SECRET_BYTES)
    kind = secret.get("type", "Opaque")
    if kind in DOCKER_CONFIG:
        _docker_config(DOCKER_CONFIG[kind], data, errors)
    elif kind == "kubernetes.io/tls":
        for key in TLS_KEYS:
            if key not in data:
                errors.required(f"data[{key}]")
    elif kind == "kubernetes.io/basic-auth" and not {"username", "password"} & set(data):
        errors.required("data[username]")
        errors.required("data[password]")
    elif kind == "kubernetes.io/ssh-auth" and not data.get("ssh-privatekey"):
        errors.required("data[ssh-privatekey]")
    elif kind == "kubernetes.io/service-account-token" and not _names_account(secret):
        errors.required("metadata.annotations[kubernetes.io/service-account.name]")


def _names_account(secret: Object) -> bool:
    return bool(secret["metadata"].get("annotations", {}).get("kubernetes.io/service-account.name"))


def _docker_config(key: str, data: dict[str, bytes], errors: Errors) -> None:
    if key not in data:
        errors.required(f"data[{key}]")
        return
    try:
        is_object = isinstance(json.loads(data[key]), dict)
    except (ValueError, RecursionError):
        is_object = False
    if not is_object:
        errors.invalid(f"data[{key}]", "<secret contents redacted>", "the value is not a JSON object")


def validate_secret_update(new: Object, old: Object, errors: Errors) -> None:
    """The type of a secret is fixed; all of it, when it says so."""
    if new.get("type") != old.get("type"):
        errors.invalid("type", new.get("type", ""), "field is immutable")
    validate_immutable(new, old, ("data",), errors)
    validate_secret(new, errors)


def validate_immutable(new: Object, old: Object, fields: tuple[str, ...], errors: Errors) -> None:
    """`immutable: true` cannot be taken back, and fixes the data."""
    if not old.get("immutable"):
        return
    if not new.get("immutable"):
        errors.forbidden("immutable", IMMUTABLE)
    for field in fields:
        if new.get(field, {}) != old.get(field, {}):
            errors.forbidden(field, IMMUTABLE)


def validate_config_map(config_map: Object, errors: Errors) -> None:
    """Keys and size."""
    data, binary = config_map.get("data", {}), config_map.get("binaryData", {})
    for key in sorted(data):
        errors.check(f"data[{key}]", key, names.config_key_complaint(key))
        if key in binary:
            errors.invalid(f"data[{key}]", key, "duplicate of key present in binaryData")
    for key in sorted(binary):
        errors.check(f"binaryData[{key}]", key, names.config_key_complaint(key))
    size = sum(len(text.encode()) for text in data.values())
    size += sum(len(base64.b64decode(text)) for text in binary.values())
    if size > LARGEST_SECRET_BYTES:
        errors.too_long("", LARGEST_SECRET_BYTES)


def validate_config_map_update(new: Object, old: Object, errors: Errors) -> None:
    """An immutable config map is fixed."""
    validate_immutable(new, old, ("data", "binaryData"), errors)
    validate_config_map(new, errors)


def validate_service(service: Object, errors: Errors) -> None:
    """Ports, selector and type."""
    spec = service["spec"]
    ports = spec.get("ports", [])
    is_headless = spec.get("clusterIP") == "None"
    if not ports and spec["type"] != "ExternalName" and not is_headless:
        errors.required("spec.ports")
    errors.one_of("spec.type", spec["type"], SERVICE_TYPES)
    errors.one_of("spec.sessionAffinity", spec.get("sessionAffinity"), ("ClientIP", "None"))
    if spec["type"] == "ExternalName" and not spec.get("externalName"):
        errors.required("spec.externalName")
    address = spec.get("clusterIP", "")
    if address not in ("", "None") and not _is_address(address):
        detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
        errors.invalid("spec.clusterIPs[0]", address, detail)
    elif address not in ("", "None") and not address.startswith(SERVICE_PREFIX):
        problem = (
            f"the provided IP ({address}) is not in the valid range. The range of valid IPs is 10.96.0.0/16"
        )
        errors.invalid("spec.clusterIPs", [address], f"failed to allocate IP {address}: {problem}")
    validate_labels("spec.selector", spec.get("selector", {}), errors)
    seen: set[str] = set()
    for index, port in enumerate(ports):
        _service_port(f"spec.ports[{index}]", port, len(ports) > 1, seen, errors)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def validate_service_update(new: Object, old: Object, errors: Errors) -> None:
    """The address of a service is fixed."""
    address, old_address = new["spec"].get("clusterIP"), old["spec"].get("clusterIP")
    if old_address and address != old_address and new["spec"]["type"] != "ExternalName":
        errors.invalid("spec.clusterIPs[0]", [address], "may not change once set")
    validate_service(new, errors)


def _service_port(path: str, port: Object, needs_name: bool, seen: set[str], errors: Errors) -> None:
    name = port.get("name", "")
    if not name and needs_name:
        errors.required(f"{path}.name")
    elif name:
        errors.check(f"{path}.name", name, names.label_complaint(name))
        if name in seen:
            errors.duplicate(f"{path}.name", name)
        seen.add(name)
    number = port.get("port", 0)
    if not 1 <= number <= 65535:
        errors.invalid(f"{path}.port", number, names.PORT_RULE)
    errors.one_of(f"{path}.protocol", port.get("protocol"), PROTOCOLS)
    port_or_name(f"{path}.targetPort", port.get("targetPort", 0), errors)


def validate_event(event: Object, errors: Errors) -> None:
    """An event stands in the namespace of what it is about."""
    involved = event.get("involvedObject", {}).get("namespace", "")
    namespace = event["metadata"].get("namespace", "")
    if namespace != (involved or "default"):
        errors.invalid("involvedObject.namespace", involved, "does not match event.namespace")


def validate_lease(lease: Object, errors: Errors) -> None:
    """Durations and counts are positive."""
    spec = lease.get("spec", {})
    if spec.get("leaseDurationSeconds", 1) <= 0:
        errors.invalid("spec.leaseDurationSeconds", spec["leaseDurationSeconds"], "must be greater than 0")
    if spec.get("leaseTransitions", 0) < 0:
        errors.invalid(
            "spec.leaseTransitions", spec["leaseTransitions"], "must be greater than or equal to 0"
        )
