"""How are objects listed: which version of the world, which of them, in which pages?"""

import base64
import binascii
import json
from dataclasses import dataclass

from multidict import MultiMapping

from libretexts_hub.local_cluster.api.requests import Target, boolean, integer, several_invalid_options
from libretexts_hub.local_cluster.history import Object
from libretexts_hub.local_cluster.selectors import Matcher, matcher
from libretexts_hub.local_cluster.status import ApiError, bad_request, expired
from libretexts_hub.local_cluster.store import Store
from libretexts_hub.local_cluster.validation.errors import Errors

BAD_CONTINUE = "invalid continue token: continue key is not valid"
TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. "
    "You can start a new list without the continue parameter, or use the continue token in this response "
    "to retrieve the remainder of the results. Continuing with the provided token results in an "
    "inconsistent list - objects that were created, modified, or deleted between the time the first chunk "
    "was returned and now may show up in the list."
)
CONTINUE_FORM = "meta.k8s.io/v1"
FROM_NOW = -1  # the version in a token that goes on with an expired list (storage/continue.go)


@dataclass(frozen=True)
class Page:
    """What one list request answers."""

    objects: list[Object]
    version: int
    next_token: str = ""
    remaining: int | None = None

    def metadata(self) -> dict[str, object]:
        """The list's own metadata."""
        meta: dict[str, object] = {"resourceVersion": str(self.version)}
        if self.next_token:
            meta["continue"] = self.next_token
        if self.remaining is not None:
            meta["remainingItemCount"] = self.remaining
        return meta


def parse_version(text: str) -> int | None:
    """A resourceVersion of a query: None for "not said". Raises ApiError 400."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise bad_request(
            f'invalid resource version: resourceVersion: Invalid value: "{text}": '
            f'strconv.ParseUint: parsing "{text}": invalid syntax'
        )
    return int(text)


def selector_of(query: MultiMapping[str], target: Target) -> Matcher | None:
    """The test that both selectors of a request make. Raises ApiError 400."""
    return matcher(query.get("labelSelector", ""), query.get("fieldSelector", ""), target.resource.plural)


def check_match(query: MultiMapping[str], *, watch: bool) -> str:
    """The resourceVersionMatch of a list or watch; ApiError 422 where the combination makes no sense."""
    errors = Errors()
    match = query.get("resourceVersionMatch", "")
    initial = boolean(query, "sendInitialEvents")
    if initial is not None and not watch:
        errors.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list")
    elif initial is not None:
        _check_initial(match, errors)
    elif match and watch:
        text = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
        errors.forbidden("resourceVersionMatch", text)
    elif match:
        _check_list_match(query, match, errors)
    if errors.causes:
        raise several_invalid_options("ListOptions", errors.causes)
    return match


def _check_initial(match: str, errors: Errors) -> None:
    if match != "NotOlderThan":
        text = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
        errors.forbidden("resourceVersionMatch", text)
        errors.one_of("resourceVersionMatch", match, ("NotOlderThan",))


def _check_list_match(query: MultiMapping[str], match: str, errors: Errors) -> None:
    path, version = "resourceVersionMatch", query.get("resourceVersion", "")
    if query.get("continue"):
        errors.forbidden(path, "resourceVersionMatch is forbidden when continue is provided")
    if not version:
        errors.forbidden(path, "resourceVersionMatch is forbidden unless resourceVersion is provided")
    if match not in ("Exact", "NotOlderThan"):
        errors.unsupported(path, match, ("Exact", "NotOlderThan", ""))
    elif match == "Exact" and version == "0":
        errors.forbidden(path, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')


def too_large(asked: int, current: int) -> ApiError:
    """504: a version from the future."""
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    message = f"Timeout: Too large resource version: {asked}, current: {current}"
    return ApiError(
        504, "Timeout", message, {"causes": [cause], "retryAfterSeconds": 1}, {"Retry-After": "1"}
    )


def list_page(store: Store, target: Target, query: MultiMapping[str]) -> Page:
    """One page of a list, as the query asks. Raises ApiError 400, 410, 422 or 504."""
    match = check_match(query, watch=False)
    matches = selector_of(query, target)
    limit = integer(query, "limit") or 0
    integer(query, "timeoutSeconds")  # of no use to a list, but it must be a number
    version = parse_version(query.get("resourceVersion", ""))
    start: tuple[str, str] | None = None
    if token := query.get("continue", ""):
        token_version, start = read_token(token, target.namespace)
        if version:
            raise bad_request("specifying resource version is not allowed when using continue")
        objects, version = _continued(store, target, token_version, start)
    else:
        objects, version = _objects(
            store, target, version, exact=match == "Exact" or (limit > 0 and not match)
        )
    if start is not None:
        objects = [obj for obj in objects if _key(obj) > start]
    if matches is not None:
        objects = [obj for obj in objects if matches(obj)]
    return _cut(objects, version, limit, counted=matches is None)


def _objects(store: Store, target: Target, version: int | None, *, exact: bool) -> tuple[list[Object], int]:
    if version and version > store.version:
        raise too_large(version, store.version)
    if version and exact and version != store.version:
        return _past(store, target, version, "The resourceVersion for the provided list is too old."), version
    return store.list(target.resource.plural, target.namespace)


def _continued(
    store: Store, target: Target, version: int, start: tuple[str, str]
) -> tuple[list[Object], int]:
    if version == FROM_NOW:
        return store.list(target.resource.plural, target.namespace)
    return _past(store, target, version, TOO_OLD, make_token(FROM_NOW, start)), version


def _past(store: Store, target: Target, version: int, complaint: str, next_token: str = "") -> list[Object]:
    try:
        return store.list_at(target.resource.plural, target.namespace, version)
    except ApiError:
        raise expired(complaint, next_token) from None


def _cut(objects: list[Object], version: int, limit: int, *, counted: bool) -> Page:
    if limit <= 0 or len(objects) <= limit:
        return Page(objects, version)
    shown, rest = objects[:limit], objects[limit:]
    # With a selector the real server does not know how many are left, and says nothing.
    return Page(shown, version, make_token(version, _key(shown[-1])), len(rest) if counted else None)


def _key(obj: Object) -> tuple[str, str]:
    return obj["metadata"].get("namespace", ""), obj["metadata"]["name"]


def make_token(version: int, last: tuple[str, str]) -> str:
    """What the client sends back to get the next page: the version of the list, and its last key."""
    text = json.dumps({"v": CONTINUE_FORM, "rv": version, "start": "/".join(last)})
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_token(token: str, within: str | None = None) -> tuple[int, tuple[str, str]]:
    """The version and the last key of a continue token. Raises ApiError 400.

    The real server writes the key relative to the namespace listed, and ends it with a zero byte.
    """
    try:
        value = json.loads(
            base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("utf-8", "replace")
        )
        form, version, start = value["v"], value["rv"], value["start"].rstrip("\0")
        namespace, slash, name = start.rpartition("/")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error):
        raise bad_request(BAD_CONTINUE) from None
    known = form == CONTINUE_FORM and isinstance(version, int) and not isinstance(version, bool)
    if not known or not name or version == 0 or version < FROM_NOW:
        raise bad_request(BAD_CONTINUE)
    return version, (namespace if slash else within or "", name)
