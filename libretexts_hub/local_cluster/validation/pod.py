"""Is this pod one that the API server accepts?

Rules follow ValidatePodCreate in pkg/apis/core/validation/validation.go; of those for fields that no
JupyterHub sets, only the types are checked.
"""

import ipaddress
from typing import Any

from libretexts_hub.local_cluster.validation import names
from libretexts_hub.local_cluster.validation.containers import validate_containers, validate_init_containers
from libretexts_hub.local_cluster.validation.errors import Errors
from libretexts_hub.local_cluster.validation.metadata import validate_labels
from libretexts_hub.local_cluster.validation.placement import validate_affinity, validate_tolerations
from libretexts_hub.local_cluster.validation.volumes import validate_volumes

Object = dict[str, Any]
RESTART_POLICIES = ("Always", "OnFailure", "Never")
DNS_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
PREEMPTION_POLICIES = ("PreemptLowerPriority", "Never")
SPREAD_ACTIONS = ("DoNotSchedule", "ScheduleAnyway")
LARGEST_INT32 = 2**31 - 1


def validate_pod(pod: Object, errors: Errors) -> None:
    """Everything about a new pod but its metadata."""
    spec = pod["spec"]
    volumes = validate_volumes(spec.get("volumes", []), errors)
    validate_containers(spec, volumes, errors)
    validate_init_containers(spec, volumes, errors)
    errors.one_of("spec.restartPolicy", spec["restartPolicy"], RESTART_POLICIES)
    errors.one_of("spec.dnsPolicy", spec["dnsPolicy"], DNS_POLICIES)
    validate_labels("spec.nodeSelector", spec.get("nodeSelector", {}), errors)
    _security(spec.get("securityContext", {}), errors)
    validate_affinity(spec.get("affinity", {}), errors)
    _dns(spec, errors)
    for field in ("serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName"):
        if spec.get(field):
            errors.check(f"spec.{field}", spec[field], names.subdomain_complaint(spec[field]))
    _deadline(spec, errors)
    for field in ("hostname", "subdomain"):
        if spec.get(field):
            errors.check(f"spec.{field}", spec[field], names.label_complaint(spec[field]))
    validate_tolerations(spec.get("tolerations", []), errors)
    errors.one_of("spec.preemptionPolicy", spec.get("preemptionPolicy"), PREEMPTION_POLICIES)
    _gates(spec, errors)
    _rare(spec, errors)
    if spec.get("ephemeralContainers"):
        errors.forbidden("spec.ephemeralContainers", "cannot be set on create")


def _security(context: Object, errors: Errors) -> None:
    path = "spec.securityContext"
    for field in ("fsGroup", "runAsUser", "runAsGroup"):
        if field in context and not 0 <= context[field] <= LARGEST_INT32:
            errors.invalid(
                f"{path}.{field}", context[field], f"must be between 0 and {LARGEST_INT32}, inclusive"
            )
    for index, group in enumerate(context.get("supplementalGroups", [])):
        if not 0 <= group <= LARGEST_INT32:
            detail = f"must be between 0 and {LARGEST_INT32}, inclusive"
            errors.invalid(f"{path}.supplementalGroups[{index}]", group, detail)
    errors.one_of(
        f"{path}.fsGroupChangePolicy", context.get("fsGroupChangePolicy"), ("Always", "OnRootMismatch")
    )


def _dns(spec: Object, errors: Errors) -> None:
    servers = spec.get("dnsConfig", {}).get("nameservers", [])
    if spec["dnsPolicy"] == "None" and not servers:
        detail = "must provide at least one DNS nameserver when `dnsPolicy` is None"
        field = "spec.dnsConfig.nameservers" if "dnsConfig" in spec else "spec.dnsConfig"
        if "dnsConfig" in spec:
            errors.required(field, detail)
        else:
            errors.required(field, "must provide `dnsConfig` when `dnsPolicy` is None")


def _deadline(spec: Object, errors: Errors) -> None:
    seconds = spec.get("activeDeadlineSeconds")
    if seconds is not None and not 1 <= seconds <= LARGEST_INT32:
        detail = f"must be between 1 and {LARGEST_INT32}, inclusive"
        errors.invalid("spec.activeDeadlineSeconds", seconds, detail)


def _rare(spec: Object, errors: Errors) -> None:
    """Fields that operators set now and then."""
    for index, item in enumerate(spec.get("topologySpreadConstraints", [])):
        path = f"spec.topologySpreadConstraints[{index}]"
        if item.get("maxSkew", 0) <= 0:
            errors.invalid(f"{path}.maxSkew", item.get("maxSkew", 0), "must be greater than zero")
        if not item.get("topologyKey"):
            errors.required(f"{path}.topologyKey", "can not be empty")
        if item.get("whenUnsatisfiable") not in SPREAD_ACTIONS:
            errors.unsupported(f"{path}.whenUnsatisfiable", item.get("whenUnsatisfiable", ""), SPREAD_ACTIONS)
    for index, alias in enumerate(spec.get("hostAliases", [])):
        if not _is_address(alias.get("ip", "")):
            detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
            errors.invalid(f"spec.hostAliases[{index}].ip", alias.get("ip", ""), detail)
    errors.one_of("spec.os", spec.get("os", {}).get("name"), ("linux", "windows"))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def _gates(spec: Object, errors: Errors) -> None:
    seen: set[str] = set()
    for index, gate in enumerate(spec.get("schedulingGates", [])):
        path, name = f"spec.schedulingGates[{index}]", gate.get("name", "")
        errors.check(path, name, names.qualified_name_complaint(name))
        if name in seen:
            errors.duplicate(path, name)
        seen.add(name)
    if seen and spec.get("nodeName"):
        errors.forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared")
