"""Does the culler say over HTTP how it is?"""

import asyncio
from dataclasses import replace

import aiohttp
from prometheus_client import generate_latest

from libretexts_hub.culler import metrics
from libretexts_hub.culler.app import IdleCuller
from libretexts_hub.culler.health import Health, HealthServer
from tests.culler.histories import POLICY, hub
from tests.culler.model import DAY
from tests.culler.test_sweeps import world_of


async def test_what_a_run_did_is_counted():
    model = await asyncio.to_thread(hub)
    app = IdleCuller(homes=POLICY["homes"], fuse=POLICY["fuse"])
    model.ledger = replace(model.ledger, finished=model.time)
    await app.run_once(world_of(model), set())
    said = generate_latest(metrics.REGISTRY).decode()
    assert 'libretexts_cull_claims{verdict="mark"} 4.0' in said
    assert 'libretexts_cull_claim_bytes{verdict="mark"} 4.294967296e+09' in said
    assert 'libretexts_cull_runs_total{end="done"}' in said
    assert metrics.RUN_SECONDS._sum.get() >= 0

    model.time += DAY
    model.lease_holder = "another"
    world = world_of(model)
    model.lease_holder = "another"
    await app.run_once(world, set())
    model.lease_holder = None
    model.schedule = {model.calls + 6: ("unavailable",)}
    await app.run_once(world_of(model), set())
    said = generate_latest(metrics.REGISTRY).decode()
    assert 'libretexts_cull_runs_total{end="skipped"}' in said
    assert 'libretexts_cull_failures_total{error="UnavailableError"}' in said


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
