"""Which settings of a culler stop servers that are in use, or delete homes that nobody meant to delete?"""

import contextlib
from collections.abc import Iterator, Mapping

from libretexts_hub.domain.durations import parse_duration
from libretexts_hub.domain.findings import Finding, error, warning
from libretexts_hub.domain.site import Site, mappings
from libretexts_hub.errors import ConfigurationError

CULLER = "IdleCuller"
# JUPYTERHUB_ACTIVITY_INTERVAL of a server, and JupyterHub's own last_activity_interval, in seconds.
REPORTS = 300
CHART_REPORTS = 60


def culler_findings(site: Site) -> Iterator[Finding]:
    """All of them, in no order."""
    for rule in (_two_deleters, _chart_culls_people, _two_cullers, _too_soon):
        yield from rule(site)


def _two_deleters(site: Site) -> Iterator[Finding]:
    where, deletes = site.find(site.spawner, "delete_pvc", True)
    _, owns = site.find(site.spawner, "culler_owns_homes", False)
    if site.get(CULLER, "homes") and deletes and not owns:
        yield error(
            "The culler's policy decides about homes, but the hub deletes them with the person",
            where,
            "Set culler_owns_homes to true: the culler alone deletes homes and databases then.",
        )


def _chart_culls_people(site: Site) -> Iterator[Finding]:
    _, deletes = site.find(site.spawner, "delete_pvc", True)
    if site.value("cull", "users") and deletes:
        yield warning(
            "The chart's culler deletes people, and with them their homes, without notice or a way back",
            "cull.users",
            f"Set it to false, and let {CULLER}.homes mark, announce and then delete.",
        )


def _two_cullers(site: Site) -> Iterator[Finding]:
    enabled = site.value("cull", "enabled")
    if site.is_chart and site.values and enabled is not False and site.get(CULLER, "servers"):
        yield warning(
            "Two cullers stop servers: the chart's and ours, each by its own numbers",
            "cull.enabled",
            "Set it to false.",
        )


def _too_soon(site: Site) -> Iterator[Finding]:
    interval = site.get("JupyterHub", "last_activity_interval")
    usual = CHART_REPORTS if site.is_chart else REPORTS
    hub = interval if isinstance(interval, int) and not isinstance(interval, bool) else usual
    least = max(2 * hub, REPORTS + hub)
    for where, idle in _idle_times(site):
        if 0 < idle < least:
            yield error(
                f"A server is idle after {idle} s, but activity is known only up to {least} s later",
                where,
                f"Write at least {least} s, or let servers report sooner: JUPYTERHUB_ACTIVITY_INTERVAL.",
            )


def _idle_times(site: Site) -> Iterator[tuple[str, int]]:
    every = site.value("cull", "timeout")
    if isinstance(every, int) and site.value("cull", "enabled") is not False:
        yield "cull.timeout", every
    servers = site.get(CULLER, "servers")
    for slug, policy in servers.items() if isinstance(servers, Mapping) else ():
        where = f"c.{CULLER}.servers[{slug!r:.60}].idle"
        # What is no duration is found by the policy's own check.
        with contextlib.suppress(ConfigurationError):
            yield (
                where,
                int(parse_duration(policy.get("idle"), where=where)) if isinstance(policy, Mapping) else 0,
            )
    for service in mappings(site.get("JupyterHub", "services")):
        command = service.get("command")
        for part in command if isinstance(command, list | tuple) else ():
            name, _, number = str(part).partition("=")
            if name == "--timeout" and number.isdecimal() and "cull" in str(service.get("name", "")):
                yield f"c.JupyterHub.services ({service.get('name')!s:.60})", int(number)
