"""Are resource requests and limits sound?"""

from typing import Any

from libretexts_hub.local_cluster.schema.quantity import value_of
from libretexts_hub.local_cluster.validation import names
from libretexts_hub.local_cluster.validation.errors import Errors

Object = dict[str, Any]
STANDARD = ("cpu", "memory", "ephemeral-storage")
# Standard too, but not of containers.
KNOWN = (*STANDARD, "storage", "pods", "services", "secrets", "configmaps", "persistentvolumeclaims")
NEGATIVE = "must be greater than or equal to 0"


def validate_resources(path: str, resources: Object, errors: Errors) -> None:
    """Names and amounts; no request above its limit; devices (nvidia.com/gpu) are never overcommitted."""
    limits, requests = resources.get("limits", {}), resources.get("requests", {})
    for kind, amounts in (("limits", limits), ("requests", requests)):
        for name, amount in sorted(amounts.items()):
            _amount(f"{path}.{kind}", name, amount, errors)
    for name, amount in sorted(requests.items()):
        limit = limits.get(name)
        if _is_device(name) and limit is None:
            errors.required(f"{path}.limits", "Limit must be set for non overcommitable resources")
        elif limit is None:
            continue
        elif _is_device(name) and value_of(amount) != value_of(limit):
            errors.invalid(f"{path}.requests", amount, f"must be equal to {name} limit of {limit}")
        elif value_of(amount) > value_of(limit):
            errors.invalid(
                f"{path}.requests", amount, f"must be less than or equal to {name} limit of {limit}"
            )


def _amount(path: str, name: str, amount: str, errors: Errors) -> None:
    here = f"{path}[{name}]" if name else path
    complaint = names.qualified_name_complaint(name)
    if complaint:
        errors.check(here, name, complaint)
    elif "/" not in name and name not in KNOWN and not name.startswith("hugepages-"):
        errors.invalid(here, name, "must be a standard resource type or fully qualified")
    if "/" not in name and name not in STANDARD and not name.startswith("hugepages-"):
        errors.invalid(here, name, "must be a standard resource for containers")
    value = value_of(amount)
    if value < 0:
        errors.invalid(here, amount, NEGATIVE)
    elif _is_device(name) and value != value.to_integral_value():
        errors.invalid(here, amount, "must be an integer")


def _is_device(name: str) -> bool:
    return "/" in name and not name.rpartition("/")[0].endswith("kubernetes.io")
