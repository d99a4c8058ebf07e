"""What may the culler's service account delete at most, whatever the culler thinks? A policy of the cluster.

RBAC can't tell one claim from another. A ValidatingAdmissionPolicy (admissionregistration.k8s.io/v1, since
Kubernetes 1.30) can: https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/.
CEL has no clock there, so `deleting-at`, which the culler writes just before, stands for the time.
"""

from typing import Any

from libretexts_hub.domain import cull_annotations as keys

NAME = "libretexts-culler"
GROUP = "admissionregistration.k8s.io"
# What the annotation `protect` says where it protects nothing.
NO = ("", "0", "no", "false")
STORAGE = (keys.HOME_COMPONENT, keys.DATABASE_COMPONENT)


def policy(namespace: str, service_account: str) -> list[dict[str, Any]]:
    """The policy and its binding to one namespace. `service_account`: NAME, or NAMESPACE/NAME."""
    home, _, account = service_account.rpartition("/")
    user = f"system:serviceaccount:{home or namespace}:{account}"
    name = f"{NAME}-{namespace}"
    version = f"{GROUP}/v1"
    return [
        {
            "apiVersion": version,
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": name},
            "spec": {
                "failurePolicy": "Fail",
                "matchConstraints": {"resourceRules": _matched()},
                "matchConditions": [
                    {"name": "by-the-culler", "expression": f"request.userInfo.username == {_text(user)}"}
                ],
                "variables": _variables(),
                "validations": _validations(),
            },
        },
        {
            "apiVersion": version,
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": name},
            "spec": {
                "policyName": name,
                "validationActions": ["Deny"],
                "matchResources": {
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
                },
            },
        },
    ]


def _matched() -> list[dict[str, Any]]:
    core = {"apiGroups": [""], "apiVersions": ["v1"], "scope": "Namespaced"}
    return [
        {**core, "operations": ["DELETE", "UPDATE"], "resources": ["persistentvolumeclaims"]},
        {**core, "operations": ["DELETE"], "resources": ["secrets"]},
    ]


def _variables() -> list[dict[str, str]]:
    def mapping(owner: str, name: str) -> str:
        return f"has({owner}.metadata.{name}) ? {owner}.metadata.{name} : {{}}"

    return [
        {"name": "notes", "expression": mapping("oldObject", "annotations")},
        {"name": "labels", "expression": mapping("oldObject", "labels")},
        {
            "name": "newNotes",
            "expression": "object != null && has(object.metadata.annotations) "
            "? object.metadata.annotations : {}",
        },
        {
            "name": "newLabels",
            "expression": "object != null && has(object.metadata.labels) ? object.metadata.labels : {}",
        },
        {"name": "isClaim", "expression": "request.resource.resource == 'persistentvolumeclaims'"},
        {"name": "isDelete", "expression": "request.operation == 'DELETE'"},
    ]


def _validations() -> list[dict[str, str]]:
    needed = (keys.MARKED_AT, keys.DELETE_AFTER, keys.DELETING_AT, keys.USER, keys.CLAIM_UID)
    has_mark = " && ".join(f"{_text(key)} in variables.notes" for key in needed)
    of_storage = ", ".join(map(_text, STORAGE))

    def note(key: str) -> str:
        return f"variables.notes[{_text(key)}]"

    def moment(key: str) -> str:
        return f"timestamp({note(key)})"

    claim = "!variables.isDelete || !variables.isClaim || "
    change = "variables.isDelete || "
    own = f"k.startsWith({_text(keys.PREFIX)})"
    return [
        _rule(
            f"!variables.isDelete || ('component' in variables.labels && variables.labels['component'] in "
            f"(variables.isClaim ? [{of_storage}] : [{_text(keys.DATABASE_COMPONENT)}]))",
            "the culler may delete homes, databases and their Secrets only",
        ),
        _rule(f"{claim}({has_mark})", "the claim has no mark of the culler"),
        _rule(
            f"{claim}{note(keys.CLAIM_UID)} == oldObject.metadata.uid",
            "the mark was written on another claim",
        ),
        _rule(
            f"{claim}({moment(keys.MARKED_AT)} <= {moment(keys.DELETE_AFTER)} && "
            f"{moment(keys.DELETE_AFTER)} <= {moment(keys.DELETING_AT)})",
            "the grace time of the claim is not over",
        ),
        _rule(
            f"{claim}!({_text(keys.HOLD)} in variables.notes || ({_text(keys.PROTECT)} in variables.notes && "
            f"!({note(keys.PROTECT)}.lowerAscii() in [{', '.join(map(_text, NO))}])))",
            "the claim is protected",
        ),
        _rule(
            f"{change}(object.spec == oldObject.spec && variables.newLabels == variables.labels)",
            "the culler may change its own annotations only",
        ),
        _rule(
            f"{change}(variables.newNotes.all(k, {own} || (k in variables.notes && "
            "variables.notes[k] == variables.newNotes[k])) && "
            f"variables.notes.all(k, {own} || k in variables.newNotes))",
            "the culler may change its own annotations only",
        ),
    ]


def _rule(expression: str, message: str) -> dict[str, str]:
    return {"expression": expression, "message": message, "reason": "Forbidden"}


def _text(value: str) -> str:
    """A text of CEL. Names of Kubernetes have neither quotes nor backslashes."""
    return f"'{value}'"
