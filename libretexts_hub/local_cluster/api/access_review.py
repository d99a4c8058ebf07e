"""May I do this? Yes: there is one token, and it may do everything."""

from typing import Any

from aiohttp import web

from libretexts_hub.local_cluster import status
from libretexts_hub.local_cluster.api.body import check_content_type, parse_json, read_body
from libretexts_hub.local_cluster.api.encoding import dump
from libretexts_hub.local_cluster.schema.decode import decode

KIND = "SelfSubjectAccessReview"
PROTOBUF = "application/vnd.kubernetes.protobuf"


async def review(request: web.Request) -> web.Response:
    """POST of a SelfSubjectAccessReview, which kubectl auth can-i sends."""
    if request.method != "POST":
        raise status.method_not_allowed()
    body = await read_body(request)
    if request.content_type == PROTOBUF:
        # kubectl sends its reviews so. The answer does not depend on the question, which need not be
        # understood.
        return _allowed({})
    check_content_type(request)
    try:
        value = parse_json(body)
    except ValueError as error:
        raise status.bad_request(f"couldn't get version/kind; json parse error: {error}") from None
    if not isinstance(value, dict):
        raise status.bad_request(f"the object provided is unrecognized (must be of type {KIND})")
    obj, _ = decode(value, KIND)
    return _allowed(obj)


def _allowed(asked: dict[str, Any]) -> web.Response:
    answer = {
        "kind": KIND,
        "apiVersion": "authorization.k8s.io/v1",
        "metadata": asked.get("metadata", {}),
        "spec": asked.get("spec", {}),
        "status": {"allowed": True, "reason": "the embedded cluster has no roles"},
    }
    return web.Response(body=dump(answer), status=201, content_type="application/json")
