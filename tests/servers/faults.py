"""How does a test put faults between a client and a server? `async with FaultProxy(target) as faults: ...`"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import shutil
import sys
import tempfile
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import aiohttp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .target import Target

ROOT = Path(__file__).parents[2]
_START_SECONDS = 60


@dataclass(frozen=True)
class LoggedRequest:
    """One request as the proxy saw it; see `tests/servers/fault_proxy/journal.py`."""

    verb: str
    resource: str
    subresource: str
    namespace: str
    name: str
    path: str
    user_agent: str
    status: int | None
    upstream_status: int | None
    started: float
    duration: float | None
    end: str
    bytes: int
    rules: list[int] = field(default_factory=list)


class FaultProxy:
    """A running fault proxy before a target's API server, an HTTP (`before`) or a TCP server (`tcp`)."""

    def __init__(self, target: Target | None = None, *, options: list[str] | None = None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="fault-proxy-"))
        self.kubeconfig = self._folder / "kubeconfig"
        self.ca_file = self._folder / "ca.pem"
        self._options = options or []
        if target is not None:
            self._options += [
                "--kubeconfig",
                str(target.kubeconfig),
                "--write-kubeconfig",
                str(self.kubeconfig),
            ]
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None
        self.url = ""
        self._control = ""

    @classmethod
    def before(cls, url: str, *, tls: bool = False, ca_file: Path | None = None) -> FaultProxy:
        """Before an HTTP server: an identity provider, a registry, a hub."""
        options = [
            "--upstream",
            url,
            *(["--tls"] if tls else []),
            *(["--ca", str(ca_file)] if ca_file else []),
        ]
        return cls(options=options)

    @classmethod
    def tcp(cls, host: str, port: int) -> FaultProxy:
        """Before a server that is not HTTP, such as a directory."""
        return cls(options=["--tcp", f"{host}:{port}"])

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, _, port = self.url.partition("://")[2].rpartition(":")
        return host, int(port)

    async def __aenter__(self) -> Self:
        command = [
            sys.executable,
            "-m",
            "tests.servers.fault_proxy",
            *self._options,
            "--write-ca",
            str(self.ca_file),
        ]
        self._process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(_START_SECONDS):
                words = (await self._process.stdout.readline()).decode().split()
        except TimeoutError:
            words = []
        if words[:1] != ["ready"]:
            await self._stop()
            raise RuntimeError(f"the fault proxy did not start: {' '.join(command)}")
        self.url, self._control = words[1:3]
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *exception: object) -> None:
        if self._session is not None:
            await self._session.close()
        await self._stop()

    async def _stop(self) -> None:
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(5):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextlib.asynccontextmanager
    async def afresh(self) -> AsyncIterator[Self]:
        """This running proxy for one more test, also of another event loop: no fault set, nothing logged."""
        again = copy.copy(self)
        async with aiohttp.ClientSession() as session:
            again._session = session
            await again.up()
            await again.clear()
            await again.forget()
            yield again

    async def add(self, action: str, **fields_of_rule: Any) -> int:
        """Set a fault; the fields are those of `fault_proxy.rules.Rule`. Answers the rule's id."""
        rule = await self._ask("POST", "/rules", {"action": action, **fields_of_rule})
        return int(rule["id"])

    async def remove(self, rule_id: int) -> None:
        await self._ask("DELETE", f"/rules/{rule_id}")

    async def clear(self) -> None:
        """Remove every fault."""
        await self._ask("DELETE", "/rules")

    async def rules(self) -> list[dict[str, Any]]:
        """The faults in force, each with how often it `matched` and `struck`."""
        return await self._ask("GET", "/rules")

    async def requests(self, **wanted: object) -> list[LoggedRequest]:
        """What came through since the last `forget`, oldest first; for example `requests(verb="create")`."""
        names = {entry.name for entry in fields(LoggedRequest)}
        logged = [
            LoggedRequest(**{key: value for key, value in entry.items() if key in names})
            for entry in await self._ask("GET", "/requests")
        ]
        return [
            entry for entry in logged if all(getattr(entry, key) == value for key, value in wanted.items())
        ]

    async def forget(self) -> None:
        """Empty the request log."""
        await self._ask("DELETE", "/requests")

    async def down(self, how: str = "refuse", seconds: float | None = None) -> None:
        """Take the server away: `refuse` connections or `reset` them, for some seconds or until `up`."""
        await self._ask("POST", "/down", {"how": how, "seconds": seconds})

    async def up(self) -> None:
        await self._ask("POST", "/up")

    async def health(self) -> dict[str, Any]:
        return await self._ask("GET", "/health")

    async def _ask(self, method: str, path: str, document: Any = None) -> Any:
        assert self._session is not None, "use it with `async with`"
        async with self._session.request(method, self._control + path, json=document) as answer:
            if answer.status >= 400:
                raise ValueError(await answer.text())
            return await answer.json()
