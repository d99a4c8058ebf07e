"""Is this claim one that the API server accepts, and what of it may change later?"""

from typing import Any

from libretexts_hub.local_cluster.schema.quantity import value_of
from libretexts_hub.local_cluster.validation import names
from libretexts_hub.local_cluster.validation.errors import Errors
from libretexts_hub.local_cluster.validation.metadata import validate_labels

Object = dict[str, Any]
ACCESS_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
VOLUME_MODES = ("Block", "Filesystem")
FIXED = (
    "spec is immutable after creation except resources.requests and volumeAttributesClassName "
    "for bound claims"
)


def validate_claim(claim: Object, errors: Errors) -> None:
    """Everything about a new claim but its metadata."""
    spec = claim["spec"]
    modes = spec.get("accessModes", [])
    if not modes:
        errors.required("spec.accessModes", "at least 1 access mode is required")
    validate_labels("spec.selector.matchLabels", spec.get("selector", {}).get("matchLabels", {}), errors)
    for mode in modes:
        if mode not in ACCESS_MODES:
            errors.unsupported("spec.accessModes", mode, ACCESS_MODES)
    if "ReadWriteOncePod" in modes and len(modes) > 1:
        errors.forbidden("spec.accessModes", "may not use ReadWriteOncePod with other access modes")
    storage = spec.get("resources", {}).get("requests", {}).get("storage")
    if storage is None:
        errors.required("spec.resources[storage]")
    elif value_of(storage) <= 0:
        errors.invalid("spec.resources[storage]", storage, "must be greater than zero")
    if spec.get("storageClassName"):
        complaint = names.subdomain_complaint(spec["storageClassName"])
        errors.check("spec.storageClassName", spec["storageClassName"], complaint)
    errors.one_of("spec.volumeMode", spec.get("volumeMode"), VOLUME_MODES)


def validate_claim_update(new: Object, old: Object, errors: Errors) -> None:
    """A claim cannot change, but a bound one may grow."""
    wanted, present = _fixed_part(new, old), _fixed_part(old, old)
    if wanted != present:
        errors.forbidden("spec", FIXED)
    asked, had = _size(new), _size(old)
    if asked is None or had is None or value_of(asked) >= value_of(had):
        return
    capacity = old.get("status", {}).get("capacity", {}).get("storage", "0")
    if value_of(asked) <= value_of(capacity):
        errors.forbidden("spec.resources.requests.storage", "field can not be less than status.capacity")


def _size(claim: Object) -> str | None:
    size: str | None = claim["spec"].get("resources", {}).get("requests", {}).get("storage")
    return size


def _fixed_part(claim: Object, old: Object) -> Object:
    spec = dict(claim["spec"])
    if not old["spec"].get("volumeName"):
        spec.pop("volumeName", None)  # may be set once
    if old.get("status", {}).get("phase") == "Bound":
        resources = dict(spec.get("resources", {}))
        resources.pop("requests", None)
        spec["resources"] = resources
        spec.pop("volumeAttributesClassName", None)
    return spec
