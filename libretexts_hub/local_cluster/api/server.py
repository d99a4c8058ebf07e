"""Which handler answers a request, and how does every answer, good or bad, reach the client?"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable

from aiohttp import web

from libretexts_hub.local_cluster import status
from libretexts_hub.local_cluster.api import delete, write
from libretexts_hub.local_cluster.api.access_review import review
from libretexts_hub.local_cluster.api.authentication import check_token
from libretexts_hub.local_cluster.api.body import LARGEST_BODY_BYTES, warning_headers
from libretexts_hub.local_cluster.api.discovery import documents
from libretexts_hub.local_cluster.api.encoding import Encoder, dump
from libretexts_hub.local_cluster.api.pod_log import FollowedLog, PodLog, pod_log
from libretexts_hub.local_cluster.api.presentation import Presentation
from libretexts_hub.local_cluster.api.read import list_page
from libretexts_hub.local_cluster.api.requests import Target, is_watch, parse_path
from libretexts_hub.local_cluster.api.watching import error_line, finish, open_watch, stream
from libretexts_hub.local_cluster.history import Object
from libretexts_hub.local_cluster.status import ApiError
from libretexts_hub.local_cluster.store import Store

log = logging.getLogger(__name__)
HEALTH_PATHS = ("/healthz", "/livez", "/readyz")
SERVED_GROUPS = ("/api/", "/apis/coordination.k8s.io/v1/", "/apis/authorization.k8s.io/v1/")
REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


class ApiServer:
    """The HTTPS server in front of a store."""

    def __init__(self, store: Store, token: str, read_log: PodLog, follow_log: FollowedLog) -> None:
        self._store = store
        self._token = token
        self._read_log = read_log
        self._follow_log = follow_log
        self._encoder = Encoder()
        self._documents = {path: dump(answer) for path, answer in documents().items()}
        self._runner: web.AppRunner | None = None

    async def start(self, port: int, context: ssl.SSLContext) -> int:
        """Listen on loopback; the port, which the system chooses for 0. Raises OSError when it is taken."""
        app = web.Application(client_max_size=LARGEST_BODY_BYTES)
        app.router.add_route("*", "/{path:.*}", self.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, ssl_context=context, backlog=512)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """End every watch and close the port."""
        self._store.close_watches()
        if self._runner is not None:
            await self._runner.cleanup()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request; whatever is wrong with it becomes a Status."""
        try:
            check_token(request, self._token)
            return await self._answer(request)
        except ApiError as error:
            return _failure(error)
        except (ConnectionError, asyncio.CancelledError, web.HTTPException):
            raise
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            return _failure(ApiError(500, "InternalError", "Internal error occurred: see the cluster's log"))

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.rel_url.raw_path
        if path in HEALTH_PATHS:
            return web.Response(text="ok")
        if path.rstrip("/") in self._documents:
            if request.method != "GET":
                raise status.method_not_allowed()
            return _json(self._documents[path.rstrip("/")])
        if path == REVIEWS:
            return await review(request)
        target = parse_path(path)
        if target is None:
            if path.startswith(SERVED_GROUPS):
                raise status.unknown_path()
            return web.Response(status=404, text="404 page not found\n")
        return await self._dispatch(request, target)

    async def _dispatch(self, request: web.Request, target: Target) -> web.StreamResponse:
        if target.subresource == "log":
            if request.method != "GET":
                raise status.method_not_allowed()
            return await pod_log(self._store, self._read_log, self._follow_log, request, target)
        handlers = COLLECTION if target.name is None else SUBRESOURCE if target.subresource else OBJECT
        verb, handler = handlers.get(request.method, ("", None))
        if (
            handler is None
            or verb not in target.resource.verbs
            or (verb == "create" and _needs_namespace(target))
        ):
            raise status.method_not_allowed()
        return await handler(self, request, target)

    async def list_or_watch(self, request: web.Request, target: Target) -> web.StreamResponse:
        """GET of a collection."""
        if is_watch(request):
            return await self._watch(request, target)
        shown = Presentation.of(request, target, self._encoder)
        page = list_page(self._store, target, request.query)
        return _json(shown.page(page))

    async def _watch(self, request: web.Request, target: Target) -> web.StreamResponse:
        shown = Presentation.of(request, target, self._encoder)
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        try:
            watch = open_watch(self._store, request, target)
        except ApiError as error:
            if error.status != 410:
                raise
            # The real server has answered 200 before it looks into its history.
            await response.prepare(request)
            await response.write(error_line(error))
            await finish(response)
            return response
        try:
            await response.prepare(request)
            await stream(watch, self._store, target, response, shown.event)
        except ConnectionError:
            return response
        finally:
            watch.subscription.close()
        await finish(response)
        return response

    async def get(self, request: web.Request, target: Target) -> web.StreamResponse:
        """GET of an object."""
        shown = Presentation.of(request, target, self._encoder)
        return _json(shown.one(self._store.get(target.resource.plural, target.namespace, target.name or "")))

    async def create(self, request: web.Request, target: Target) -> web.StreamResponse:
        """POST to a collection."""
        return await self._written(request, target, write.create, 201)

    async def replace(self, request: web.Request, target: Target) -> web.StreamResponse:
        """PUT of an object."""
        resource = target.resource
        is_new = self._store.find(resource.plural, target.namespace, target.name or "") is None
        return await self._written(request, target, write.replace, 201 if is_new else 200)

    async def patch(self, request: web.Request, target: Target) -> web.StreamResponse:
        """PATCH of an object."""
        return await self._written(request, target, write.patch, 200)

    async def _written(
        self, request: web.Request, target: Target, action: "Write", code: int
    ) -> web.StreamResponse:
        shown = Presentation.of(request, target, self._encoder)
        obj, warnings = await action(self._store, request, target)
        response = _json(shown.one(obj), code)
        for name, value in warning_headers(warnings):
            response.headers.add(name, value)
        return response

    async def delete(self, request: web.Request, target: Target) -> web.StreamResponse:
        """DELETE of an object."""
        shown = Presentation.of(request, target, self._encoder)
        options = await delete.delete_options(request)
        obj = delete.delete_one(self._store, target, target.name or "", target.namespace, options)
        resource = target.resource
        is_left = self._store.find(resource.plural, target.namespace, target.name or "") is not None
        if resource.returns_deleted or (is_left and not options.dry_run):
            return _json(shown.one(obj))
        return _json(dump(delete.deletion_status(target, obj)))

    async def delete_collection(self, request: web.Request, target: Target) -> web.StreamResponse:
        """DELETE of a collection."""
        shown = Presentation.of(request, target, self._encoder)
        options = await delete.delete_options(request)
        return _json(shown.page(delete.delete_listed(self._store, request, target, options)))


Write = Callable[[Store, web.Request, Target], Awaitable[tuple[Object, list[str]]]]
Handler = Callable[[ApiServer, web.Request, Target], Awaitable[web.StreamResponse]]
COLLECTION: dict[str, tuple[str, Handler]] = {
    "GET": ("list", ApiServer.list_or_watch),
    "POST": ("create", ApiServer.create),
    "DELETE": ("deletecollection", ApiServer.delete_collection),
}
OBJECT: dict[str, tuple[str, Handler]] = {
    "GET": ("get", ApiServer.get),
    "PUT": ("update", ApiServer.replace),
    "PATCH": ("patch", ApiServer.patch),
    "DELETE": ("delete", ApiServer.delete),
}
SUBRESOURCE = {method: OBJECT[method] for method in ("GET", "PUT", "PATCH")}


def _needs_namespace(target: Target) -> bool:
    return target.resource.namespaced and target.namespace is None


def _json(body: bytes, code: int = 200) -> web.Response:
    return web.Response(body=body, status=code, content_type="application/json")


def _failure(error: ApiError) -> web.Response:
    response = _json(dump(error.as_status()), error.status)
    response.headers.update(error.headers)
    return response
