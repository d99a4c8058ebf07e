"""Is the metadata of an object sound: name, labels, annotations, owners, finalizers?

Rules follow k8s.io/apimachinery/pkg/api/validation/objectmeta.go.
"""

from typing import Any

from libretexts_hub.local_cluster.validation import names
from libretexts_hub.local_cluster.validation.errors import Errors

Object = dict[str, Any]
LARGEST_ANNOTATIONS_BYTES = 256 * 1024
NAME_RULES = {"namespaces": names.label_complaint, "services": names.service_name_complaint}
STANDARD_FINALIZERS = ("orphan", "foregroundDeletion", "kubernetes")


def validate_metadata(resource: str, meta: Object, errors: Errors) -> None:
    """Everything about the metadata of a new object."""
    rule = NAME_RULES.get(resource, names.subdomain_complaint)
    if base := meta.get("generateName"):
        # What follows the base makes a trailing dash or dot harmless.
        errors.check("metadata.generateName", base, rule(base[:-1] + "a" if base.endswith("-") else base))
    if not meta.get("name"):
        errors.required("metadata.name", "name or generateName is required")
    else:
        errors.check("metadata.name", meta["name"], rule(meta["name"]))
    validate_labels("metadata.labels", meta.get("labels", {}), errors)
    _annotations(meta.get("annotations", {}), errors)
    _owners(meta.get("ownerReferences", []), errors)
    for index, finalizer in enumerate(meta.get("finalizers", [])):
        validate_finalizer("metadata.finalizers", index, finalizer, errors)


def validate_labels(path: str, labels: Object, errors: Errors) -> None:
    """Keys and values of labels, or of a selector by labels."""
    for key, value in sorted(labels.items()):
        errors.check(path, key, names.qualified_name_complaint(key, "a valid label key"))
        errors.check(path, value, names.label_value_complaint(value))


def _annotations(annotations: Object, errors: Errors) -> None:
    for key in sorted(annotations):
        # Only here the case of the key does not matter.
        errors.check("metadata.annotations", key, names.qualified_name_complaint(key.lower()))
    size = sum(len(key.encode()) + len(value.encode()) for key, value in annotations.items())
    if size > LARGEST_ANNOTATIONS_BYTES:
        errors.too_long("metadata.annotations", LARGEST_ANNOTATIONS_BYTES)


def _owners(references: list[Object], errors: Errors) -> None:
    controllers: list[str] = []
    path = "metadata.ownerReferences"  # the real server names no index here
    for owner in references:
        version = owner.get("apiVersion", "")
        if not version or version.count("/") > 1:
            errors.invalid(f"{path}.apiVersion", version, "version must not be empty")
        for field in ("kind", "name", "uid"):
            if not owner.get(field):
                errors.invalid(f"{path}.{field}", owner.get(field, ""), "must not be empty")
        if (version, owner.get("kind")) == ("v1", "Event"):
            errors.invalid(path, "/v1, Kind=Event", "/v1, Kind=Event is disallowed from being an owner")
        if owner.get("controller"):
            controllers.append(f"{owner.get('kind', '')}/{owner.get('name', '')}")
            if len(controllers) > 1:
                found = f'Found "true" in references for {controllers[0]} and {controllers[1]}'
                errors.invalid(
                    path, references, f"Only one reference can have Controller set to true. {found}"
                )


def validate_finalizer(path: str, index: int, finalizer: str, errors: Errors) -> None:
    """The name of a finalizer: qualified, unless it is one of the system's own."""
    complaint = names.qualified_name_complaint(finalizer)
    if complaint:
        errors.check(path, finalizer, complaint)
    elif "/" not in finalizer and finalizer not in STANDARD_FINALIZERS:
        detail = "name is neither a standard finalizer name nor is it fully qualified"
        errors.invalid(f"{path}[{index}]", finalizer, detail)


def validate_metadata_update(new: Object, old: Object, errors: Errors) -> None:
    """What may change in the metadata of an object that exists."""
    for field in ("uid", "name"):
        if new.get(field) not in (None, "", old[field]):
            errors.invalid(f"metadata.{field}", new[field], "field is immutable")
    if "deletionTimestamp" in old:
        added = [item for item in new.get("finalizers", []) if item not in old.get("finalizers", [])]
        if added:
            listed = ", ".join(f'"{item}"' for item in added)
            errors.forbidden(
                "metadata.finalizers",
                "no new finalizers can be added if the object is being deleted, "
                f"found new finalizers []string{{{listed}}}",
            )
    validate_labels("metadata.labels", new.get("labels", {}), errors)
    _annotations(new.get("annotations", {}), errors)
    _owners(new.get("ownerReferences", []), errors)
