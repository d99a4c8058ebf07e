"""What can an operator see in Prometheus? The hub's own /metrics page shows these next to JupyterHub's."""

from collections.abc import Sequence
from enum import Enum
from typing import TypeVar

from prometheus_client import REGISTRY, Counter, Gauge, Histogram

Metric = TypeVar("Metric", Counter, Gauge, Histogram)


def registered(kind: type[Metric], name: str, words: str, labels: Sequence[str] = (), **options) -> Metric:
    """A metric of this name, made once: a second import of this module gets the registered one."""
    known = REGISTRY._names_to_collectors.get(name)
    return known if isinstance(known, kind) else kind(name, words, labels, **options)


START_SECONDS = registered(
    Histogram,
    "libretexts_start_seconds",
    "Seconds in one phase of a start: pod (until it runs), answer (until it answers over HTTP)",
    ["phase"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600),
)
REFUSED_CHOICES = registered(
    Counter,
    "libretexts_refused_choices_total",
    "Choices refused because they were not on the person's menu",
    ["cause"],
)
CHOSEN_STARTS = registered(
    Counter,
    "libretexts_chosen_starts_total",
    "Starts by what was chosen from the menu: the slugs of environment and size",
    ["image", "size"],
)
ROUTED_STARTS = registered(
    Counter,
    "libretexts_routed_starts_total",
    "Starts by the route that was taken; empty for none",
    ["route"],
)
ADOPTED_PODS = registered(
    Counter,
    "libretexts_adopted_pods_total",
    "Pods found and kept though their creation was not answered in time",
)
FAILED_STARTS = registered(
    Counter,
    "libretexts_failed_starts_total",
    "Starts that ended: the server stopped or never answered",
    ["cause"],
)
ENDED_SERVERS = registered(
    Counter,
    "libretexts_ended_servers_total",
    "Running servers that the cluster ended, by cause (Evicted, PreemptionByScheduler, OOMKilled, ...)",
    ["cause"],
)
REGISTRY_READS = registered(
    Counter,
    "libretexts_registry_reads_total",
    "Reads of a repository for the menu, by how they ended (read, failed)",
    ["repository", "outcome"],
)
REGISTRY_READ_AT = registered(
    Gauge,
    "libretexts_registry_read_timestamp_seconds",
    "When the tags of a repository were read last",
    ["repository"],
)
LOGINS = registered(
    Counter,
    "libretexts_logins_total",
    "Logins by how they ended (done, refused, away, failed); denials are counted by cause beside them",
    ["outcome"],
)
DENIALS = registered(
    Counter,
    "libretexts_denials_total",
    "Sure refusals at a login or a refresh, by cause (organisation, domain, bound, name, ...)",
    ["cause"],
)
REFRESHES = registered(
    Counter,
    "libretexts_login_refreshes_total",
    "Checks of a login by how they ended (checked, kept, expired, denied)",
    ["outcome"],
)
UPSTREAM_SECONDS = registered(
    Histogram,
    "libretexts_upstream_seconds",
    "Seconds until an identity provider answered, by host and outcome (HTTP status, away, breaker, ...)",
    ["host", "outcome"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
)
UPSTREAM_BREAKER = registered(
    Gauge,
    "libretexts_upstream_breaker",
    "Whether an identity provider is asked: 0 yes, 1 one try, 2 not for a moment",
    ["host"],
)

# Zero before the first one: else `increase` would miss it, and an alert with it.
for outcome in ("done", "refused", "away", "failed"):
    LOGINS.labels(outcome=outcome)
for outcome in ("checked", "kept", "expired", "denied"):
    REFRESHES.labels(outcome=outcome)
for phase in ("pod", "answer"):
    START_SECONDS.labels(phase=phase)


def upstream_asked(host: str, outcome: str, seconds: float) -> None:
    """One question to an identity provider has ended."""
    UPSTREAM_SECONDS.labels(host=host, outcome=outcome).observe(seconds)


def breaker_changed(host: str, state: Enum) -> None:
    """A breaker is in this state now."""
    UPSTREAM_BREAKER.labels(host=host).set(state.value)
