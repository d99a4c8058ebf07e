"""A fake ngshare, over HTTP on loopback: courses, instructors and students, as its API documents them.

What it answers was compared by hand with ngshare 0.6.0.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote

TOKEN = "the token of an admin, only for tests"


class FakeNgshare:
    """`courses`: id -> its instructors and students. `refused`: students that it does not take."""

    def __init__(self) -> None:
        self.courses: dict[str, dict[str, list[str]]] = {}
        self.refused: set[str] = set()
        self.posts: list[str] = []

    def __enter__(self) -> Self:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                fake._answer(self, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                fake.posts.append(self.path)
                fake._answer(self, parse_qs(body, keep_blank_values=True))

            def log_message(self, *_: object) -> None:
                """Nothing: the test's output is for its failures."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/services/ngshare"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler, form: dict[str, list[str]]) -> None:
        status, said = self._said(handler, form)
        handler.send_response(status)
        if status == 302:
            handler.send_header("Location", "/hub/api/oauth2/authorize")
        handler.end_headers()
        handler.wfile.write(json.dumps(said).encode())

    def _said(
        self, handler: BaseHTTPRequestHandler, form: dict[str, list[str]]
    ) -> tuple[int, dict[str, Any]]:
        if handler.headers.get("Authorization") != f"token {TOKEN}":
            return 302, {}
        what, *names = map(unquote, handler.path.removeprefix("/services/ngshare/").split("/"))
        if what == "courses":
            return 200, {"success": True, "courses": list(self.courses)}
        course = self.courses.get(names[0])
        if what == "course":
            self.courses[names[0]] = {"instructors": [], "students": []}
            return 200, {"success": True}
        if course is None:
            return 404, {"success": False, "message": "Course not found"}
        if what == "instructor":
            course["instructors"].append(names[1])
            return 200, {"success": True}
        if handler.command == "GET":
            return 200, {"success": True, what: [{"username": each} for each in course[what]]}
        status = []
        for each in json.loads(form["students"][0]):
            taken = each["username"] not in self.refused
            status.append({"username": each["username"], "success": taken, "message": "" if taken else "No"})
            course["students"] += [each["username"]] if taken else []
        return 200, {"success": True, "status": status}
