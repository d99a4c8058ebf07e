"""Are these values that the Zero to JupyterHub chart 4 takes?"""

import difflib
from collections.abc import Iterator, Mapping

from libretexts_hub.domain.chart_versions import other_versions
from libretexts_hub.domain.findings import Finding, error, warning
from libretexts_hub.domain.site import Site

# The chart's schema takes no other key at the top.
TOP = (
    *(
        "custom",
        "cull",
        "debug",
        "enabled",
        "fullnameOverride",
        "global",
        "hub",
        "httpRoute",
        "imagePullSecret",
    ),
    *(
        "imagePullSecrets",
        "ingress",
        "nameOverride",
        "prePuller",
        "proxy",
        "rbac",
        "scheduling",
        "singleuser",
    ),
)
# Of these only a near miss is told: later releases of the chart add more.
HUB = (
    *("activeServerLimit", "allowNamedServers", "annotations", "args", "authenticatePrometheus", "baseUrl"),
    *("command", "concurrentSpawnLimit", "config", "consecutiveFailureLimit", "containerSecurityContext"),
    *(
        "cookieSecret",
        "db",
        "deploymentStrategy",
        "existingSecret",
        "extraConfig",
        "extraContainers",
        "extraEnv",
    ),
    *("extraFiles", "extraPodSpec", "extraVolumeMounts", "extraVolumes", "fsGid", "image", "initContainers"),
    *("labels", "lifecycle", "livenessProbe", "loadRoles", "namedServerLimitPerUser", "networkPolicy"),
    *("nodeSelector", "pdb", "podSecurityContext", "readinessProbe", "redirectToServer", "resources"),
    *("revisionHistoryLimit", "service", "serviceAccount", "services", "shutdownOnLogout", "templatePaths"),
    *("templateVars", "tolerations"),
)


def chart_findings(site: Site) -> Iterator[Finding]:
    """All of them, in no order; none where no values were read."""
    if site.values:
        yield from other_versions(site.values)
        yield from _top(site)
        yield from _hub(site)
        yield from _sections(site)
        yield from _snippets(site)


def _top(site: Site) -> Iterator[Finding]:
    for key in site.values:
        if key not in TOP and key != "auth":  # that one is told already
            yield error(f"The chart takes no {key!r:.60} at the top", str(key), _near(str(key), TOP))


def _hub(site: Site) -> Iterator[Finding]:
    hub = site.value("hub")
    for key in hub if isinstance(hub, Mapping) else ():
        if key not in HUB and (near := difflib.get_close_matches(str(key)[:100], HUB, n=1, cutoff=0.8)):
            yield error(
                f"The chart takes no {key!r:.60} below hub", f"hub.{key}", f"Did you mean {near[0]!r}?"
            )


def _sections(site: Site) -> Iterator[Finding]:
    config = site.value("hub", "config")
    for section in config if isinstance(config, Mapping) else ():
        if not str(section)[:1].isupper():
            yield error(
                f"{section!r:.60} is not a class: the hub of the chart ends at its start",
                f"hub.config.{section}",
                "Write it as a class, such as JupyterHub or LibreTextsSpawner.",
            )


def _snippets(site: Site) -> Iterator[Finding]:
    snippets = site.value("hub", "extraConfig")
    for name, text in snippets.items() if isinstance(snippets, Mapping) else ():
        if (
            isinstance(text, str)
            and "get_config()" in text.replace(" ", "")
            and "c=" in text.replace(" ", "")
        ):
            yield warning(
                "get_config is the chart's own there and needs a key",
                f"hub.extraConfig.{name}",
                "Use c as it is: it is in scope.",
            )


def _near(word: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word[:100], known, n=1, cutoff=0.7)
    return f"Did you mean {near[0]!r}?" if near else "Remove it, or move it below custom."
