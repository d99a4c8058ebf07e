"""Did a profile, or an override for a group, give what only another route gives?

Both come before the route and are merged with it, as the chart's own settings are. What the chart gives to
everybody is nobody's privilege; what a route gives is for those on it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from libretexts_hub.domain.placed_pod import QUEUE, Pod
from libretexts_hub.domain.placement import Placement
from libretexts_hub.domain.routes import Route, Routes
from libretexts_hub.domain.tolerations import Toleration, tolerates_the_same


@dataclass(frozen=True)
class Chart:
    """What the configuration gives to everybody."""

    node_selector: Mapping[str, str] = field(default_factory=dict)
    tolerations: tuple[Toleration, ...] = ()
    priority_class: str = ""
    service_account: str = ""
    queue: str = ""
    namespace: str = ""


def borrowed(pod: Pod, namespace: str, routes: Routes, route: Route | None, chart: Chart) -> list[str]:
    """What this pod, not placed yet, has from other routes than its own; empty: nothing."""
    mine = route.place if route else Placement()
    others = [each.place for each in routes.all if each is not route]
    return [*_texts(pod, namespace, mine, others, chart), *_nodes(pod, mine, others, chart)]


def _texts(pod: Pod, namespace: str, mine: Placement, others: list[Placement], chart: Chart) -> Iterator[str]:
    spec, labels = pod["spec"], pod["metadata"].get("labels") or {}
    found = {
        "spec.priorityClassName": (spec.get("priorityClassName"), "priority_class", chart.priority_class),
        "spec.serviceAccountName": (spec.get("serviceAccountName"), "service_account", chart.service_account),
        f"metadata.labels: {QUEUE}": (labels.get(QUEUE), "kueue_queue", chart.queue),
        "metadata.namespace": (namespace, "namespace", chart.namespace),
    }
    for place, (value, key, of_everybody) in found.items():
        is_known = not value or value in (of_everybody, getattr(mine, key))
        if not is_known and any(value == getattr(each, key) for each in others):
            yield place


def _nodes(pod: Pod, mine: Placement, others: list[Placement], chart: Chart) -> Iterator[str]:
    for key, value in (pod["spec"].get("nodeSelector") or {}).items():
        is_known = value in (chart.node_selector.get(key), mine.node_selector.get(key))
        if not is_known and any(each.node_selector.get(key) == value for each in others):
            yield f"spec.nodeSelector: {key}"
    for one in pod["spec"].get("tolerations") or ():
        if one in chart.tolerations or one in mine.tolerations:
            continue
        theirs = (each for place in others for each in place.tolerations if each not in mine.tolerations)
        if any(tolerates_the_same(one, each) for each in theirs if each not in chart.tolerations):
            yield f"spec.tolerations: {one.get('key', 'every taint')}"
