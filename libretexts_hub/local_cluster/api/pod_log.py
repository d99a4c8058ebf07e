"""What has a container written? GET pods/NAME/log, from the kubelet's files."""

from collections.abc import Callable

from aiohttp import web

from libretexts_hub.local_cluster.api.requests import Target, boolean, integer
from libretexts_hub.local_cluster.status import bad_request
from libretexts_hub.local_cluster.store import Store

PodLog = Callable[..., bytes]


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


async def pod_log(store: Store, read_log: PodLog, request: web.Request, target: Target) -> web.StreamResponse:
    """The log as plain text; `follow` is answered with what there is now."""
    query = request.query
    tail, limit = integer(query, "tailLines"), integer(query, "limitBytes")
    pod = store.get("pods", target.namespace, target.name or "")
    container = chosen_container(pod, query.get("container", ""))
    previous = boolean(query, "previous") or False
    text = read_log(target.namespace, target.name, container, tail_lines=tail, previous=previous)
    return web.Response(body=text if limit is None else text[: max(limit, 0)], content_type="text/plain")
