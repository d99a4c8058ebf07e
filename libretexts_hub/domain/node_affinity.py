"""Which nodes does a pod of this route need, and which would it rather have?

`required` and `preferred` are Kubernetes' own terms. `required` may be a mapping of label to allowed values
instead, which is what most need: `{zone: [a, b]}`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from libretexts_hub.domain.entries import Entry
from libretexts_hub.domain.kubernetes_names import check_key, check_label_value, read_text
from libretexts_hub.errors import ConfigurationError

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
OPERATORS = {"In": True, "NotIn": True, "Exists": False, "DoesNotExist": False, "Gt": True, "Lt": True}
MOST_TERMS = 64
Term = Mapping[str, Any]


@dataclass(frozen=True)
class NodeAffinity:
    """A node must match one of the `required` terms (none: any will do); `preferred` ones carry weights."""

    required: tuple[Term, ...] = ()
    preferred: tuple[Term, ...] = ()


def parse_node_affinity(entry: Entry) -> NodeAffinity:
    """Read `node_affinity`. Raises ConfigurationError for the first thing that is wrong."""
    part = entry.part("node_affinity")
    if part is None:
        return NodeAffinity()
    part.only(("required", "preferred"))
    return NodeAffinity(_required(part), tuple(_weighted(each) for each in _listed(part, "preferred")))


def with_affinity(
    affinity: Mapping[str, Any] | None, ours: NodeAffinity, *, replace: bool = False
) -> dict[str, Any]:
    """The `affinity` of a pod's spec with ours added, so that both hold; `replace`: in place of theirs.

    Terms are alternatives: each of the pod's is joined with each of ours, which no plain appending would do.
    """
    found = dict(affinity or {})
    node = {} if replace else dict(found.pop("nodeAffinity", None) or {})
    found.pop("nodeAffinity", None)
    if ours.required:
        theirs = (node.get(REQUIRED) or {}).get("nodeSelectorTerms") or [{}]
        terms = [_both(one, other) for one, other in product(theirs, ours.required)]
        node[REQUIRED] = {"nodeSelectorTerms": terms}
    if ours.preferred:
        node[PREFERRED] = [*(node.get(PREFERRED) or ()), *ours.preferred]
    return found | ({"nodeAffinity": node} if node else {})


def steering_keys(affinity: Mapping[str, Any] | None) -> frozenset[str]:
    """The labels of nodes by which this affinity, of a pod or of a route, chooses."""
    node = (affinity or {}).get("nodeAffinity") or {}
    terms = [*((node.get(REQUIRED) or {}).get("nodeSelectorTerms") or ())]
    terms += [each.get("preference") or {} for each in node.get(PREFERRED) or ()]
    return frozenset(each["key"] for term in terms for each in term.get("matchExpressions") or ())


def can_match_a_node(spec: Mapping[str, Any]) -> bool:
    """False where selector and required terms contradict each other, whatever nodes there are."""
    node = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    terms = (node.get(REQUIRED) or {}).get("nodeSelectorTerms") or [{}]
    selector = spec.get("nodeSelector") or {}
    return any(_is_possible(term.get("matchExpressions") or (), selector) for term in terms)


def _is_possible(expressions: Sequence[Mapping[str, Any]], selector: Mapping[str, str]) -> bool:
    """Whether one node could have such labels; Gt and Lt are taken as possible."""
    allowed: dict[str, set[str]] = {key: {value} for key, value in selector.items()}
    present, absent = set(selector), set()
    for each in expressions:
        key, values, operator = each["key"], set(each.get("values") or ()), each["operator"]
        if operator == "In":
            allowed[key] = allowed.get(key, values) & values
        if operator == "DoesNotExist":
            absent.add(key)
        elif operator != "NotIn":
            present.add(key)
    for each in expressions:
        if each["operator"] == "NotIn" and each["key"] in allowed:
            allowed[each["key"]] -= set(each["values"])
    return all(allowed.values()) and not present & absent


def _both(one: Term, other: Term) -> Term:
    keys = [key for key in ("matchExpressions", "matchFields") if one.get(key) or other.get(key)]
    return {key: [*(one.get(key) or ()), *(other.get(key) or ())] for key in keys}


def _required(part: Entry) -> tuple[Term, ...]:
    raw = part.fields.get("required")
    if isinstance(raw, Mapping):
        place = part.place("required")
        expressions = [_one_of(key, values, f"{place}[{key!r:.80}]") for key, values in raw.items()]
        return ({"matchExpressions": expressions},) if expressions else ()
    return tuple(_term(each) for each in _listed(part, "required"))


def _listed(part: Entry, key: str) -> list[Entry]:
    raw = part.fields.get(key)
    if raw is None:
        return []
    if not isinstance(raw, list | tuple) or not all(isinstance(each, Mapping) for each in raw):
        raise ConfigurationError(
            f"{key!r} must be a list of terms", where=part.place(key), fix="Write - {matchExpressions: […]}."
        )
    if len(raw) > MOST_TERMS:
        raise ConfigurationError(
            f"More than {MOST_TERMS} terms", where=part.place(key), fix="Use In with several values."
        )
    return [Entry(part.slug, each, f"{part.place(key)}[{index}]") for index, each in enumerate(raw)]


def _one_of(key: object, values: object, where: str) -> Term:
    listed = list(values) if isinstance(values, list | tuple) else [values]
    if not listed:
        raise ConfigurationError("No value is allowed", where=where, fix="Write at least one value.")
    checked = [check_label_value(read_text(each, where=where), where=where) for each in listed]
    return {"key": check_key(key, where=where), "operator": "In", "values": checked}


def _weighted(entry: Entry) -> Term:
    entry.only(("weight", "preference"))
    weight, preference = entry.integer("weight", default=0), entry.part("preference")
    if preference is None or not 1 <= weight <= 100:
        raise ConfigurationError(
            "A preferred term needs a preference and a weight of 1 to 100",
            where=entry.where,
            fix="Write {weight: 10, preference: {matchExpressions: […]}}.",
        )
    return {"weight": weight, "preference": _term(preference)}


def _term(entry: Entry) -> Term:
    entry.only(("matchExpressions", "matchFields"))
    term: dict[str, Any] = {}
    for key in ("matchExpressions", "matchFields"):
        if expressions := [_expression(each) for each in _listed(entry, key)]:
            term[key] = expressions
    if not term:
        raise ConfigurationError(
            "An empty term matches no node",
            where=entry.where,
            fix="Write matchExpressions: […], or leave it out.",
        )
    return term


def _expression(entry: Entry) -> Term:
    entry.only(("key", "operator", "values"))
    operator = entry.text("operator")
    if operator not in OPERATORS:
        raise ConfigurationError(
            f"{operator!r:.60} is not an operator",
            where=entry.place("operator"),
            fix=f"Known are: {', '.join(OPERATORS)}.",
        )
    values = list(entry.texts("values") or ())
    if OPERATORS[operator] != bool(values) or (operator in ("Gt", "Lt") and len(values) != 1):
        wanted = (
            "no values" if not OPERATORS[operator] else "one value" if operator in ("Gt", "Lt") else "values"
        )
        raise ConfigurationError(
            f"{operator} takes {wanted}",
            where=entry.place("values"),
            fix='Write values: ["a", "b"], or none.',
        )
    found: dict[str, Any] = {"key": check_key(entry.fields.get("key"), where=entry.place("key"))}
    found["operator"] = operator
    if values:
        found["values"] = [check_label_value(each, where=entry.place("values")) for each in values]
    return found
