"""How is `types.json` made? From the OpenAPI document of a real API server, reduced to names and types.

`kubectl get --raw /openapi/v2 | python -m libretexts_hub.local_cluster.schema.generate > types.json`
Run it against the newest Kubernetes that is supported. Descriptions are left out; nothing else is lost that
the decoder needs.
"""

import json
import sys
from typing import Any

ROOTS = (
    "io.k8s.api.core.v1.Pod",
    "io.k8s.api.core.v1.PersistentVolumeClaim",
    "io.k8s.api.core.v1.Secret",
    "io.k8s.api.core.v1.Service",
    "io.k8s.api.core.v1.ConfigMap",
    "io.k8s.api.core.v1.Event",
    "io.k8s.api.core.v1.Namespace",
    "io.k8s.api.core.v1.ServiceAccount",
    "io.k8s.api.coordination.v1.Lease",
    "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions",
    "io.k8s.api.authorization.v1.SelfSubjectAccessReview",
)
SCALARS = {
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "time",
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int-or-string",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "any",
}
PREFIX = "#/definitions/"


class Reduction:
    """The types reachable from the roots, each field with its type in one word."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self._definitions = definitions
        self.types: dict[str, dict[str, str]] = {}

    def add(self, reference: str) -> str:
        """The short name of a definition, which is reduced on the way."""
        if reference in SCALARS:
            return SCALARS[reference]
        name = reference.rsplit(".", 1)[1]
        if name not in self.types:
            self.types[name] = {}  # before the fields: types may contain themselves
            fields = self._definitions[reference].get("properties", {})
            self.types[name] |= {key: self.word(field) for key, field in sorted(fields.items())}
        return name

    def word(self, field: dict[str, Any]) -> str:
        """One field's type: `string`, `int32`, `[]Container`, `{}string`, ..."""
        if "$ref" in field:
            return self.add(field["$ref"].removeprefix(PREFIX))
        if field["type"] == "array":
            return "[]" + self.word(field["items"])
        if field["type"] == "object":
            return (
                "{}" + self.word(field["additionalProperties"]) if "additionalProperties" in field else "any"
            )
        if field.get("format") == "byte":
            return "bytes"
        return str(field.get("format") or field["type"])


def reduce(document: dict[str, Any]) -> dict[str, dict[str, str]]:
    """All types that the embedded cluster decodes."""
    reduction = Reduction(document["definitions"])
    for root in ROOTS:
        reduction.add(root)
    return dict(sorted(reduction.types.items()))


def main() -> None:
    """Read the document on stdin, write the table to stdout, one type a line."""
    types = reduce(json.load(sys.stdin))
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(fields)}" for name, fields in types.items())
    sys.stdout.write("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
