"""What would be sent to the Kubernetes API? A spawner starts, and its requests end here.

Below the client of kubernetes_asyncio, where it would open a connection: so whatever asks, the spawner, a
mixin or a hook of the operator, through whichever API object, is heard, and nothing leaves the process.
"""

import contextlib
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

NOT_FOUND = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}
NO_CHANGES = {**NOT_FOUND, "reason": "MethodNotAllowed", "code": 405, "message": "nothing is changed here"}


# A collection, of a namespace or of the cluster; not a part of an object, nor a question (an access review).
CREATES = re.compile(
    r"/(?:api|apis/(?!auth)[^/]+)/(?P<version>[^/]+)(?:/namespaces/(?P<namespace>[^/]+))?/(?P<plural>[^/]+)"
)
KINDS = {
    "persistentvolumeclaims": "PersistentVolumeClaim",
    "configmaps": "ConfigMap",
    "serviceaccounts": "ServiceAccount",
}


class CompleteError(BaseException):
    """Everything that this start creates has been asked for. Not an Exception: no handler may take it for a
    failed start."""


class Answer:
    """What aiohttp would have returned."""

    def __init__(self, status: int, content: object) -> None:
        self.status, self.reason = status, ""
        self.headers = {"Content-Type": "application/json"}
        self._body = json.dumps(content).encode()

    async def read(self) -> bytes:
        """The body."""
        return self._body


class Captured:
    """An empty cluster that believes everything. `objects` are those that were created, in their order."""

    def __init__(self) -> None:
        self.objects: list[dict[str, Any]] = []
        self._known: dict[str, dict[str, Any]] = {}

    def answer(self, method: str, url: str, body: Any) -> Answer:
        """To one request."""
        path = urlsplit(url).path
        if method == "POST":
            is_object = CREATES.fullmatch(path) and isinstance(body, dict)
            return Answer(201, self._created(path, body)) if is_object else Answer(405, NO_CHANGES)
        if method in ("GET", "HEAD") and path in self._known:
            return Answer(200, self._known[path])
        if method == "DELETE" and path in self._known:
            return Answer(200, self._removed(path))
        return Answer(405, NO_CHANGES) if method in ("PUT", "PATCH") else Answer(404, NOT_FOUND)

    def pods(self) -> dict[str, dict[str, Any]]:
        """As the reflector of a spawner has them, by `namespace/name`."""
        pods = (each for each in self._known.values() if each.get("kind") == "Pod")
        return {f"{each['metadata']['namespace']}/{each['metadata']['name']}": each for each in pods}

    def _created(self, path: str, body: Any) -> dict[str, Any]:
        made = _whole(path, deepcopy(body))
        metadata = made["metadata"]
        self.objects.append(made)
        # An owner reference needs the uid.
        stored = deepcopy(made)
        stored["metadata"]["uid"] = f"(uid of {metadata.get('name', '')})"
        stored["metadata"]["resourceVersion"] = "1"
        self._known[f"{path}/{metadata.get('name', '')}"] = stored
        return stored

    def _removed(self, path: str) -> dict[str, Any]:
        gone = self._known.pop(path)
        place = (gone.get("kind"), gone["metadata"].get("namespace"), gone["metadata"].get("name"))
        self.objects = [
            each
            for each in self.objects
            if (each.get("kind"), each["metadata"].get("namespace"), each["metadata"].get("name")) != place
        ]
        return gone


def _whole(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The object as the API server would complete it: models of the client say neither kind nor namespace."""
    found = CREATES.fullmatch(path)
    plural = found["plural"] if found else ""
    group = path.split("/")[2:-1]
    version = "/".join(group[:2]) if path.startswith("/apis/") else group[0]
    kind = body.get("kind") or KINDS.get(plural, plural.removesuffix("s").capitalize())
    metadata = {**(body.get("metadata") or {})}
    if found and found["namespace"]:
        metadata.setdefault("namespace", found["namespace"])
    return {"apiVersion": version, "kind": kind, **body, "metadata": metadata}


@contextlib.contextmanager
def capturing() -> Iterator[Captured]:
    """Until the end of the block no request reaches a cluster, and no configuration of one is needed."""
    import kubespawner.spawner
    from kubernetes_asyncio.client.rest import ApiException, RESTClientObject, RESTResponse

    captured = Captured()

    async def request(
        _self: Any,
        method: str,
        url: str,
        *_words: Any,
        body: Any = None,
        _preload_content: bool = True,
        **_: Any,
    ) -> Any:
        answer = captured.answer(method.upper(), url, body)
        if not _preload_content:
            return answer
        response = RESTResponse(answer, await answer.read())
        if answer.status >= 400:
            raise ApiException(http_resp=response)
        return response

    before = RESTClientObject.request, kubespawner.spawner.load_config
    RESTClientObject.request = request
    # It raises where there is neither a service account nor a kubeconfig.
    kubespawner.spawner.load_config = lambda **_: None
    try:
        yield captured
    finally:
        RESTClientObject.request, kubespawner.spawner.load_config = before


def capturing_class(spawner_class: type, captured: Captured) -> type:
    """The same spawner, but it watches no cluster, and ends where it would wait for its pod."""

    async def start_no_watch(_self: Any, *_words: Any, **_named: Any) -> None:
        pass

    def complete(_self: Any, _pod: Any) -> bool:
        raise CompleteError

    changes = {
        "pod_reflector": property(lambda _self: SimpleNamespace(pods=captured.pods())),
        "event_reflector": property(lambda _self: None),
        "_start_watching_pods": start_no_watch,
        "_start_watching_events": start_no_watch,
        "is_pod_running": complete,
        "__module__": spawner_class.__module__,
        "__doc__": spawner_class.__doc__,
    }
    # The same name: sections of the configuration and messages go by it.
    return type(spawner_class)(spawner_class.__name__, (spawner_class,), changes)
