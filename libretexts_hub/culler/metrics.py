"""What can an operator see of the culler in Prometheus?"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

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
    "What was done: mark, unmark, notice, snapshot, delete_user, delete_claim, stop_server, ...",
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
    "Claims of the last complete run by what was decided of them",
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
