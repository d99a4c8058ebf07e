"""Are the containers of a pod sound: names, images, ports, environment, mounts, resources?

Rules follow validateContainers and validateInitContainers in pkg/apis/core/validation/validation.go.
"""

from typing import Any

from libretexts_hub.local_cluster.validation import names
from libretexts_hub.local_cluster.validation.environment import validate_environment
from libretexts_hub.local_cluster.validation.errors import Errors
from libretexts_hub.local_cluster.validation.probes import validate_lifecycle, validate_probe
from libretexts_hub.local_cluster.validation.quantities import validate_resources

Object = dict[str, Any]
PULL_POLICIES = ("Always", "IfNotPresent", "Never")
MESSAGE_POLICIES = ("File", "FallbackToLogsOnError")
PROTOCOLS = ("SCTP", "TCP", "UDP")
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
PROPAGATIONS = ("Bidirectional", "HostToContainer", "None")
CONTAINER_RESTART_POLICIES = ("Always", "Never", "OnFailure")
NOT_IN_INIT = "may not be set for init containers without restartPolicy=Always"
LARGEST_INT32 = 2**31 - 1


def validate_containers(spec: Object, volumes: set[str], errors: Errors) -> None:
    """The containers of a pod; there must be one."""
    containers = spec.get("containers", [])
    if not containers:
        errors.required("spec.containers")
    seen: set[str] = set()
    for index, container in enumerate(containers):
        path = f"spec.containers[{index}]"
        _validate_common(path, container, spec, volumes, errors)
        _unique_name(path, container, seen, errors)
        _validate_running(path, container, spec, errors)
        errors.one_of(f"{path}.restartPolicy", container.get("restartPolicy"), CONTAINER_RESTART_POLICIES)
    _host_ports("spec.containers", containers, errors)


def validate_init_containers(spec: Object, volumes: set[str], errors: Errors) -> None:
    """The init containers; with restartPolicy Always one is a sidecar, which may have probes."""
    seen = {item.get("name", "") for item in spec.get("containers", [])}
    for index, container in enumerate(spec.get("initContainers", [])):
        path = f"spec.initContainers[{index}]"
        _validate_common(path, container, spec, volumes, errors)
        errors.one_of(f"{path}.restartPolicy", container.get("restartPolicy"), CONTAINER_RESTART_POLICIES)
        _unique_name(path, container, seen, errors)
        if container.get("restartPolicy") == "Always":
            _validate_running(path, container, spec, errors)
        else:
            for field in ("lifecycle", *PROBES):
                if field in container:
                    errors.forbidden(f"{path}.{field}", NOT_IN_INIT)


def _validate_common(path: str, container: Object, spec: Object, volumes: set[str], errors: Errors) -> None:
    if not container.get("name"):
        errors.required(f"{path}.name")
    else:
        errors.check(f"{path}.name", container["name"], names.label_complaint(container["name"]))
    image = container.get("image", "")
    if not image:
        errors.required(f"{path}.image")
    errors.one_of(f"{path}.terminationMessagePolicy", container["terminationMessagePolicy"], MESSAGE_POLICIES)
    _ports(f"{path}.ports", container.get("ports", []), spec, errors)
    validate_environment(path, container, errors)
    _mounts(f"{path}.volumeMounts", container, volumes, errors)
    errors.one_of(f"{path}.imagePullPolicy", container["imagePullPolicy"], PULL_POLICIES)
    validate_resources(f"{path}.resources", container.get("resources", {}), errors)
    _security(f"{path}.securityContext", container.get("securityContext", {}), errors)
    if image != image.strip():
        errors.invalid(f"{path}.image", image, "must not have leading or trailing whitespace")


def _unique_name(path: str, container: Object, seen: set[str], errors: Errors) -> None:
    name = container.get("name", "")
    if name in seen and name:
        errors.duplicate(f"{path}.name", name)
    seen.add(name)


def _validate_running(path: str, container: Object, spec: Object, errors: Errors) -> None:
    if "lifecycle" in container:
        validate_lifecycle(f"{path}.lifecycle", container["lifecycle"], spec, errors)
    for field in PROBES:
        if field in container:
            validate_probe(f"{path}.{field}", container[field], field, errors)


def _ports(path: str, ports: list[Object], spec: Object, errors: Errors) -> None:
    seen: set[str] = set()
    for index, port in enumerate(ports):
        here = f"{path}[{index}]"
        if name := port.get("name"):
            errors.check(f"{here}.name", name, names.port_name_complaint(name))
            if name in seen:
                errors.duplicate(f"{here}.name", name)
            seen.add(name)
        number = port.get("containerPort", 0)
        if not number:
            errors.required(f"{here}.containerPort")
        elif not 1 <= number <= 65535:
            errors.invalid(f"{here}.containerPort", number, names.PORT_RULE)
        host = port.get("hostPort", 0)
        if host and not 1 <= host <= 65535:
            errors.invalid(f"{here}.hostPort", host, names.PORT_RULE)
        errors.one_of(f"{here}.protocol", port.get("protocol"), PROTOCOLS)


def _host_ports(path: str, containers: list[Object], errors: Errors) -> None:
    seen: set[str] = set()
    for index, container in enumerate(containers):
        for number, port in enumerate(container.get("ports", [])):
            if port.get("hostPort"):
                text = f"{port.get('protocol')}/{port.get('hostIP', '')}/{port['hostPort']}"
                if text in seen:
                    errors.duplicate(f"{path}[{index}].ports[{number}].hostPort", text)
                seen.add(text)


def _mounts(path: str, container: Object, volumes: set[str], errors: Errors) -> None:
    paths: set[str] = set()
    for index, mount in enumerate(container.get("volumeMounts", [])):
        here = f"{path}[{index}]"
        name, target = mount.get("name", ""), mount.get("mountPath", "")
        if not name:
            errors.required(f"{here}.name")
        if name not in volumes:
            errors.not_found(f"{here}.name", name)
        if not target:
            errors.required(f"{here}.mountPath")
        if target in paths:
            errors.invalid(f"{here}.mountPath", target, "must be unique")
        paths.add(target)
        _sub_path(here, mount, errors)
        # The real server names no index for these.
        errors.one_of(f"{path}.mountPropagation", mount.get("mountPropagation"), PROPAGATIONS)
        for field in ("subPath", "subPathExpr"):
            if value := mount.get(field):
                names.check_descending_path(f"{path}.{field}", value, errors)


def _sub_path(path: str, mount: Object, errors: Errors) -> None:
    if mount.get("subPath") and mount.get("subPathExpr"):
        errors.invalid(
            f"{path}.subPathExpr", mount["subPathExpr"], "subPathExpr and subPath are mutually exclusive"
        )


def _security(path: str, context: Object, errors: Errors) -> None:
    for field in ("runAsUser", "runAsGroup"):
        if field in context and not 0 <= context[field] <= LARGEST_INT32:
            errors.invalid(
                f"{path}.{field}", context[field], f"must be between 0 and {LARGEST_INT32}, inclusive"
            )
    if context.get("allowPrivilegeEscalation") is False and context.get("privileged"):
        errors.invalid(
            path, context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
        )
