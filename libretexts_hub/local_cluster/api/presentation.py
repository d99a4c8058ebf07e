"""How does an answer look in the form that the client asked for?"""

from dataclasses import dataclass

from aiohttp import web

from libretexts_hub.local_cluster.api.encoding import Encoder, dump
from libretexts_hub.local_cluster.api.negotiation import negotiate
from libretexts_hub.local_cluster.api.read import Page
from libretexts_hub.local_cluster.api.requests import Target
from libretexts_hub.local_cluster.api.table import Table
from libretexts_hub.local_cluster.history import Object

META = "meta.k8s.io/v1"


@dataclass
class Presentation:
    """Turns objects, lists and events into the bytes of one answer."""

    form: str
    target: Target
    encoder: Encoder
    table: Table

    @classmethod
    def of(cls, request: web.Request, target: Target, encoder: Encoder) -> "Presentation":
        """The presentation that the request's Accept header asks for. Raises ApiError 406."""
        form = negotiate(",".join(request.headers.getall("Accept", [])))
        return cls(
            form, target, encoder, Table(target.resource.plural, request.query.get("includeObject", ""))
        )

    def one(self, obj: Object) -> bytes:
        """An answer that is one object."""
        if self.form == "Table":
            return dump(self.table.of([obj], {"resourceVersion": obj["metadata"].get("resourceVersion", "")}))
        if self.form == "PartialObjectMetadata":
            return dump(partial(obj))
        return self.encoder.whole(obj)

    def page(self, page: Page) -> bytes:
        """An answer that is a list."""
        if self.form == "Table":
            return dump(self.table.of(page.objects, page.metadata()))
        if self.form == "PartialObjectMetadata":
            head = {"kind": "PartialObjectMetadataList", "apiVersion": META, "metadata": page.metadata()}
            return dump(head | {"items": [partial(obj) for obj in page.objects]})
        resource = self.target.resource
        return self.encoder.page(resource.kind, resource.api_version, page.metadata(), page.objects)

    def event(self, kind: str, obj: Object) -> bytes:
        """One line of a watch."""
        if self.form == "Table":
            body = self.table.event(kind, obj)
            return dump({"type": kind, "object": body}) + b"\n"
        if self.form == "PartialObjectMetadata":
            return dump({"type": kind, "object": partial(obj)}) + b"\n"
        return self.encoder.event(kind, obj)


def partial(obj: Object) -> Object:
    """The object reduced to its metadata."""
    return {"kind": "PartialObjectMetadata", "apiVersion": META, "metadata": obj["metadata"]}
