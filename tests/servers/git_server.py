"""How does a test have a git server that wants a password? git's own CGI program behind HTTPS."""

from __future__ import annotations

import base64
import os
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from tests.servers.certificates import make_certificate

if TYPE_CHECKING:
    from pathlib import Path


class GitServer:
    """One repository, `course.git`, for those with the password `token`; `is_public`: everybody may read."""

    def __init__(
        self, folder: Path, token: str, address: str = "127.0.0.1", *, is_public: bool = False
    ) -> None:
        self.repositories, self.token, self.is_public = folder / "repositories", token, is_public
        self.asked: list[str] = []
        certificate, key, self.ca_file = make_certificate(folder / "tls", address)
        self.repository = self.repositories / "course.git"
        run = ["git", "init", "--quiet", "--bare", "--initial-branch=main", str(self.repository)]
        subprocess.run(run, check=True)
        setting = ["git", "-C", str(self.repository), "config", "http.receivepack", "true"]
        subprocess.run(setting, check=True)
        self._server = ThreadingHTTPServer((address, 0), _handler_for(self))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.host = f"{address}:{self._server.server_port}"
        self.url = f"https://{self.host}/course.git"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def takes(self, password: str) -> bool:
        """Whether somebody with this password may do everything."""
        return password == self.token

    def log(self) -> str:
        """Authors and subjects of what was pushed."""
        command = ["git", "-C", str(self.repository), "log", "--format=%an <%ae> %s", "main"]
        return subprocess.run(command, capture_output=True, text=True).stdout

    def publish(self, name: str, text: str) -> None:
        """A file that its author has committed meanwhile (git-scm.com/docs/git-fast-import)."""
        git = ["git", "-C", str(self.repository)]
        head = subprocess.run([*git, "rev-parse", "--verify", "-q", "main"], capture_output=True, text=True)
        commit = f"commit refs/heads/main\ncommitter A <a@example.org> now\ndata {len(name)}\n{name}\n"
        parent = f"from {head.stdout.strip()}\n" if head.stdout else ""
        file = f"M 100644 inline {name}\ndata {len(text.encode())}\n{text}\n"
        words = [*git, "fast-import", "--quiet", "--date-format=now"]
        subprocess.run(words, input=commit + parent + file, check=True, text=True)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler_for(git: GitServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, _, words = self.headers.get("Authorization", "").partition(" ")
            user, _, password = base64.b64decode(words).decode().partition(":") if words else ("", "", "")
            git.asked.append(user)
            is_reading = git.is_public and "git-receive-pack" not in self.path
            if not is_reading and (kind != "Basic" or not git.takes(password)):
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="git"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self._answer()

        def do_POST(self) -> None:
            self.do_GET()

        def _answer(self) -> None:
            path, _, query = self.path.partition("?")
            length = int(self.headers.get("Content-Length") or 0)
            environment = os.environ | {
                "GIT_PROJECT_ROOT": str(git.repositories),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REQUEST_METHOD": self.command,
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(length),
                "REMOTE_USER": "somebody",
            }
            body = self.rfile.read(length)
            if self.headers.get("Content-Encoding"):
                environment["HTTP_CONTENT_ENCODING"] = self.headers["Content-Encoding"]
            command = ["git", "http-backend"]
            done = subprocess.run(command, input=body, capture_output=True, env=environment)
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
            self.send_response(int(headers.pop("Status", "200").split()[0]))
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
