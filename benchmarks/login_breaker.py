"""How soon is somebody told, who logs in while the provider is known to be down?

Through a real hub: the time from the browser's return (`/hub/oauth_callback`) to the page that says so, and
beside it from a click on the button, which sends nobody there any more. The provider takes every connection
and answers nothing; three logins have waited for it already.
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
    from libretexts_hub.demo.visitor import Visitor

    from .login import Figures

TOKEN_PATH = "/login/oauth/access_token"
LIMITS = {"LoginMixin.total_seconds": 1.0, "LoginMixin.pause_seconds": 60.0}


async def sent(visitor: Visitor) -> URL:
    """A browser goes to the provider: the address that it is to come back to."""
    address = visitor.hub / "oauth_login"
    for _ in range(2):
        async with visitor.request("GET", address, allow_redirects=False) as answer:
            address = URL(answer.headers["Location"], encoded=True)
    return address


async def told(visitor: Visitor, address: URL) -> tuple[float, int]:
    """Seconds until the page there has come, and its status."""
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
        # All of them are on their way before it is known: nobody is sent there afterwards.
        many = 3 + (rounds if quick else max(rounds, 20))
        visitors = [await stack.enter_async_context(hub.visitor()) for _ in range(many)]
        addresses = [await sent(visitor) for visitor in visitors]
        came = [await told(visitor, address) for visitor, address in zip(visitors, addresses, strict=True)]
        not_sent = [await told(visitor, visitor.hub / "oauth_login") for visitor in visitors]
    waited, back = came[:3], came[3:]
    statuses = {status for _, status in (*came, *not_sent)}
    if statuses != {503}:
        raise RuntimeError(f"HTTP {sorted(statuses)}, where all are to be 503")
    milliseconds = [seconds * 1000 for seconds, _ in back]
    figures.absolute["breaker_ms"] = round(statistics.median(milliseconds), 1)
    figures.facts["breaker"] = {
        "limit_ms": 100,
        "longest_ms": round(max(milliseconds), 1),
        "not_sent_ms": round(statistics.median(seconds for seconds, _ in not_sent) * 1000, 1),
        "before_it_opens_ms": round(statistics.median(seconds for seconds, _ in waited) * 1000, 1),
    }
