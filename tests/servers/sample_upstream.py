"""Which server stands behind the fault proxy in its own tests? One that counts what it did."""

from __future__ import annotations

import asyncio
import json

from aiohttp import web

PODS = "/api/v1/namespaces/n/pods"


class Upstream:
    """A small API server that counts what it did."""

    def __init__(self) -> None:
        self.created: list[dict] = []
        self.watching = 0
        self.url = ""

    def application(self) -> web.Application:
        application = web.Application()
        application.add_routes(
            [
                web.post(PODS, self.create),
                web.get(PODS, self.watch),
                web.get("/big", self.big),
                web.get("/ws", self.websocket),
                web.route("*", "/{rest:.*}", self.echo),
            ]
        )
        return application

    async def create(self, request: web.Request) -> web.Response:
        self.created.append(await request.json())
        return web.json_response(self.created[-1], status=201)

    async def watch(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        self.watching += 1
        try:
            for number in range(1000):
                await answer.write(json.dumps({"type": "ADDED", "object": {"n": number}}).encode() + b"\n")
                await asyncio.sleep(0.05)
        finally:
            self.watching -= 1
        return answer

    async def big(self, request: web.Request) -> web.Response:
        return web.Response(body=b"x" * 100_000)

    async def websocket(self, request: web.Request) -> web.WebSocketResponse:
        answer = web.WebSocketResponse(protocols=["v5.channel.k8s.io"])
        await answer.prepare(request)
        async for message in answer:
            await answer.send_bytes(message.data[::-1])
        return answer

    async def echo(self, request: web.Request) -> web.Response:
        headers = {"X-Path": request.raw_path, "X-Authorization": request.headers.get("Authorization", "")}
        answer = web.Response(body=await request.read(), headers=headers, status=207)
        answer.headers.add("Set-Cookie", "a=1")
        answer.headers.add("Set-Cookie", "b=2")
        return answer
