"""How does the API say that a request failed? As a Status object with the words of the real server.

Reasons, codes, messages and details follow k8s.io/apimachinery/pkg/api/errors/errors.go.
"""

from collections.abc import Iterable
from typing import Any

from libretexts_hub.local_cluster.resources import RESOURCES

Cause = dict[str, str]


class ApiError(Exception):
    """A request that the API refuses; `as_status()` is the body that the client gets."""

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        details: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        metadata: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.details = details or {}
        # Generic answers of the real server carry empty details, others none at all.
        self._shows_details = details is not None
        self.headers = headers or {}
        self.metadata = metadata or {}

    def as_status(self) -> dict[str, Any]:
        """The Status object of this failure."""
        status: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": dict(self.metadata),
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "details": self.details,
            "code": self.status,
        }
        if not self._shows_details:
            del status["details"]
        if not self.reason:
            del status["reason"]
        return status


def _qualified(resource: str) -> str:
    known = RESOURCES.get(resource)
    return f"{resource}.{known.group}" if known and known.group else resource


def _details(resource: str, name: str = "") -> dict[str, Any]:
    known = RESOURCES.get(resource)
    details = {"name": name, "group": known.group if known else "", "kind": resource}
    return {key: value for key, value in details.items() if value}


def not_found(resource: str, name: str) -> ApiError:
    """404: no object of that name."""
    return ApiError(404, "NotFound", f'{_qualified(resource)} "{name}" not found', _details(resource, name))


def already_exists(resource: str, name: str, *, ending: bool = False) -> ApiError:
    """409: the name is taken."""
    prefix = "object is being deleted: " if ending else ""
    message = f'{prefix}{_qualified(resource)} "{name}" already exists'
    return ApiError(409, "AlreadyExists", message, _details(resource, name))


STALE = "the object has been modified; please apply your changes to the latest version and try again"


def conflict(resource: str, name: str, why: str = STALE) -> ApiError:
    """409: a precondition or a resourceVersion does not hold."""
    message = f'Operation cannot be fulfilled on {_qualified(resource)} "{name}": {why}'
    return ApiError(409, "Conflict", message, _details(resource, name))


def precondition_failed(resource: str, name: str, why: str) -> ApiError:
    """409: a delete meant another object. The real server names the kind here, not the resource."""
    kind = RESOURCES[resource].kind
    message = f'Operation cannot be fulfilled on {kind} "{name}": {why}'
    return ApiError(409, "Conflict", message, {"name": name, "kind": kind})


def forbidden(resource: str, name: str, why: str, causes: Iterable[Cause] = ()) -> ApiError:
    """403: understood, but not allowed."""
    subject = f'{_qualified(resource)} "{name}"' if name else _qualified(resource)
    details = _details(resource, name)
    if causes := list(causes):
        details["causes"] = causes
    return ApiError(403, "Forbidden", f"{subject} is forbidden: {why}", details)


def bad_request(message: str) -> ApiError:
    """400: not understood."""
    return ApiError(400, "BadRequest", message)


def invalid(resource: str, name: str, causes: list[Cause]) -> ApiError:
    """422: understood, but the object breaks rules; one cause per broken rule."""
    known = RESOURCES[resource]
    kind = f"{known.kind}.{known.group}" if known.group else known.kind
    texts = [f"{cause['field']}: {cause['message']}" for cause in causes]
    joined = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    details = _details(resource, name) | {"kind": known.kind, "causes": causes}
    return ApiError(422, "Invalid", f'{kind} "{name}" is invalid: {joined}', details)


def expired(message: str, next_token: str = "") -> ApiError:
    """410: the asked version is no longer in the history; with `next_token` a list may go on from now."""
    metadata = {"continue": next_token} if next_token else None
    return ApiError(410, "Expired", message, metadata=metadata)


def unauthorized() -> ApiError:
    """401: no token, or not ours."""
    return ApiError(401, "Unauthorized", "Unauthorized")


def method_not_allowed() -> ApiError:
    """405: the path exists, the verb does not."""
    message = "the server does not allow this method on the requested resource"
    return ApiError(405, "MethodNotAllowed", message, {})


def unknown_path() -> ApiError:
    """404: no such resource."""
    return ApiError(404, "NotFound", "the server could not find the requested resource", {})


def terminating(resource: str, name: str, namespace: str) -> ApiError:
    """403: nothing new may be made in a namespace that is being deleted."""
    cause = {
        "reason": "NamespaceTerminating",
        "message": f"namespace {namespace} is being terminated",
        "field": "metadata.namespace",
    }
    why = f"unable to create new content in namespace {namespace} because it is being terminated"
    return forbidden(resource, name, why, [cause])
