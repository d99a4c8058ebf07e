"""A fake Kubernetes API that refuses everything, with the words of a real one's authorizer."""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACCOUNT = "system:serviceaccount:jhub:puller"


class _Refusal(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        named, kind = self._resource()
        self._refuse("get" if named else "list", kind)

    def do_POST(self) -> None:
        """What it may do, everybody may ask about themselves."""
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.endswith("/selfsubjectaccessreviews"):
            self._answer(201, {"kind": "SelfSubjectAccessReview", "status": {"allowed": False}})
        else:
            self._refuse("create", self._resource()[1])

    def _resource(self) -> tuple[str, str]:
        """The name and the kind of `/api/v1[/namespaces/NS]/KIND[/NAME]` or `/apis/GROUP/VERSION/...`."""
        parts = self.path.partition("?")[0].strip("/").split("/")
        parts = parts[2:] if parts[0] == "api" else parts[3:]
        parts = parts[2:] if parts[0] == "namespaces" and len(parts) > 2 else parts
        return "".join(parts[1:2]), parts[0]

    def _refuse(self, verb: str, kind: str) -> None:
        message = f'{kind} is forbidden: User "{ACCOUNT}" cannot {verb} resource "{kind}" in API group ""'
        status = {"kind": "Status", "status": "Failure", "reason": "Forbidden", "code": 403}
        self._answer(403, status | {"message": message})

    def _answer(self, code: int, document: dict) -> None:
        body = json.dumps(document).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def refusing_api(folder: Path, namespace: str = "jhub") -> Iterator[Path]:
    """The kubeconfig of a running one, whose context names `namespace`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Refusal)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", "namespace": namespace}}],
        "current-context": "x",
    }
    try:
        (folder / "kubeconfig").write_text(json.dumps(document))  # JSON is YAML
        yield folder / "kubeconfig"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
