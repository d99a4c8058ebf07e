"""How does the harness speak to an API server? The smallest client that does, with the standard library
alone."""

import http.client
import json
import ssl
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


class ApiError(Exception):
    """The API server said no; `status` is the HTTP status, the text its own message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


@dataclass(frozen=True)
class Api:
    """One API server, asked as one user: by bearer token, or by a client certificate and key."""

    server: str
    token: str = ""
    ca_file: Path | None = None
    certificate: tuple[Path, Path] | None = None
    seconds: float = 15
    _context: list = field(default_factory=list, repr=False, compare=False)

    def request(self, method: str, path: str, body: dict | None = None) -> dict:
        """One request; the answer's JSON. Raises ApiError for a refusal, OSError when there is no answer."""
        connection = self._connection(self.seconds)
        try:
            answer = self._send(connection, method, path, body)
            return json.loads(answer.read() or b"{}")
        finally:
            connection.close()

    def text(self, path: str) -> str:
        """A GET whose answer is text, such as a log."""
        connection = self._connection(self.seconds)
        try:
            return self._send(connection, "GET", path, None).read().decode()
        finally:
            connection.close()

    def get(self, path: str) -> dict:
        """GET."""
        return self.request("GET", path)

    def create(self, path: str, body: dict, *, may_exist: bool = False) -> dict:
        """POST; with `may_exist` an object of that name is fine."""
        try:
            return self.request("POST", path, body)
        except ApiError as error:
            if may_exist and error.status == 409:
                return {}
            raise

    def delete(self, path: str, *, may_be_gone: bool = True) -> None:
        """DELETE."""
        try:
            self.request("DELETE", path)
        except ApiError as error:
            if not (may_be_gone and error.status == 404):
                raise

    def watch(self, path: str, version: str, seconds: int = 300) -> Iterator[dict]:
        """Events after `version` until the server ends the watch."""
        query = urllib.parse.urlencode({"watch": "1", "resourceVersion": version, "timeoutSeconds": seconds})
        connection = self._connection(seconds + 15)
        try:
            for line in self._send(connection, "GET", f"{path}?{query}", None):
                yield json.loads(line)
        finally:
            connection.close()

    def _connection(self, seconds: float) -> http.client.HTTPConnection:
        address = urllib.parse.urlsplit(self.server)
        if address.scheme == "http":
            return http.client.HTTPConnection(address.netloc, timeout=seconds)
        if not self._context:
            context = ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
            if self.certificate:
                context.load_cert_chain(*map(str, self.certificate))
            self._context.append(context)
        return http.client.HTTPSConnection(address.netloc, timeout=seconds, context=self._context[0])

    def _send(self, connection, method: str, path: str, body: dict | None) -> http.client.HTTPResponse:
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "test-cluster",
        }
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        prefix = urllib.parse.urlsplit(self.server).path.rstrip("/")
        connection.request(method, prefix + path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        if answer.status >= 400:
            raise ApiError(answer.status, _message(answer.read()))
        return answer


def _message(body: bytes) -> str:
    try:
        return json.loads(body)["message"]
    except (ValueError, KeyError, TypeError):
        return body[:300].decode(errors="replace")
