"""How does a test run configurable-http-proxy as a process of its own, so that hubs come and go behind it?"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from libretexts_hub.demo import leash
from libretexts_hub.demo.node import ensure_proxy
from tests.cluster.paths import cache_dir

from .ending import end_process

if TYPE_CHECKING:
    from pathlib import Path

    from .hub_config import Addresses


class ProxyProcess:
    """A real configurable-http-proxy on the addresses of one hub."""

    def __init__(self, folder: Path, addresses: Addresses, token: str) -> None:
        self.log = folder / "proxy.log"
        self._addresses = addresses
        self._token = token
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        at = self._addresses
        words = [
            *ensure_proxy(cache_dir()),
            "--ip=127.0.0.1",
            f"--port={at.public_port}",
            "--api-ip=127.0.0.1",
            f"--api-port={at.proxy_api_port}",
            f"--default-target={at.hub_url}",
            f"--error-target={at.hub_url}/hub/error",
        ]
        environment = {**os.environ, "CONFIGPROXY_AUTH_TOKEN": self._token}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                leash.command(words), env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def stop(self) -> None:
        if self._process is not None:
            end_process(self._process)
            self._process = None
