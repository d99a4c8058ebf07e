"""Are tolerations and affinities sound?"""

from typing import Any

from libretexts_hub.local_cluster.validation import names
from libretexts_hub.local_cluster.validation.errors import Errors

Object = dict[str, Any]
EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
ALL_KEYS = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
NODE_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")


def validate_tolerations(tolerations: list[Object], errors: Errors) -> None:
    """Which taints of nodes the pod bears."""
    for index, item in enumerate(tolerations):
        path = f"spec.tolerations[{index}]"
        key, operator, value = item.get("key", ""), item.get("operator", ""), item.get("value", "")
        if key:
            errors.check(f"{path}.key", key, names.qualified_name_complaint(key))
        elif operator != "Exists":
            errors.invalid(f"{path}.operator", operator, ALL_KEYS)
        if "tolerationSeconds" in item and item.get("effect") != "NoExecute":
            detail = "effect must be 'NoExecute' when `tolerationSeconds` is set"
            errors.invalid(f"{path}.effect", item.get("effect", ""), detail)
        if operator in ("", "Equal"):
            complaint = names.label_value_complaint(value).replace("\0", ";")
            errors.check(f"{path}.operator", value, complaint)
        elif operator == "Exists" and value:
            errors.invalid(f"{path}.operator", value, "value must be empty when `operator` is 'Exists'")
        elif operator != "Exists":
            errors.unsupported(f"{path}.operator", operator, ("Equal", "Exists"))
        errors.one_of(f"{path}.effect", item.get("effect"), EFFECTS)


def validate_affinity(affinity: Object, errors: Errors) -> None:
    """Node affinity in full; pod affinity only where it lacks its topology key."""
    node = affinity.get("nodeAffinity", {})
    base = "spec.affinity.nodeAffinity"
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    preferred = "preferredDuringSchedulingIgnoredDuringExecution"
    if required in node:
        terms = node[required].get("nodeSelectorTerms", [])
        path = f"{base}.{required}.nodeSelectorTerms"
        if not terms:
            errors.required(path, "must have at least one node selector term")
        for index, term in enumerate(terms):
            _term(f"{path}[{index}]", term, errors)
    for index, item in enumerate(node.get(preferred, [])):
        path = f"{base}.{preferred}[{index}]"
        _weight(path, item, errors)
        _term(f"{path}.preference", item.get("preference", {}), errors)
    for kind in ("podAffinity", "podAntiAffinity"):
        _pod_affinity(f"spec.affinity.{kind}", affinity.get(kind, {}), required, preferred, errors)


def _pod_affinity(path: str, affinity: Object, required: str, preferred: str, errors: Errors) -> None:
    for index, term in enumerate(affinity.get(required, [])):
        _topology(f"{path}.{required}[{index}]", term, errors)
    for index, item in enumerate(affinity.get(preferred, [])):
        here = f"{path}.{preferred}[{index}]"
        _weight(here, item, errors)
        _topology(f"{here}.podAffinityTerm", item.get("podAffinityTerm", {}), errors)


def _weight(path: str, item: Object, errors: Errors) -> None:
    if not 1 <= item.get("weight", 0) <= 100:
        errors.invalid(f"{path}.weight", item.get("weight", 0), "must be in the range 1-100")


def _topology(path: str, term: Object, errors: Errors) -> None:
    if not term.get("topologyKey"):
        errors.required(f"{path}.topologyKey", "can not be empty")
    key = term.get("topologyKey", "")
    errors.check(f"{path}.topologyKey", key, names.qualified_name_complaint(key, "a valid label key"))


def _term(path: str, term: Object, errors: Errors) -> None:
    for index, item in enumerate(term.get("matchExpressions", [])):
        _expression(f"{path}.matchExpressions[{index}]", item, errors)


def _expression(path: str, item: Object, errors: Errors) -> None:
    operator, values = item.get("operator", ""), item.get("values", [])
    if operator in ("In", "NotIn"):
        if not values:
            errors.required(f"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'")
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            errors.forbidden(
                f"{path}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            )
    elif operator in ("Gt", "Lt"):
        if len(values) != 1:
            errors.required(
                f"{path}.values", "must be specified single value when `operator` is 'Lt' or 'Gt'"
            )
    else:
        errors.invalid(f"{path}.operator", operator, "not a valid selector operator")
    key = item.get("key", "")
    errors.check(f"{path}.key", key, names.qualified_name_complaint(key))
