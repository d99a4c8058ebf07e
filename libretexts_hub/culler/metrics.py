"""What can an operator see of the culler in Prometheus?"""

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

if TYPE_CHECKING:
    from libretexts_hub.culler.sweep import Report
    from libretexts_hub.culler.world import World

# Its own, since a culler inside the hub's pod is another process, and tests run several.
REGISTRY = CollectorRegistry()
RUNS = Counter(
    "libretexts_cull_runs_total",
    "Runs, by how they ended: done, aborted (a fuse), failed, skipped (another one runs)",
    ["end"],
    registry=REGISTRY,
)
RUN_SECONDS = Histogram(
    "libretexts_cull_run_seconds",
    "How long a run took",
    buckets=(1, 5, 15, 60, 300, 900, 3600, 14400),
    registry=REGISTRY,
)
LAST_RUN_AT = Gauge(
    "libretexts_cull_last_complete_timestamp_seconds",
    "When a run was complete last",
    registry=REGISTRY,
)
STEPS = Counter(
    "libretexts_cull_steps_total",
    "What was done: marked, told, unmarked, records deleted, deleted, bytes deleted, stopped, ...",
    ["action"],
    registry=REGISTRY,
)
FAILURES = Counter(
    "libretexts_cull_failures_total",
    "Steps that were not done, by the kind of the error",
    ["error"],
    registry=REGISTRY,
)
CLAIMS = Gauge(
    "libretexts_cull_claims",
    "Claims that the last complete run looked at, by what was decided: keep, mark, notify, unmark, delete",
    ["verdict"],
    registry=REGISTRY,
)
BYTES = Gauge(
    "libretexts_cull_claim_bytes",
    "Bytes of these claims, by what was decided of them",
    ["verdict"],
    registry=REGISTRY,
)
IS_LEADER = Gauge("libretexts_cull_holds_lease", "1 where this process holds the Lease", registry=REGISTRY)

# Zero before the first one: else `increase` would miss it, and an alert with it.
for end in ("done", "aborted", "failed", "skipped"):
    RUNS.labels(end=end)


def note_run(world: "World", report: "Report", seconds: float) -> None:
    """Count one run that has ended."""
    end = "skipped" if report.is_skipped else "aborted" if world.alarm else "failed"
    RUNS.labels(end=end if report.problem else "done").inc()
    RUN_SECONDS.observe(seconds)
    for action, count in world.counts.items():
        STEPS.labels(action=action).inc(count)
    for error, count in world.errors.items():
        FAILURES.labels(error=error).inc(count)
    if report.problem:
        return
    LAST_RUN_AT.set(world.now)
    for gauge, found in ((CLAIMS, world.verdicts), (BYTES, world.verdict_bytes)):
        gauge.clear()
        for verdict in ("keep", "mark", "notify", "unmark", "delete"):
            gauge.labels(verdict=verdict).set(found[verdict])
