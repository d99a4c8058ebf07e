"""How are objects created, replaced and patched?"""

from typing import Any

from aiohttp import web

from libretexts_hub.local_cluster import status
from libretexts_hub.local_cluster.api.body import check_content_type, decode_object, parse_object, read_body
from libretexts_hub.local_cluster.api.requests import Target, field_validation, is_dry_run
from libretexts_hub.local_cluster.history import Object
from libretexts_hub.local_cluster.patch import apply_patch, check_patch_type
from libretexts_hub.local_cluster.status import ApiError, bad_request
from libretexts_hub.local_cluster.store import Store, copy_json
from libretexts_hub.local_cluster.validation import strategy

ANOTHER_NAMESPACE = "the namespace of the provided object does not match the namespace sent on the request"


async def create(store: Store, request: web.Request, target: Target) -> tuple[Object, list[str]]:
    """The new object, and warnings."""
    resource = target.resource
    policy = field_validation(request.query, "CreateOptions")
    dry_run = is_dry_run(request.query, "CreateOptions")
    check_content_type(request)
    obj, warnings = decode_object(parse_object(await read_body(request), resource), resource, policy)
    check_identity(obj, target)
    return store_created(store, target, obj, dry_run=dry_run), warnings


def store_created(store: Store, target: Target, obj: Object, *, dry_run: bool) -> Object:
    """Store a new object, when it may be made."""
    resource = target.resource
    store.check_namespace(resource.plural, obj["metadata"].get("name", ""), target.namespace)
    strategy.prepare_create(resource.plural, obj)
    if resource.plural == "pods":
        check_service_account(store, obj)
    refuse(target, obj, strategy.validate_create(resource.plural, obj))
    return store.create(resource.plural, target.namespace, obj, dry_run=dry_run)


async def replace(store: Store, request: web.Request, target: Target) -> tuple[Object, list[str]]:
    """The object after a PUT, and warnings. Some kinds are created by it."""
    policy = field_validation(request.query, "UpdateOptions")
    dry_run = is_dry_run(request.query, "UpdateOptions")
    check_content_type(request)
    resource = target.resource
    obj, warnings = decode_object(parse_object(await read_body(request), resource), resource, policy)
    check_identity(obj, target)
    is_new = store.find(resource.plural, target.namespace, target.name or "") is None
    if is_new and resource.creates_on_update and target.subresource is None:
        return store_created(store, target, obj, dry_run=dry_run), warnings
    return store_new(store, target, obj, dry_run=dry_run), warnings


async def patch(store: Store, request: web.Request, target: Target) -> tuple[Object, list[str]]:
    """The object after a PATCH, and warnings. ApiError 415 for strategic patches and server-side apply."""
    policy = field_validation(request.query, "PatchOptions")
    dry_run = is_dry_run(request.query, "PatchOptions")
    kind = check_patch_type(request.headers.get("Content-Type", ""))
    body = await read_body(request)
    resource = target.resource
    old = store.get(resource.plural, target.namespace, target.name or "")
    changed: Any = apply_patch(kind, body, copy_json(old))
    try:
        obj, warnings = decode_object(changed, resource, policy)
    except ApiError as error:
        raise ApiError(422, "Invalid", f' "" is invalid: patch: Invalid value: {error.message}') from None
    check_identity(obj, target)
    if obj["metadata"].get("uid") != old["metadata"]["uid"]:
        cause = {"reason": "FieldValueInvalid", "field": "metadata.uid"}
        cause["message"] = f'Invalid value: "{obj["metadata"].get("uid", "")}": field is immutable'
        refuse(target, obj, [cause])
    return store_new(store, target, obj, dry_run=dry_run), warnings


def store_new(store: Store, target: Target, obj: Object, *, dry_run: bool) -> Object:
    """Store the new version of an object, when nobody has changed it since and the change is allowed."""
    resource, name = target.resource.plural, target.name or ""
    meta = obj["metadata"]
    old = store.get(resource, target.namespace, name)
    if meta.get("uid") and meta["uid"] != old["metadata"]["uid"]:
        why = (
            f"StorageError: invalid object, Code: 4, Key: /registry/{resource}/{target.namespace}/{name}, "
            f"ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: "
            f"UID in precondition: {meta['uid']}, UID in object meta: {old['metadata']['uid']}"
        )
        raise status.conflict(resource, name, why)
    version = meta.get("resourceVersion", "")
    if version and not (version.isascii() and version.isdigit()):
        raise bad_request(f'strconv.ParseUint: parsing "{version}": invalid syntax')
    if target.resource.needs_version and version in ("", "0"):
        message = "Invalid value: 0: must be specified for an update"
        cause = {"reason": "FieldValueInvalid", "message": message, "field": "metadata.resourceVersion"}
        refuse(target, obj, [cause])
    if version not in ("", "0", old["metadata"]["resourceVersion"]):
        raise status.conflict(resource, name)

    def change(current: Object) -> None:
        strategy.prepare_update(resource, obj, current, target.subresource)
        refuse(target, obj, strategy.validate_update(resource, obj, current, target.subresource))
        obj["metadata"]["resourceVersion"] = current["metadata"]["resourceVersion"]
        current.clear()
        current.update(obj)

    return store.update(resource, target.namespace, name, change, dry_run=dry_run)


def check_service_account(store: Store, pod: Object) -> None:
    """Raise ApiError 403 when the pod's service account does not exist (admission plugin ServiceAccount)."""
    namespace, name = pod["metadata"]["namespace"], pod["spec"]["serviceAccountName"]
    if store.find("serviceaccounts", namespace, name) is None:
        why = f'error looking up service account {namespace}/{name}: serviceaccount "{name}" not found'
        raise status.forbidden("pods", pod["metadata"].get("name", ""), why)


def check_identity(obj: Object, target: Target) -> None:
    """Raise ApiError 400 when the object is not the one, or not in the namespace, that the path names."""
    meta = obj["metadata"]
    if target.name is not None:
        if not meta.get("name"):
            meta["name"] = target.name
        if meta["name"] != target.name:
            raise bad_request(
                f"the name of the object ({meta['name']}) does not match the name on the URL ({target.name})"
            )
    if not target.resource.namespaced:
        meta.pop("namespace", None)
        return
    if meta.get("namespace") not in (None, "", target.namespace):
        raise bad_request(ANOTHER_NAMESPACE)
    meta["namespace"] = target.namespace


def refuse(target: Target, obj: Object, causes: list[status.Cause]) -> None:
    """Raise ApiError 422 when there is a cause."""
    if causes:
        raise status.invalid(target.resource.plural, obj["metadata"].get("name", ""), causes)
