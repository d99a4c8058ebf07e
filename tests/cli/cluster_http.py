"""What does the API server of a target say, asked without any client library?"""

from __future__ import annotations

import json
import ssl
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.servers.target import Target

_SECONDS = 30


def ask(
    target: Target, method: str, path: str, body: object = None, content_type: str = "application/json"
) -> dict[str, Any]:
    """The answer, decoded. Raises HTTPError for a refusal."""
    headers = {"Authorization": f"Bearer {target.token}", "Content-Type": content_type}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(target.server + path, data, headers, method=method)
    trusted = ssl.create_default_context(cafile=target.ca_file)
    with urllib.request.urlopen(request, timeout=_SECONDS, context=trusted) as response:
        return json.load(response)
