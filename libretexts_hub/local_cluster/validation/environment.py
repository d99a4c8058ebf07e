"""Is the environment of a container sound: names, and where values come from?"""

from typing import Any

from libretexts_hub.local_cluster.validation import names
from libretexts_hub.local_cluster.validation.errors import Errors

Object = dict[str, Any]
SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")
ENVIRONMENT_FIELDS = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)
VOLUME_FIELDS = (
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
)
RESOURCE_FIELDS = (
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
)


def validate_environment(path: str, container: Object, errors: Errors) -> None:
    """env and envFrom of a container."""
    for index, variable in enumerate(container.get("env", [])):
        here = f"{path}.env[{index}]"
        if not variable.get("name"):
            errors.required(f"{here}.name")
        else:
            errors.check(f"{here}.name", variable["name"], names.environment_name_complaint(variable["name"]))
        if "valueFrom" in variable:
            _value_from(f"{here}.valueFrom", variable, errors)
    for index, source in enumerate(container.get("envFrom", [])):
        _whole_source(f"{path}.envFrom", index, source, errors)


def _value_from(path: str, variable: Object, errors: Errors) -> None:
    source = variable["valueFrom"]
    if "fieldRef" in source:
        field_reference(f"{path}.fieldRef", source["fieldRef"], ENVIRONMENT_FIELDS, errors)
    if "resourceFieldRef" in source:
        resource_reference(f"{path}.resourceFieldRef", source["resourceFieldRef"], errors)
    for field in ("configMapKeyRef", "secretKeyRef"):
        if field in source:
            _key_reference(f"{path}.{field}", source[field], errors)
    count = sum(field in source for field in SOURCES)
    if count == 0:
        listed = ", ".join(f"`{field}`" for field in SOURCES[:-1]) + f" or `{SOURCES[-1]}`"
        errors.invalid(path, "", f"must specify one of: {listed}")
    elif variable.get("value"):
        errors.invalid(path, "", "may not be specified when `value` is not empty")
    elif count > 1:
        errors.invalid(path, "", "may not have more than one field specified at a time")


def field_reference(path: str, reference: Object, supported: tuple[str, ...], errors: Errors) -> None:
    """A field of the pod, or one of its labels or annotations."""
    field = reference.get("fieldPath", "")
    if not field:
        errors.required(f"{path}.fieldPath")
        return
    base, bracket, subscript = field.partition("['")
    if bracket and subscript.endswith("']"):
        _subscript(path, field, base, subscript[:-2], errors)
    elif field not in supported:
        if base in KNOWN_FIELDS or field in KNOWN_FIELDS:
            errors.unsupported(f"{path}.fieldPath", field, supported)
        else:
            errors.invalid(
                f"{path}.fieldPath", field, f"error converting fieldPath: field label not supported: {field}"
            )


KNOWN_FIELDS = {
    *ENVIRONMENT_FIELDS,
    *VOLUME_FIELDS,
    "spec.restartPolicy",
    "spec.schedulerName",
    "status.phase",
}


def _subscript(path: str, field: str, base: str, key: str, errors: Errors) -> None:
    if base not in ("metadata.annotations", "metadata.labels"):
        problem = f"error converting fieldPath: field label does not support subscript: {field}"
        errors.invalid(f"{path}.fieldPath", field, problem)
        return
    checked = key.lower() if base == "metadata.annotations" else key
    errors.check(path, key, names.qualified_name_complaint(checked))


def resource_reference(path: str, reference: Object, errors: Errors) -> None:
    """A resource request or limit of a container."""
    resource = reference.get("resource", "")
    if not resource:
        errors.required(f"{path}.resource")
    elif resource not in RESOURCE_FIELDS and not resource.startswith(
        ("limits.hugepages-", "requests.hugepages-")
    ):
        errors.unsupported(f"{path}.resource", resource, RESOURCE_FIELDS)


def _key_reference(path: str, reference: Object, errors: Errors) -> None:
    name = reference.get("name", "")
    errors.check(f"{path}.name", name, names.subdomain_complaint(name))
    if not reference.get("key"):
        errors.required(f"{path}.key")
    else:
        errors.check(f"{path}.key", reference["key"], names.config_key_complaint(reference["key"]))


def _whole_source(list_path: str, index: int, source: Object, errors: Errors) -> None:
    path = f"{list_path}[{index}]"
    if prefix := source.get("prefix"):
        errors.check(f"{path}.prefix", prefix, names.environment_name_complaint(prefix))
    present = [field for field in ("configMapRef", "secretRef") if field in source]
    for field in present:
        name = source[field].get("name", "")
        if not name:
            errors.required(f"{path}.{field}.name")
        else:
            errors.check(f"{path}.{field}.name", name, names.subdomain_complaint(name))
    if not present:
        errors.invalid(list_path, "", "must specify one of: `configMapRef` or `secretRef`")
    elif len(present) > 1:
        errors.invalid(list_path, "", "may not have more than one field specified at a time")
