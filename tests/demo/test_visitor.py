"""Does the visitor say what a page said, and never wait for ever? Against a small server that plays a hub."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from libretexts_hub.demo.visitor import VisitError, Visitor

LOGIN = '<form method="post"><input name="username"><input name="password" type="password"></form>'


async def page(request: web.Request) -> web.StreamResponse:
    """What a hub's pages may say; the path chooses."""
    name = request.match_info["name"]
    pages = {
        "login": (200, LOGIN),
        "refuse": (403, '<p class="login_error">Wrong name or password</p>'),
        "crash": (500, '<div class="error"><h1>500 : Internal Server Error</h1></div>'),
        "api/users/mia": (404, '{"status": 404, "message": "No such person"}'),
        "api/broken": (502, "bad gateway"),
        "spawn-pending/mia": (200, "starting"),
        "spawn-pending/noah": (200, "starting"),
        "home": (200, "<title>Home</title>"),
    }
    status, text = pages[name]
    return web.Response(status=status, text=text, content_type="text/html")


async def progress(request: web.Request) -> web.StreamResponse:
    """A start that fails, or, for noah, a stream that never says another word."""
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await stream.prepare(request)
    await stream.write(b'data: {"progress": 10, "message": "pulling"}\n\n: comment\n\n')
    if "mia" in request.path:
        await stream.write(b'data: {"progress": 100, "failed": true, "message": "Spawn failed: no room"}\n\n')
        return stream
    await stream.write(b'data: {"progress": 50, "message": "still pulling"}\n\n')
    await asyncio.Event().wait()
    return stream


@asynccontextmanager
async def small_hub() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/hub/api/users/{user}/server/progress", progress)
    app.router.add_post("/hub/login", refuse)
    app.router.add_get("/hub/silent", _never)
    app.router.add_route("*", "/hub/{name:.*}", page)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def refuse(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/hub/refuse")


async def _never(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    return web.Response()


async def test_a_refused_login_says_what_the_page_said():
    async with small_hub() as url, Visitor(url) as visitor:
        with pytest.raises(VisitError, match="Wrong name or password") as refusal:
            await visitor.login("mia", "x")
    assert refusal.value.status == 403


@pytest.mark.parametrize(
    ("path", "words"),
    [
        pytest.param("users/mia", "No such person", id="JSON"),
        pytest.param("broken", "bad gateway", id="text"),
    ],
)
async def test_an_api_error_says_what_the_answer_said(path, words):
    async with small_hub() as url, Visitor(url) as visitor:
        with pytest.raises(VisitError, match=words):
            await visitor.hub_api("GET", path)


async def test_a_failed_start_says_what_the_progress_page_said():
    async with small_hub() as url, Visitor(url) as visitor:
        visitor.name = "mia"
        with pytest.raises(VisitError, match="no room"):
            await visitor.wait_until_ready()
        assert [message.text for message in visitor.messages] == ["pulling", "Spawn failed: no room"]


async def test_a_start_that_never_ends_is_given_up_with_the_last_message():
    async with small_hub() as url, Visitor(url) as visitor:
        visitor.name = "noah"
        with pytest.raises(VisitError, match="still pulling"):
            await visitor.wait_until_ready(timeout_seconds=0.5)


async def test_a_page_that_never_comes_is_given_up():
    async with small_hub() as url, Visitor(url, deadline_seconds=0.3) as visitor:
        with pytest.raises(VisitError, match="no answer within"):
            await visitor.open("silent")


async def test_nobody_listens():
    async with small_hub() as url:
        pass
    async with Visitor(url) as visitor:
        with pytest.raises(VisitError, match="Is the hub running there"):
            await visitor.open("home")


async def test_an_error_page_is_an_error():
    async with small_hub() as url, Visitor(url) as visitor:
        with pytest.raises(VisitError, match="500 : Internal Server Error"):
            await visitor.open("crash")


@pytest.mark.parametrize(
    ("user", "server_name", "path"),
    [
        pytest.param("", "", "/user/mia", id="own"),
        pytest.param("noah", "two", "/user/noah/two", id="named, of somebody else"),
        pytest.param("a b@c/d", "", "/user/a%20b%40c%2Fd", id="escaped"),
    ],
)
def test_the_address_of_a_server(user, server_name, path):
    visitor = Visitor("http://127.0.0.1:8000")
    visitor.name = "mia"
    assert visitor.server_url(user=user, server_name=server_name).raw_path == path
