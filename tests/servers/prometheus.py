"""How does a test ask a real Prometheus? Debian's, with a configuration of the test, until its block ends."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import yaml

from libretexts_hub.demo import leash
from tests.servers.debian import program
from tests.servers.ending import end_process
from tests.servers.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READY_SECONDS = 60


class Prometheus:
    """One that runs."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, path: str, **parameters: str) -> Any:
        """The `data` of an answer of its API. Raises urllib.error.HTTPError for a query that is wrong."""
        query = urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{query}", timeout=30) as answer:
            return json.loads(answer.read())["data"]

    def query(self, expression: str) -> list[dict]:
        """The vector that the expression is now."""
        return self.ask("query", query=expression)["result"]

    async def until(self, expression: str, seconds: float = READY_SECONDS) -> list[dict]:
        """Wait until this is not empty."""
        deadline = time.monotonic() + seconds
        while not (found := await asyncio.to_thread(self.query, expression)):
            assert time.monotonic() < deadline, f"{expression} is still empty after {seconds:.0f} s"
            await asyncio.sleep(0.25)
        return found


@contextmanager
def prometheus(folder: Path, configuration: dict) -> Iterator[Prometheus]:
    """It is ready when the block begins. Raises SetupError where Debian's package can't be had."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(configuration))
    address = f"127.0.0.1:{free_port()}"
    command = [
        str(program("prometheus", "prometheus")),
        f"--config.file={folder}/prometheus.yaml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address={address}",
    ]
    log = folder / "prometheus.log"
    with log.open("ab") as output:
        process = subprocess.Popen(leash.command(command), stdout=output, stderr=output)
    try:
        _wait(process, f"http://{address}/-/ready", log)
        yield Prometheus(f"http://{address}")
    finally:
        end_process(process)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"Prometheus did not start:\n{log.read_text()[-3000:]}") from None
            time.sleep(0.1)
        else:
            return
