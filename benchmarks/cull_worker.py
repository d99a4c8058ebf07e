"""What does one culler do in a process of its own? Prints seconds, peak memory and what it found, as JSON.

`python -m benchmarks.cull_worker SIDE list|delete URL LIMIT_SECONDS`; the token is in JUPYTERHUB_API_TOKEN.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time
from pathlib import Path

CONCURRENCY = 10
PAGE = 200
NEVER_SECONDS = 10**9


async def ours(url: str, token: str, limit: float, *, delete: bool) -> dict[str, int]:
    """Those longest away first, until the first who is not away long enough; then as many at a time as the
    hub is asked with."""
    from libretexts_hub.clients.hub_api import HubApi
    from libretexts_hub.clients.kube_access import fixed
    from libretexts_hub.clients.polite_requests import PoliteClient

    async with PoliteClient(url, fixed(f"token {token}"), concurrency=CONCURRENCY) as client:
        api = HubApi(client)
        gone = await _gone(api, time.time() - limit)
        if delete:
            queue = iter(gone)

            async def work() -> None:
                for name in queue:
                    await api.delete_user(name)

            await asyncio.gather(*(work() for _ in range(CONCURRENCY)))
        return {"found": len(gone), "requests": client.sent, "most_in_flight": client.most_in_flight}


async def _gone(api, cutoff: float) -> list[str]:
    gone: list[str] = []
    offset: int | None = 0
    while offset is not None:
        page = await api.users(offset=offset, limit=PAGE)
        away = [user for user in page.users if user.last_activity is None or user.last_activity < cutoff]
        gone += [user.name for user in away if user.last_activity is not None and not user.is_admin]
        # Never seen sort first; the first who was here lately ends the list.
        offset = page.next_offset if len(away) == len(page.users) else None
    return gone


async def peer(url: str, token: str, limit: float, *, delete: bool) -> dict[str, int]:
    """jupyterhub-idle-culler as its command line runs it, with `--cull-users`."""
    from jupyterhub_idle_culler import cull_idle

    logger = logging.getLogger("idle-culler")
    await cull_idle(
        url,
        token,
        int(limit) if delete else NEVER_SECONDS,
        logger,
        cull_users=True,
        concurrency=CONCURRENCY,
        cull_admin_users=False,
    )
    return {}


def main() -> None:
    side, action, url, limit = sys.argv[1:5]
    token = os.environ["JUPYTERHUB_API_TOKEN"]
    run = {"ours": ours, "peer": peer}[side]
    began = time.perf_counter()
    facts = asyncio.run(run(url, token, float(limit), delete=action == "delete"))
    print(json.dumps({"seconds": time.perf_counter() - began, "peak_mb": peak_mb(), **facts}))


def peak_mb() -> float:
    """The largest resident set of this program; getrusage would count that of its parent, too."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
