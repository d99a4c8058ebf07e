"""Which words does the API server use for a field that breaks a rule?

Reasons and messages follow k8s.io/apimachinery/pkg/util/validation/field/errors.go.
"""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from libretexts_hub.local_cluster.status import Cause

LONGEST_VALUE = 10_240


class Errors:
    """Collects what is wrong with one object."""

    def __init__(self) -> None:
        self.causes: list[Cause] = []

    def _add(self, path: str, reason: str, message: str) -> None:
        self.causes.append({"reason": f"FieldValue{reason}", "message": message, "field": path})

    def required(self, path: str, detail: str = "") -> None:
        """The field must be there, and not be empty."""
        self._add(path, "Required", f"Required value: {detail}" if detail else "Required value")

    def invalid(self, path: str, value: Any, detail: str) -> None:
        """The value breaks a rule; `detail` may hold several complaints, separated by NUL."""
        for complaint in detail.split("\0"):
            self._add(path, "Invalid", f"Invalid value: {_shown(value)}: {complaint}")

    def duplicate(self, path: str, value: Any) -> None:
        """The value stands elsewhere already."""
        self._add(path, "Duplicate", f"Duplicate value: {_shown(value)}")

    def unsupported(self, path: str, value: Any, supported: Iterable[str]) -> None:
        """The value is none of those that exist."""
        listed = ", ".join(f'"{item}"' for item in supported)
        self._add(path, "NotSupported", f"Unsupported value: {_shown(value)}: supported values: {listed}")

    def not_found(self, path: str, value: Any) -> None:
        """The value names something that is not there."""
        self._add(path, "NotFound", f"Not found: {_shown(value)}")

    def forbidden(self, path: str, detail: str) -> None:
        """The field must not be set, or not be changed."""
        self._add(path, "Forbidden", f"Forbidden: {detail}")

    def too_long(self, path: str, longest: int) -> None:
        """The value has more bytes than are kept."""
        self._add(path, "TooLong", f"Too long: may not be more than {longest} bytes")

    def one_of(self, path: str, value: Any, supported: Iterable[str]) -> None:
        """Complain unless the value is empty or one of those that exist."""
        if value not in (None, "") and value not in (choices := list(supported)):
            self.unsupported(path, value, choices)

    def check(self, path: str, value: str, complaint: str) -> None:
        """Complain when there is a complaint."""
        if complaint:
            self.invalid(path, value, complaint)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))[:LONGEST_VALUE]
