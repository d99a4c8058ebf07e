"""Does a pod's node selector or required affinity choose a node?"""

from collections.abc import Iterable, Mapping
from typing import Any

from libretexts_hub.local_cluster.store import Object


def selects(spec: Mapping[str, Any], node: Object) -> bool:
    """nodeSelector and requiredDuringSchedulingIgnoredDuringExecution; both must hold.

    Source: k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go.
    """
    labels: Mapping[str, str] = node["metadata"].get("labels") or {}
    if any(labels.get(name) != value for name, value in (spec.get("nodeSelector") or {}).items()):
        return False
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if required is None:
        return True
    fields = {"metadata.name": node["metadata"]["name"]}
    return any(_term_matches(term, labels, fields) for term in required.get("nodeSelectorTerms") or [])


def _term_matches(term: Mapping[str, Any], labels: Mapping[str, str], fields: Mapping[str, str]) -> bool:
    expressions, names = term.get("matchExpressions") or [], term.get("matchFields") or []
    if not expressions and not names:
        return False  # an empty term selects nothing
    return _all_match(expressions, labels) and _all_match(names, fields)


def _all_match(requirements: Iterable[Mapping[str, Any]], values: Mapping[str, str]) -> bool:
    return all(_matches(item, values.get(item.get("key", ""))) for item in requirements)


def _matches(requirement: Mapping[str, Any], value: str | None) -> bool:
    wanted = requirement.get("values") or []
    match requirement.get("operator"):
        case "In":
            return value in wanted
        case "NotIn":
            return value not in wanted
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt" | "Lt" as operator:
            try:
                number, limit = int(value or ""), int(wanted[0])
            except (ValueError, IndexError):
                return False
            return number > limit if operator == "Gt" else number < limit
    return False
