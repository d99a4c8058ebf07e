"""How are objects deleted: now or gracefully, one or many, alone or with what they own?"""

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from libretexts_hub.local_cluster.api.body import check_content_type, parse_json, read_body
from libretexts_hub.local_cluster.api.read import Page, list_page
from libretexts_hub.local_cluster.api.requests import Target, boolean, integer, invalid_options, is_dry_run
from libretexts_hub.local_cluster.history import Object
from libretexts_hub.local_cluster.schema.decode import DecodeError, Decoder, json_type
from libretexts_hub.local_cluster.status import ApiError, bad_request
from libretexts_hub.local_cluster.store import Store

POLICIES = ("Foreground", "Background", "Orphan")
FINALIZERS = {"Foreground": ("foregroundDeletion",), "Orphan": ("orphan",)}


@dataclass(frozen=True)
class DeleteOptions:
    """How the client wants something deleted."""

    grace_seconds: int | None = None
    uid: str | None = None
    resource_version: str | None = None
    finalizers: tuple[str, ...] = ()
    dry_run: bool = False


async def delete_options(request: web.Request) -> DeleteOptions:
    """The options from the body, or from the query where there is none. Raises ApiError 400, 415 or 422."""
    body = await read_body(request)
    values = _from_body(request, body) if body else _from_query(request)
    dry_run = is_dry_run(request.query, "DeleteOptions", values.get("dryRun"))
    preconditions = values.get("preconditions", {})
    return DeleteOptions(
        grace_seconds=values.get("gracePeriodSeconds"),
        uid=preconditions.get("uid"),
        resource_version=preconditions.get("resourceVersion"),
        finalizers=_finalizers(values),
        dry_run=dry_run,
    )


def _from_body(request: web.Request, body: bytes) -> dict[str, Any]:
    check_content_type(request)
    try:
        value = parse_json(body)
    except ValueError as error:
        raise bad_request(f"couldn't get version/kind; json parse error: {error}") from None
    if not isinstance(value, dict):
        raise bad_request(
            f"couldn't get version/kind; json parse error: json: cannot unmarshal {json_type(value)}"
        )
    if value.get("kind") not in (None, "", "DeleteOptions"):
        raise bad_request(f'no kind {json.dumps(value["kind"])} is registered for version "meta.k8s.io/v1"')
    try:
        return Decoder().struct(value, "DeleteOptions", "", "")
    except DecodeError as error:
        raise bad_request(str(error)) from None


def _from_query(request: web.Request) -> dict[str, Any]:
    query = request.query
    values = {
        "gracePeriodSeconds": integer(query, "gracePeriodSeconds"),
        "propagationPolicy": query.get("propagationPolicy") or None,
        "orphanDependents": boolean(query, "orphanDependents"),
    }
    return {key: value for key, value in values.items() if value is not None}


def _finalizers(values: dict[str, Any]) -> tuple[str, ...]:
    policy, orphan = values.get("propagationPolicy"), values.get("orphanDependents")
    if policy is not None and orphan is not None:
        message = f'Invalid value: "{policy}": orphanDependents and deletionPropagation cannot be both set'
        raise invalid_options("DeleteOptions", "propagationPolicy", "FieldValueInvalid", message)
    if policy is not None and policy not in POLICIES:
        supported = ", ".join(f'"{name}"' for name in (*POLICIES, "nil"))
        message = f'Unsupported value: "{policy}": supported values: {supported}'
        raise invalid_options("DeleteOptions", "propagationPolicy", "FieldValueNotSupported", message)
    return FINALIZERS.get("Orphan" if orphan else policy or "", ())


def delete_one(
    store: Store, target: Target, name: str, namespace: str | None, options: DeleteOptions
) -> Object:
    """The object as it is, or was. Raises ApiError 404 or 409."""
    return store.delete(
        target.resource.plural,
        namespace,
        name,
        grace_seconds=options.grace_seconds,
        uid=options.uid,
        resource_version=options.resource_version,
        finalizers=options.finalizers,
        dry_run=options.dry_run,
    )


def delete_listed(store: Store, request: web.Request, target: Target, options: DeleteOptions) -> Page:
    """Delete everything that the selectors choose; the page shows what was chosen."""
    page = list_page(store, target, request.query)
    for obj in page.objects:
        meta = obj["metadata"]
        try:
            delete_one(store, target, meta["name"], meta.get("namespace"), options)
        except ApiError as error:
            if error.status != 404:
                raise
    return page


def deletion_status(target: Target, obj: Object) -> dict[str, Any]:
    """The Status that is answered when an object has gone, for kinds that do not answer with the object."""
    resource = target.resource
    details = {"name": obj["metadata"]["name"], "group": resource.group, "kind": resource.plural}
    details["uid"] = obj["metadata"]["uid"]
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {key: value for key, value in details.items() if value},
    }
