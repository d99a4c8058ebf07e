"""Which objects does a labelSelector or a fieldSelector choose?

Grammar and messages follow k8s.io/apimachinery/pkg/labels/selector.go and pkg/fields/selector.go; which
fields can be selected is written in pkg/apis/core/v1/conversion.go of the real server.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from libretexts_hub.local_cluster.status import bad_request
from libretexts_hub.local_cluster.validation.names import label_value_complaint, qualified_name_complaint

Object = dict[str, Any]
Matcher = Callable[[Object], bool]

TOKEN = re.compile(r"\s*(==|!=|[=!,()<>]|[^\s=!,()<>]+)")
COMMA = ","
SIGNS = ("", "=", "==", "!=", "!", ",", "(", ")", "<", ">")
OPERATORS = "in, notin, =, ==, !=, gt, lt"
NAMES = {"in": "in", "notin": "notin", "=": "=", "==": "=", "!=": "!=", ">": "gt", "<": "lt"}


@dataclass(frozen=True)
class Requirement:
    """One condition on one label."""

    key: str
    operator: str  # exists, !, in, notin, =, !=, gt, lt
    values: tuple[str, ...] = ()

    def holds(self, labels: Mapping[str, str]) -> bool:
        """True when the labels fulfil the condition; a label that is absent is unequal to everything."""
        value = labels.get(self.key)
        match self.operator:
            case "exists":
                return value is not None
            case "!":
                return value is None
            case "in" | "=":
                return value in self.values and value is not None
            case "notin" | "!=":
                return value not in self.values
        return value is not None and _compare(value, self.operator, self.values[0])


def _compare(value: str, operator: str, limit: str) -> bool:
    if not re.fullmatch(r"[+-]?[0-9]{1,19}", value):
        return False
    return int(value) > int(limit) if operator == "gt" else int(value) < int(limit)


def label_selector(text: str) -> tuple[Requirement, ...]:
    """The requirements of a labelSelector; all of them must hold. Raises ApiError 400."""
    return tuple(_LabelParser(text).parse())


class _LabelParser:
    def __init__(self, text: str) -> None:
        self._tokens = [token for token in TOKEN.findall(text) if token]
        self._at = 0

    def parse(self) -> list[Requirement]:
        requirements: list[Requirement] = []
        if not self._tokens:
            return requirements
        if self._tokens[0] in SIGNS and self._tokens[0] != "!":
            raise bad_request(f"found '{self._tokens[0]}', expected: !, identifier, or 'end of string'")
        while True:
            requirements.append(self._requirement())
            token = self._next()
            if not token:
                return requirements
            if token != COMMA:
                raise bad_request(f"found '{token}', expected: ',' or 'end of string'")
            if (following := self._peek()) in SIGNS and following != "!":
                raise bad_request(f"found '{following}', expected: identifier after ','")

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _error(self, found: str, expected: str) -> Exception:
        return bad_request(f"unable to parse requirement: found '{found}', expected: {expected}")

    def _requirement(self) -> Requirement:
        negated = self._peek() == "!"
        if negated:
            self._next()
        key = self._next()
        if key in SIGNS:
            raise self._error(key, "identifier")
        if complaint := qualified_name_complaint(key, "a valid label key"):
            raise bad_request(f'unable to parse requirement: <nil>: Invalid value: "{key}": {complaint}')
        if negated:
            return Requirement(key, "!")
        if self._peek() in ("", ","):
            return Requirement(key, "exists")
        word = self._next()
        if word not in NAMES:
            raise self._error(word, OPERATORS)
        return self._with_values(key, NAMES[word])

    def _with_values(self, key: str, operator: str) -> Requirement:
        values = self._set() if operator in ("in", "notin") else (self._exact(),)
        for value in values:
            if complaint := label_value_complaint(value):
                raise bad_request(
                    f'unable to parse requirement: values[0][{key}]: Invalid value: "{value}": {complaint}'
                )
        if operator in ("gt", "lt") and not re.fullmatch(r"[+-]?[0-9]{1,19}", values[0]):
            message = (
                "values[0]: Invalid value: \"{}\": for 'Gt', 'Lt' operators, the value must be an integer"
            )
            raise bad_request(f"unable to parse requirement: {message.format(values[0])}")
        return Requirement(key, operator, values)

    def _exact(self) -> str:
        if self._peek() in ("", ","):
            return ""
        value = self._next()
        if value in SIGNS:
            raise self._error(value, "identifier")
        return value

    def _set(self) -> tuple[str, ...]:
        if (opening := self._next()) != "(":
            raise bad_request(f"unable to parse requirement: found '{opening}' expected: '('")
        values = [""]
        while (token := self._next()) != ")":
            if not token:
                raise self._error(token, "',' or ')'")
            if token == COMMA:
                values.append("")
            elif token in SIGNS or values[-1]:
                raise self._error(token, "',', or ')'")
            else:
                values[-1] = token
        return tuple(values)


POD_FIELDS = (
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.podIPs",
    "status.nominatedNodeName",
)
EVENT_FIELDS = (
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
)
FIELDS = {
    "pods": POD_FIELDS,
    "events": EVENT_FIELDS,
    "namespaces": ("status.phase",),
    "nodes": ("spec.unschedulable",),
    "secrets": ("type",),
    "services": ("spec.clusterIP", "spec.type"),
}
# These two have their own conversion function, which speaks differently from the general one.
SHORT_WORDS = ("pods", "events", "namespaces", "nodes", "secrets", "services")


def field_selector(text: str, resource: str) -> tuple[Requirement, ...]:
    """The requirements of a fieldSelector, which only knows = and !=. Raises ApiError 400."""
    requirements = []
    for term in re.split(r"(?<!\\),", text):
        if not term:
            continue
        match = re.match(r"((?:[^\\=!]|\\.)*?)(!=|==|=)(.*)", term, re.DOTALL)
        if match is None:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{term}'")
        path, operator, value = match.groups()
        if broken := re.search(r"(?:[^\\]|^)(?:\\\\)*(\\[^\\,=])", value):
            raise bad_request(f"invalid field selector: invalid escape sequence: {broken[1]}")
        _check_field(path, resource)
        requirements.append(
            Requirement(path, "!=" if operator == "!=" else "=", (re.sub(r"\\(.)", r"\1", value),))
        )
    return tuple(requirements)


def _check_field(path: str, resource: str) -> None:
    if path in ("metadata.name", "metadata.namespace") or path in FIELDS.get(resource, ()):
        return
    if resource in SHORT_WORDS:
        raise bad_request(f"field label not supported: {path}")
    raise bad_request(f'"{path}" is not a known field selector: only "metadata.name", "metadata.namespace"')


def field_value(obj: Object, path: str) -> str:
    """The text of a field as selectors compare it; absent fields are empty."""
    if path == "source":
        component = obj.get("source", {}).get("component") or obj.get("reportingComponent", "")
        return str(component)
    value: Any = obj
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    if path in ("spec.hostNetwork", "spec.unschedulable"):
        return "true" if value else "false"
    if path == "status.podIPs":
        return ",".join(item.get("ip", "") for item in value or [])
    return "" if value is None else str(value)


def matcher(labels: str, fields: str, resource: str) -> Matcher | None:
    """A test for both selectors, None when there is nothing to test. Raises ApiError 400."""
    wanted_labels = label_selector(labels)
    wanted_fields = field_selector(fields, resource)
    if not wanted_labels and not wanted_fields:
        return None

    def matches(obj: Object) -> bool:
        own = obj["metadata"].get("labels") or {}
        return all(item.holds(own) for item in wanted_labels) and all(
            item.holds({item.key: field_value(obj, item.key)}) for item in wanted_fields
        )

    return matches
