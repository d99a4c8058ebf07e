"""Who answers HTTP for servers that are only simulated? One named fake for all of them, in its own process.

Run as `python -m benchmarks.responder [ADDRESS]`; prints `ready PORT`. It answers `/user/NAME/...` as a
notebook server does when it is up: at once, or from the moment (of the monotonic clock) that
`PUT /ready-at/NAME?seconds=S` gave. Before that it breaks the connection without an answer, as near to
"nobody listens yet" as a shared port can come.
"""

from __future__ import annotations

import asyncio
import sys
import time

from aiohttp import web

VERSION_HEADER = {"X-JupyterHub-Version": "5.5.0"}
ready_at: dict[str, float] = {}


async def answer(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    if time.monotonic() < ready_at.get(name, 0.0):
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=503)
    return web.json_response({"version": "a stand-in"}, headers=VERSION_HEADER)


async def set_ready_at(request: web.Request) -> web.Response:
    ready_at[request.match_info["name"]] = float(request.query["seconds"])
    return web.Response(status=204)


async def main(address: str) -> None:
    app = web.Application()
    app.router.add_route("*", "/user/{name}{rest:(/.*)?}", answer)
    app.router.add_put("/ready-at/{name}", set_ready_at)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, address, 0, backlog=1024).start()
    print("ready", runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*(sys.argv[1:] or ["127.0.0.1"])))
