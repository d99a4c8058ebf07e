"""Are the volumes of a pod sound: one source each, and complete?"""

from typing import Any

from libretexts_hub.local_cluster.schema.decode import TYPES
from libretexts_hub.local_cluster.schema.quantity import value_of
from libretexts_hub.local_cluster.validation import names
from libretexts_hub.local_cluster.validation.environment import (
    VOLUME_FIELDS,
    field_reference,
    resource_reference,
)
from libretexts_hub.local_cluster.validation.errors import Errors

Object = dict[str, Any]
MODE_RULE = "must be a number between 0 and 0777 (octal), both inclusive"
SOURCES = tuple(field for field in TYPES["Volume"] if field != "name")
HOST_PATH_TYPES = (
    "",
    "BlockDevice",
    "CharDevice",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
)
PROJECTED = (
    "secret",
    "configMap",
    "downwardAPI",
    "serviceAccountToken",
    "clusterTrustBundle",
    "podCertificate",
)


def validate_volumes(volumes: list[Object], errors: Errors) -> set[str]:
    """The names of the volumes without fault: only these can be mounted."""
    seen: set[str] = set()
    for index, volume in enumerate(volumes):
        found = Errors()
        _volume(f"spec.volumes[{index}]", volume, seen, found)
        errors.causes += found.causes
        if not found.causes:
            seen.add(volume["name"])
    return seen


def _volume(path: str, volume: Object, seen: set[str], errors: Errors) -> None:
    present = [field for field in SOURCES if field in volume]
    if not present:
        errors.required(path, "must specify a volume type")
    for field in present[1:]:
        errors.forbidden(f"{path}.{field}", "may not specify more than 1 volume type")
    for field in present[:1]:
        _source(f"{path}.{field}", field, volume[field], errors)
    name = volume.get("name", "")
    if not name:
        errors.required(f"{path}.name")
    else:
        errors.check(f"{path}.name", name, names.label_complaint(name))
    if name in seen:
        errors.duplicate(f"{path}.name", name)


def _source(path: str, kind: str, source: Object, errors: Errors) -> None:
    match kind:
        case "secret":
            _keyed(path, source, "secretName", errors)
        case "configMap":
            _keyed(path, source, "name", errors)
        case "persistentVolumeClaim":
            _required(path, source, "claimName", errors)
        case "hostPath":
            _host_path(path, source, errors)
        case "downwardAPI":
            _downward(path, source, errors)
        case "projected":
            _projected(path, source, errors)
        case "emptyDir":
            if value_of(source.get("sizeLimit", "0")) < 0:
                errors.forbidden(f"{path}.sizeLimit", "SizeLimit field must be a valid resource quantity")
        case "nfs":
            _required(path, source, "server", errors)
            _required(path, source, "path", errors)
            if not source.get("path", "").startswith("/"):
                errors.invalid(f"{path}.path", source.get("path", ""), "must be an absolute path")
        case "csi":
            _required(path, source, "driver", errors)


def _required(path: str, source: Object, field: str, errors: Errors) -> None:
    if not source.get(field):
        errors.required(f"{path}.{field}")


def _mode(path: str, source: Object, field: str, errors: Errors) -> None:
    if not 0 <= source.get(field, 0) <= 0o777:
        errors.invalid(f"{path}.{field}", source[field], MODE_RULE)


def _keyed(path: str, source: Object, name: str, errors: Errors) -> None:
    _required(path, source, name, errors)
    _mode(path, source, "defaultMode", errors)
    for index, item in enumerate(source.get("items", [])):
        here = f"{path}.items[{index}]"
        _required(here, item, "key", errors)
        if not item.get("path"):
            errors.required(f"{here}.path")
        else:
            names.check_descending_path(f"{here}.path", item["path"], errors)
        _mode(here, item, "mode", errors)


def _host_path(path: str, source: Object, errors: Errors) -> None:
    if not source.get("path"):
        errors.required(f"{path}.path")
    elif ".." in source["path"].split("/"):
        errors.invalid(f"{path}.path", source["path"], "must not contain '..'")
    errors.one_of(f"{path}.type", source.get("type"), HOST_PATH_TYPES)


def _downward(path: str, source: Object, errors: Errors) -> None:
    _mode(path, source, "defaultMode", errors)
    for item in source.get("items", []):
        here = path  # the real server names no index here
        if not item.get("path"):
            errors.required(f"{here}.path")
        else:
            names.check_descending_path(f"{here}.path", item["path"], errors)
        if "fieldRef" in item:
            field_reference(f"{here}.fieldRef", item["fieldRef"], VOLUME_FIELDS, errors)
            if "resourceFieldRef" in item:
                errors.invalid(
                    here, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"
                )
        elif "resourceFieldRef" in item:
            resource_reference(f"{here}.resourceFieldRef", item["resourceFieldRef"], errors)
        else:
            errors.required(here, "one of fieldRef and resourceFieldRef is required")
        _mode(here, item, "mode", errors)


def _projected(path: str, source: Object, errors: Errors) -> None:
    _mode(path, source, "defaultMode", errors)
    taken: set[str] = set()
    for index, item in enumerate(source.get("sources", [])):
        here = f"{path}.sources[{index}]"
        present = [field for field in PROJECTED if field in item]
        if len(present) > 1:
            errors.forbidden(here, "may not specify more than 1 volume type per source")
        for field in ("secret", "configMap"):
            if field in present:
                _keyed(f"{here}.{field}", item[field], "name", errors)
        if "downwardAPI" in present:
            _downward(f"{here}.downwardAPI", item["downwardAPI"], errors)
        if "serviceAccountToken" in present and not item["serviceAccountToken"].get("path"):
            errors.required(f"{path}.path")
        _unique_paths(path, item, taken, errors)


def _unique_paths(path: str, item: Object, taken: set[str], errors: Errors) -> None:
    """Two sources of one volume cannot write the same file."""
    for field in ("secret", "configMap"):
        source = item.get(field, {})
        for entry in source.get("items", []):
            if entry.get("path") and entry["path"] in taken:
                errors.invalid(path, source.get("name", ""), "conflicting duplicate paths")
            taken.add(entry.get("path", ""))
