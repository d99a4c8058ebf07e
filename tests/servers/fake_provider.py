"""A fake identity provider, over HTTP on loopback: who is this, and on a bad day what a real one does.

It imitates no product; it stands for what all have in common, for tests of what all authenticators share.
"""

from __future__ import annotations

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

LOCALHOST = "127.0.0.1"


class FakeProvider:
    """`people` by login name, each a mapping of fields of a Login; a test changes them while it runs.

    `status` other than 200 is what everybody gets; `hangs` lets a question wait until `release()`.
    """

    def __init__(self) -> None:
        self.people: dict[str, dict[str, Any]] = {}
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body: bytes | None = None
        self.seconds = 0.0
        self.hangs = False
        self.asked: list[str] = []
        self.connections = 0
        self._released = threading.Event()

    def __enter__(self) -> Self:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                provider.connections += 1

            def do_GET(self) -> None:
                provider._answer(self)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                provider._answer(self)

            def log_message(self, *_: object) -> None:
                """Nothing: the test's output is for its failures."""

        self._server = ThreadingHTTPServer((LOCALHOST, 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://{LOCALHOST}:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self._server.shutdown()
        self._server.server_close()

    def usual(self) -> None:
        """A good day, with nobody there."""
        self.release()
        self.people, self.status, self.headers, self.body = {}, 200, {}, None
        self.hangs, self.seconds, self.asked = False, 0.0, []
        self._released.clear()

    def release(self) -> None:
        """Answer all who wait."""
        self._released.set()

    async def was_asked(self, times: int, *, deadline_seconds: float = 30.0) -> None:
        """Until so many questions have come."""
        async with asyncio.timeout(deadline_seconds):
            while len(self.asked) < times:  # noqa: ASYNC110 - the questions come in another thread
                await asyncio.sleep(0.01)

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        name = request.path.rpartition("/")[2]
        self.asked.append(name)
        if self.hangs or self.seconds:
            self._released.wait(30 if self.hangs else self.seconds)
        person = self.people.get(name)
        is_known = person is not None or self.body is not None
        status = self.status if self.status != 200 or is_known else 404
        body = self.body if self.body is not None else json.dumps(person or {}).encode()
        request.send_response(status)
        for header, value in {"Content-Length": str(len(body)), **self.headers}.items():
            request.send_header(header, value)
        request.end_headers()
        request.wfile.write(body)
