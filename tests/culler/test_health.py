"""Does the culler say over HTTP how it is?"""

import aiohttp

from libretexts_hub.culler import metrics
from libretexts_hub.culler.health import Health, HealthServer


async def test_health_and_metrics():
    now = [0.0]
    health = Health(stale_after=60, clock=lambda: now[0])
    metrics.STEPS.labels(action="mark").inc()
    async with (
        HealthServer(health, address="127.0.0.1", port=0) as server,
        aiohttp.ClientSession() as session,
    ):

        async def ask(path):
            async with session.get(f"http://127.0.0.1:{server.port}{path}") as answer:
                return answer.status, await answer.text()

        assert (await ask("/health"))[0] == 200
        now[0] = 61
        assert await ask("/health") == (503, '{"status": "stuck", "last_run": "none yet"}')
        health.ended("done")
        assert (await ask("/health"))[0] == 200
        assert 'libretexts_cull_steps_total{action="mark"}' in (await ask("/metrics"))[1]
        assert (await ask("/"))[0] == 404
