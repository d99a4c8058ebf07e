"""How soon is somebody told, who logs in while the provider is known to be down?

Through a real hub: the time from the browser's return (`/hub/oauth_callback`) to the page that says so. The
provider takes every connection and answers nothing; three logins have waited for it already.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from yarl import URL

from tests.servers.fake_github import FakeGitHub, Fault
from tests.servers.hub import HubProcess
from tests.servers.hub_config import assignments

from .figures import OURS
from .login_github import configuration

if TYPE_CHECKING:
    from .login import Figures

TOKEN_PATH = "/login/oauth/access_token"
LIMITS = {"LoginMixin.total_seconds": 1.0, "LoginMixin.pause_seconds": 60.0}


async def returned(hub: HubProcess) -> tuple[float, int]:
    """One browser comes back from the provider: seconds until its page is there, and the status."""
    async with hub.visitor() as visitor:
        address = visitor.hub / "oauth_login"
        for _ in range(2):
            async with visitor.request("GET", address, allow_redirects=False) as answer:
                address = URL(answer.headers["Location"], encoded=True)
        began = time.perf_counter()
        async with visitor.request("GET", address, allow_redirects=False) as answer:
            await answer.read()
        return time.perf_counter() - began, answer.status


async def measure(figures: Figures, rounds: int, *, quick: bool) -> None:
    """Adds `breaker_ms`: the median, in milliseconds; at most 100 is wanted."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="login-benchmark-")))
        github = await stack.enter_async_context(FakeGitHub())
        github.person("amy", 5001)
        github.signed_in = "amy"
        github.faults[TOKEN_PATH] = Fault(hangs=True)
        extra = configuration(OURS, github) + assignments(LIMITS)
        hub = HubProcess(folder, spawner="simple", extra=extra)
        stack.callback(hub.close)
        await hub.start()
        waited = [await returned(hub) for _ in range(3)]
        told = [await returned(hub) for _ in range(rounds if quick else max(rounds, 20))]
    statuses = {status for _, status in (*waited, *told)}
    if statuses != {503}:
        raise RuntimeError(f"HTTP {sorted(statuses)}, where all are to be 503")
    milliseconds = [seconds * 1000 for seconds, _ in told]
    figures.absolute["breaker_ms"] = round(statistics.median(milliseconds), 1)
    figures.facts["breaker"] = {
        "limit_ms": 100,
        "longest_ms": round(max(milliseconds), 1),
        "before_it_opens_ms": round(statistics.median(seconds for seconds, _ in waited) * 1000, 1),
    }
