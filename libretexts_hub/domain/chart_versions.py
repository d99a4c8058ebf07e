"""Which release of the Zero to JupyterHub chart were these values written for?

Keys that a release has dropped give it away. The sources are the chart's changelog and its schemas.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from libretexts_hub.domain.findings import Finding, error, warning


@dataclass(frozen=True)
class Dropped:
    """A key that only releases before (`is_later`: from) `release` take, and what takes its place."""

    keys: tuple[str, ...]
    release: str
    fix: str
    kind: type | None = None
    is_later: bool = False

    @property
    def place(self) -> str:
        """As an operator types it."""
        return ".".join(self.keys)


OLDEST = 4
AUTH = "Write the authenticator's settings into hub.config."
SNIPPETS = "Write them as a mapping: a name, and the text below it."
DROPPED = (
    Dropped(("auth",), "1.0", AUTH),
    Dropped(("hub", "extraConfig"), "1.0", SNIPPETS, str),
    Dropped(("hub", "extraConfig"), "1.0", SNIPPETS, list),
    Dropped(("hub", "extraConfigMap"), "1.0", "Move it to custom."),
    Dropped(("hub", "uid"), "1.0", "Write hub.containerSecurityContext.runAsUser."),
    Dropped(("hub", "imagePullSecret"), "1.0", "Move it to imagePullSecret."),
    Dropped(("hub", "services"), "1.0", "Write a mapping by the name of the service.", list),
    Dropped(("singleuser", "imagePullSecret"), "1.0", "Move it to imagePullSecret."),
    Dropped(("singleuser", "cloudMetadata", "enabled"), "1.0", "Write blockWithIptables: the opposite."),
    Dropped(("proxy", "networkPolicy"), "1.0", "Move it to proxy.chp.networkPolicy."),
    Dropped(("proxy", "containerSecurityContext"), "1.0", "Move it to proxy.chp.containerSecurityContext."),
    Dropped(("proxy", "nodeSelector"), "1.0", "Move it to proxy.chp.nodeSelector."),
    Dropped(("proxy", "pdb"), "1.0", "Move it to proxy.chp.pdb."),
    Dropped(("scheduling", "userScheduler", "policy"), "2.0", "Write scheduling.userScheduler.plugins."),
    Dropped(("rbac", "enabled"), "2.0", "Write rbac.create."),
    Dropped(("httpRoute", "parentRefs"), "5.0", "With chart 4.4 write httpRoute.gateway.", is_later=True),
)


def other_versions(values: Mapping[str, object]) -> Iterator[Finding]:
    """What chart 4.4 would refuse because it is of another release: an error where it is of an older one, a
    warning where it is of a later one, with which this package is meant to run too."""
    for dropped in DROPPED:
        found = _at(values, dropped.keys)
        if found is None or (dropped.kind is not None and not isinstance(found, dropped.kind)):
            continue
        name = f"{dropped.place!r}{'' if dropped.kind is None else f' as a {dropped.kind.__name__}'}"
        if dropped.is_later:
            yield warning(
                f"{name} is of chart {dropped.release} or later; chart 4 refuses it",
                dropped.place,
                dropped.fix,
            )
        else:
            yield error(
                f"{name} is of a chart before {dropped.release}; chart 4 refuses it",
                dropped.place,
                dropped.fix,
            )


def old_dependency(chart: Mapping[str, object]) -> str:
    """The version of the hub's chart that this `Chart.yaml` depends on, where it is before 4; else ""."""
    listed = chart.get("dependencies")
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, Mapping) and each.get("name") == "jupyterhub":
            version = str(each.get("version", ""))
            number = re.search(r"\d+", version)
            if number and int(number.group()) < OLDEST:
                return version
    return ""


def _at(values: object, keys: tuple[str, ...]) -> object:
    for key in keys:
        values = values.get(key) if isinstance(values, Mapping) else None
    return values
