"""What did the client send? The body of a request as JSON, or a refusal in the words of the real server."""

import json
from collections import Counter
from typing import Any

from aiohttp import web

from libretexts_hub.local_cluster.resources import BY_KIND, Resource
from libretexts_hub.local_cluster.schema.decode import Repeating, decode, json_type
from libretexts_hub.local_cluster.status import ApiError, bad_request

LARGEST_BODY_BYTES = 3 * 1024 * 1024  # the real server's limit for one request
DEEPEST_JSON = 200
UNSUPPORTED = (
    "the body of the request was in an unknown format - accepted media types include: "
    "application/json, application/yaml, application/vnd.kubernetes.protobuf"
)
Object = dict[str, Any]


def too_large() -> ApiError:
    """413: the body is larger than the server reads."""
    message = f"Request entity too large: limit is {LARGEST_BODY_BYTES}"
    return ApiError(413, "RequestEntityTooLarge", message)


async def read_body(request: web.Request) -> bytes:
    """The bytes of the body. ApiError 413 when there are too many."""
    if (request.content_length or 0) > LARGEST_BODY_BYTES:
        raise too_large()
    parts, size = [], 0
    async for part in request.content.iter_any():
        size += len(part)
        if size > LARGEST_BODY_BYTES:
            raise too_large()
        parts.append(part)
    return b"".join(parts)


def parse_json(body: bytes) -> Any:
    """JSON as Go reads it: no NaN, no endless nesting. Raises ValueError with Go's words."""
    if not body.strip():
        raise ValueError("unexpected end of JSON input")
    try:
        value = json.loads(
            body.decode("utf-8", "replace"), parse_constant=_refuse_constant, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        if error.pos >= len(error.doc.rstrip()):
            raise ValueError("unexpected end of JSON input") from None
        character = error.doc[error.pos]
        raise ValueError(f"invalid character {character!r} looking for beginning of value") from None
    except RecursionError:
        raise ValueError("exceeded max depth") from None
    if _is_deeper(value, DEEPEST_JSON):
        raise ValueError("exceeded max depth")
    return _without_surrogates(value) if b"\\u" in body else value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    counts = Counter(key for key, _ in pairs)
    return Repeating(value, [key for key, count in counts.items() if count > 1])


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"invalid character {text[0]!r} looking for beginning of value")


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(item, levels - 1) for item in inner)


def _without_surrogates(value: Any) -> Any:
    """Half of a surrogate pair is no character; Go puts U+FFFD in its place."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        if isinstance(value, Repeating):
            return value  # strict decoding refuses it; else its text is replaced when it is written
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return [_without_surrogates(item) for item in value] if isinstance(value, list) else value


def check_content_type(request: web.Request) -> None:
    """Raise ApiError 415 unless the body is said to be JSON; saying nothing means JSON."""
    header = request.headers.get("Content-Type", "")
    if header.split(";")[0].strip().lower() not in ("", "application/json", "*/*"):
        raise ApiError(415, "UnsupportedMediaType", UNSUPPORTED)


def parse_object(body: bytes, resource: Resource) -> Object:
    """The body as an object of the resource's kind, not yet decoded. Raises ApiError 400."""
    unrecognized = f"the object provided is unrecognized (must be of type {resource.kind}): "
    try:
        value = parse_json(body)
    except ValueError as error:
        shown = body[:32].hex() or "<empty>"
        raise bad_request(
            f"{unrecognized}couldn't get version/kind; json parse error: {error} ({shown})"
        ) from None
    if not isinstance(value, dict):
        problem = f"json: cannot unmarshal {json_type(value)} into an object with kind and apiVersion"
        raise bad_request(f"{unrecognized}couldn't get version/kind; json parse error: {problem}")
    _check_kind(value, resource)
    return value


def _check_kind(value: Object, resource: Resource) -> None:
    for field in ("apiVersion", "kind"):
        if not isinstance(value.get(field), str | None):
            found = json_type(value[field])
            raise bad_request(
                f"the object provided is unrecognized (must be of type {resource.kind}): "
                f"couldn't get version/kind; json parse error: json: cannot unmarshal {found} "
                f"into Go struct field .{field} of type string"
            )
    kind, version = value.get("kind") or resource.kind, value.get("apiVersion") or resource.api_version
    if (kind, version) == (resource.kind, resource.api_version):
        return
    if (version, kind) in BY_KIND:
        group = resource.group.partition(".")[0] or "core"
        short = version.rpartition("/")[2]
        raise bad_request(
            f'{kind} in version "{short}" cannot be handled as a {resource.kind}: '
            f"converting ({short}.{kind}) to ({group}.{resource.kind}): unknown conversion"
        )
    raise bad_request(
        f'{kind} in version "{version.rpartition("/")[2]}" cannot be handled as a {resource.kind}: '
        f'no kind "{kind}" is registered for version "{version}" in scheme "pkg/runtime/scheme.go:111"'
    )


def decode_object(value: Object, resource: Resource, policy: str) -> tuple[Object, list[str]]:
    """The object as the server understands it, and warnings about what it dropped. Raises ApiError 400."""
    decoded, problems = decode(value, resource.kind)
    if problems and policy == "Strict":
        raise bad_request(
            f'{resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}: '
            f"strict decoding error: {', '.join(problems)}"
        )
    decoded = {"kind": resource.kind, "apiVersion": resource.api_version} | decoded
    decoded |= {"kind": resource.kind, "apiVersion": resource.api_version}
    decoded.setdefault("metadata", {})
    return decoded, problems if policy == "Warn" else []


def warning_headers(warnings: list[str]) -> list[tuple[str, str]]:
    """Warning headers (RFC 7234), which clients print; only what fits into a header line."""
    shown = [text.encode("ascii", "replace").decode()[:256] for text in warnings[:20]]
    escaped = ["".join(c if c.isprintable() else "?" for c in text) for text in shown]
    return [("Warning", '299 - "' + text.replace("\\", "\\\\").replace('"', '\\"') + '"') for text in escaped]
