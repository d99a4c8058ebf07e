"""How is the Kubernetes API asked for objects, over plain HTTP? kubernetes_asyncio alone costs 72 MB.

https://kubernetes.io/docs/reference/using-api/api-concepts/. What it refuses becomes an error of the culler.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from libretexts_hub.clients.polite_requests import AGAIN, Answer, PoliteClient
from libretexts_hub.domain.culling_errors import (
    ConflictError,
    ForbiddenError,
    GoneError,
    PartialListError,
    RefusedError,
    UnavailableError,
)

MERGE = "application/merge-patch+json"
METADATA_ONLY = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
# The words of an admission that was refused; both come as 403 or 422 like other refusals do.
ADMISSION = ("ValidatingAdmissionPolicy", "admission webhook")


@dataclass(frozen=True)
class Kind:
    """One kind of object, by its plural and API group; `group` is empty for the core."""

    plural: str
    group: str = ""
    version: str = "v1"
    is_namespaced: bool = True

    def path(self, namespace: str = "", name: str = "") -> str:
        """Of one object, or of all in a namespace, or of all."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        place = f"/namespaces/{quote(namespace, safe='')}" if namespace and self.is_namespaced else ""
        return f"{root}{place}/{self.plural}" + (f"/{quote(name, safe='')}" if name else "")


class KubeApi:
    """Objects as plain JSON. Every method raises ForbiddenError and UnavailableError."""

    def __init__(self, client: PoliteClient) -> None:
        self._client = client

    async def read(
        self, kind: Kind, namespace: str, name: str, *, metadata_only: bool = False
    ) -> dict[str, Any] | None:
        """One object; None where there is none."""
        headers = {"Accept": METADATA_ONLY} if metadata_only else {}
        answer = await self._client.ask("GET", kind.path(namespace, name), headers=headers)
        if answer.status == 404 and _status(answer).get("reason") == "NotFound":
            return None
        return self._object(answer, f"read {kind.plural} {namespace}/{name}")

    async def page(
        self, kind: Kind, namespace: str, *, token: str = "", limit: int = 500, selector: str = ""
    ) -> tuple[dict[str, Any], float | None]:
        """A part of a list, and the server's time. Raises PartialListError for an expired token (410) and a
        list that is none."""
        query: dict[str, str | int] = {"limit": limit}
        query |= {"continue": token} if token else {}
        query |= {"labelSelector": selector} if selector else {}
        answer = await self._client.ask("GET", kind.path(namespace), query=query)
        found = self._object(answer, f"list {kind.plural} {namespace}".strip())
        if not isinstance(found.get("items"), list) or not isinstance(found.get("metadata"), dict):
            raise PartialListError(
                f"The list of {kind.plural} is not whole", where=self._client.base, fix=AGAIN
            )
        return found, answer.time

    async def everything(
        self, kind: Kind, namespace: str, *, limit: int = 500, selector: str = ""
    ) -> list[dict[str, Any]]:
        """A whole list; begun again when its token expires (410). Raises PartialListError."""
        for _ in range(3):
            found: list[dict[str, Any]] = []
            token, is_first = "", True
            try:
                while token or is_first:
                    page, _time = await self.page(
                        kind, namespace, token=token, limit=limit, selector=selector
                    )
                    found += page["items"]
                    token, is_first = str(page["metadata"].get("continue") or ""), False
            except PartialListError as error:
                trouble = error
                continue
            return found
        raise trouble

    async def create(self, kind: Kind, namespace: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Make it. Raises ConflictError where there is one of that name, RefusedError."""
        answer = await self._client.ask("POST", kind.path(namespace), document=dict(manifest))
        return self._object(answer, f"create {kind.plural} in {namespace}")

    async def replace(
        self, kind: Kind, namespace: str, name: str, manifest: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Write it whole, at the resourceVersion in it. Raises ConflictError, GoneError."""
        answer = await self._client.ask("PUT", kind.path(namespace, name), document=dict(manifest))
        return self._object(answer, f"change {kind.plural} {namespace}/{name}")

    async def merge(self, kind: Kind, namespace: str, name: str, change: Mapping[str, Any]) -> dict[str, Any]:
        """Apply a JSON merge patch (RFC 7386). Raises ConflictError, GoneError, RefusedError."""
        answer = await self._client.ask(
            "PATCH",
            kind.path(namespace, name),
            document=dict(change),
            headers={"Content-Type": MERGE},
        )
        return self._object(answer, f"change {kind.plural} {namespace}/{name}")

    async def delete(self, kind: Kind, namespace: str, name: str, uid: str, version: str) -> None:
        """Delete exactly what was read: another uid or resourceVersion is a ConflictError."""
        answer = await self._client.ask(
            "DELETE",
            kind.path(namespace, name),
            document={
                "kind": "DeleteOptions",
                "apiVersion": "v1",
                "preconditions": {"uid": uid, "resourceVersion": version},
                "propagationPolicy": "Background",
            },
        )
        self._object(answer, f"delete {kind.plural} {namespace}/{name}")

    def _object(self, answer: Answer, what: str) -> dict[str, Any]:
        document = answer.document()
        if 200 <= answer.status < 300 and isinstance(document, dict):
            return document
        raise refusal(answer, what, self._client.base)


def _status(answer: Answer) -> dict[str, Any]:
    document = answer.document()
    return document if isinstance(document, dict) else {}


def refusal(answer: Answer, what: str, where: str) -> Exception:
    """The error for an answer that is no object."""
    status = _status(answer)
    said = str(status.get("message") or "")[:400]
    words = f"The Kubernetes API would not {what}: {answer.status} {said}".strip()
    if any(each in said for each in ADMISSION):
        return RefusedError(words, where=where, fix="A policy of the cluster forbids it; its text says why.")
    if answer.status in (401, 403):
        fix = "Bind what `libretexts-hub roles --for culler` prints to this service account."
        return ForbiddenError(words, where=where, fix=fix)
    if answer.status == 404 and status.get("reason") == "NotFound":
        return GoneError(words, where=where, fix="Nothing is left to do.")
    if answer.status == 409 or (answer.status == 422 and _is_about_uid(status)):
        return ConflictError(words, where=where, fix="It has changed since it was read: read it again.")
    if answer.status == 410:
        return PartialListError(words, where=where, fix="The list took too long; begin it again.")
    if 400 <= answer.status < 500 and answer.status not in (404, 408, 429):
        return RefusedError(words, where=where, fix="Correct what it names.")
    return UnavailableError(words, where=where, fix=AGAIN, is_sure=answer.status in (404, 429))


def _is_about_uid(status: dict[str, Any]) -> bool:
    """A merge patch with another uid is answered as a field that can't be changed."""
    return "metadata.uid" in json.dumps(status)
