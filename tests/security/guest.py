"""How does somebody send what no page would? Over HTTP, octet by octet, with the cookies of a person."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_from_bytes

import requests

from tests.servers.hub import PASSWORD

SECONDS = 60


def octets(text: str) -> bytes:
    """As somebody sends it who does not care for encodings."""
    return text.encode("utf-8", "surrogatepass")


def encoded(fields: list[tuple[str, str]]) -> bytes:
    """A form, with whatever is in it."""
    pairs = (f"{quote_from_bytes(octets(key))}={quote_from_bytes(octets(value))}" for key, value in fields)
    return "&".join(pairs).encode()


class Guest:
    """A person with a browser of their own that does what it is told."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/hub"
        self.session = requests.Session()
        # Not the machine's own proxy settings: everything is on loopback.
        self.session.trust_env = False
        self.name = ""

    @property
    def xsrf(self) -> str:
        found = [each.value for each in self.session.cookies if each.name == "_xsrf" and each.path == "/hub/"]
        return str(found[0]) if found else ""

    def log_in(self, name: str) -> None:
        self.get("login")
        answer = self.form("login?next=/hub/home", [("username", name), ("password", PASSWORD)])
        assert answer.status_code == 302, answer.text
        self.name = name
        self.get("home")

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.send("GET", path, **more)

    def form(self, path: str, fields: list[tuple[str, str]]) -> requests.Response:
        """A form of a page, as a browser sends it."""
        body = encoded([("_xsrf", self.xsrf), *fields])
        return self.send("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def rest(self, method: str, path: str, body: bytes = b"") -> requests.Response:
        return self.send(method, f"api/{path}", body, {"X-XSRFToken": self.xsrf} if self.xsrf else {})

    def send(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> requests.Response:
        """One request; where it is sent on to is not followed."""
        sent = {"Sec-Fetch-Mode": "navigate" if not path.startswith("api/") else "cors", **(headers or {})}
        return self.session.request(
            method, f"{self.url}/{path}", data=body, headers=sent, timeout=SECONDS, allow_redirects=False
        )
