"""What has a container written? GET pods/NAME/log, from the kubelet's files."""

from collections.abc import AsyncIterator, Callable

from aiohttp import web

from libretexts_hub.local_cluster.api.requests import Target, boolean, integer
from libretexts_hub.local_cluster.status import bad_request
from libretexts_hub.local_cluster.store import Store

PodLog = Callable[..., bytes]
FollowedLog = Callable[..., AsyncIterator[bytes]]


def chosen_container(pod: dict[str, object], asked: str) -> str:
    """The container whose log is meant. Raises ApiError 400 when it is unknown, or one must be chosen."""
    spec: dict[str, list[dict[str, str]]] = pod["spec"]  # type: ignore[assignment]
    name = pod["metadata"]["name"]  # type: ignore[index]
    names = [item["name"] for item in spec["containers"]]
    initial = [item["name"] for item in spec.get("initContainers", [])]
    if not asked:
        if len(names) == 1:
            return names[0]
        choice = f"choose one of: [{' '.join(names)}]"
        if initial:
            choice += f" or one of the init containers: [{' '.join(initial)}]"
        raise bad_request(f"a container name must be specified for pod {name}, {choice}")
    if asked not in (*names, *initial):
        raise bad_request(f"container {asked} is not valid for pod {name}")
    return asked


async def pod_log(
    store: Store, read_log: PodLog, follow_log: FollowedLog, request: web.Request, target: Target
) -> web.StreamResponse:
    """The log as plain text; with `follow` until the container ends."""
    query = request.query
    tail, limit = integer(query, "tailLines"), integer(query, "limitBytes")
    pod = store.get("pods", target.namespace, target.name or "")
    container = chosen_container(pod, query.get("container", ""))
    previous = boolean(query, "previous") or False
    if boolean(query, "follow") and not previous:
        written = follow_log(target.namespace, target.name, container, tail_lines=tail)
        return await _stream(request, written, limit)
    text = read_log(target.namespace, target.name, container, tail_lines=tail, previous=previous)
    return web.Response(body=text if limit is None else text[: max(limit, 0)], content_type="text/plain")


async def _stream(
    request: web.Request, written: AsyncIterator[bytes], limit: int | None
) -> web.StreamResponse:
    """Send what is written as it comes, up to `limit` bytes, while somebody listens."""
    response = web.StreamResponse(headers={"Content-Type": "text/plain"})
    await response.prepare(request)
    left = limit
    try:
        async for text in written:
            if request.transport is None or request.transport.is_closing():
                return response
            await response.write(text if left is None else text[: max(left, 0)])
            left = None if left is None else left - len(text)
            if left is not None and left <= 0:
                break
        await response.write_eof()
    except ConnectionError:  # whoever followed has left
        pass
    return response
