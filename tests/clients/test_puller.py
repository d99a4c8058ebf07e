"""Is the DaemonSet made, changed and left alone as it should be, and are all nodes asked?"""

import asyncio
import json

import pytest
from aiohttp import web
from kubernetes_asyncio.client import ApiClient, AppsV1Api, Configuration, CoreV1Api
from kubernetes_asyncio.client.rest import ApiException

from libretexts_hub.clients.puller import APPLY, apply_daemon_set, images_on_nodes

DOCUMENT = {
    "apiVersion": "apps/v1",
    "kind": "DaemonSet",
    "metadata": {"name": "puller", "namespace": "servers"},
    "spec": {"template": {"spec": {"initContainers": [{"name": "a", "image": "quay.io/x/a:1"}]}}},
}
PATH = "/apis/apps/v1/namespaces/servers/daemonsets/puller"


class FakeApi:
    """An API server that keeps one DaemonSet and has three nodes, on two pages."""

    def __init__(self) -> None:
        self.kept: dict | None = None
        self.applied: list[str] = []
        self.generation = 0
        self.status = 200

    async def serve(self, request: web.Request) -> web.Response:
        if self.status != 200:
            return web.json_response({"message": "nodes is forbidden"}, status=self.status)
        if request.path == PATH and request.method == "PATCH":
            assert request.query["fieldManager"]
            self.applied.append(request.headers["Content-Type"])
            sent = json.loads(await request.read())
            self.generation += self.kept != sent
            self.kept = sent
        if request.path == PATH:
            metadata = {"generation": self.generation}
            return web.json_response({"metadata": metadata}, status=200 if self.kept else 404)
        is_first = not request.query.get("continue")
        names = ["one", "two"] if is_first else ["three"]
        items = [{"metadata": {"name": name}, "status": _status(name)} for name in names]
        return web.json_response({"items": items, "metadata": {"continue": "more"} if is_first else {}})


def _status(name: str) -> dict:
    if name == "two":
        return {}
    return {"images": [{"names": ["quay.io/x/a:1", "<none>@<none>"], "sizeBytes": 7}, {"sizeBytes": 1}]}


@pytest.fixture
async def api():
    fake = FakeApi()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fake.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    async with ApiClient(Configuration(host=host)) as client:
        yield fake, client
    await runner.cleanup()


async def test_it_is_made_then_left_alone_then_changed(api):
    fake, client = api
    apps = AppsV1Api(client)
    other = {**DOCUMENT, "spec": {}}

    done = [await apply_daemon_set(apps, each) for each in (DOCUMENT, DOCUMENT, other, other)]

    assert done == ["created", "unchanged", "updated", "unchanged"]
    assert set(fake.applied) == {APPLY}
    assert fake.kept == other


async def test_every_page_of_nodes_is_read(api):
    _, client = api
    found = await asyncio.wait_for(images_on_nodes(CoreV1Api(client)), 10)
    assert [(each.node, each.names, each.size) for each in found] == [
        ("one", ("quay.io/x/a:1",), 7),
        ("one", (), 1),
        ("three", ("quay.io/x/a:1",), 7),
        ("three", (), 1),
    ]


async def test_a_refusal_is_raised(api):
    fake, client = api
    fake.status = 403
    with pytest.raises(ApiException) as refused:
        await images_on_nodes(CoreV1Api(client))
    assert refused.value.status == 403
