"""What does a pod look like once its route is applied? The same pod, and the route's part merged into it."""

from collections.abc import Mapping, Sequence
from typing import Any

from libretexts_hub.domain.kubernetes_names import check_label_value, check_object_name
from libretexts_hub.domain.node_affinity import with_affinity
from libretexts_hub.domain.placeholders import filled, group_slug, placeholders
from libretexts_hub.domain.placement import Placement
from libretexts_hub.domain.pod_fields import merged, notebook_of
from libretexts_hub.domain.route_volumes import volumes_and_mounts
from libretexts_hub.domain.routes import Route
from libretexts_hub.domain.routing import Decision
from libretexts_hub.domain.tolerations import merged_tolerations
from libretexts_hub.errors import ConfigurationError

ROUTE = "libretexts.org/route"
REASON = "libretexts.org/route-reason"
NETWORK_CLASS = "libretexts.org/network-class"
QUEUE = "kueue.x-k8s.io/queue-name"
LONGEST_REASON = 1000
Pod = Mapping[str, Any]


def values_for(decision: Decision, names: Mapping[str, str]) -> dict[str, str]:
    """What comes in the place of `{…}`: KubeSpawner's own names, and the group."""
    if not decision.groups:
        return dict(names)
    group = decision.groups[0]
    return {**names, "group": group_slug(group), "unescaped_group": group}


def placeholders_of(route: Route) -> frozenset[str]:
    """The names that this route's texts need; asked for once, since some are dear to make."""
    place = route.place
    texts = [place.kueue_queue, place.service_account, place.network_class]
    texts += [*place.labels.values(), *place.annotations.values(), *place.environment.values()]
    for volume in place.volumes:
        texts += [volume.claim, volume.nfs_path, volume.mount, volume.sub_path]
    found = (placeholders(text, where=route.slug, may_be_unescaped=True) for text in texts if text)
    return frozenset(name for names in found for name in names)


def placed(pod: Pod, decision: Decision, values: Mapping[str, str]) -> dict[str, Any]:
    """The pod, as JSON, on its route. Raises ConfigurationError where a filled text is not a label."""
    metadata = dict(pod.get("metadata") or {})
    metadata["annotations"] = {**(metadata.get("annotations") or {}), REASON: reason_of(decision)}
    if decision.route is None:
        return {**pod, "metadata": metadata}
    # Copied as far as something is changed below.
    spec = {**pod["spec"], "containers": [dict(each) for each in pod["spec"]["containers"]]}
    place = decision.route.place
    metadata["annotations"] |= {key: filled(text, values) for key, text in place.annotations.items()}
    metadata["annotations"][ROUTE] = decision.slug
    metadata["labels"] = {**(metadata.get("labels") or {}), **_labels(decision.route, values)}
    _choose_nodes(spec, place)
    if place.priority_class:
        spec["priorityClassName"] = place.priority_class
        spec.pop("priority", None)
    _give_resources(notebook_of(spec), place)
    spec |= {key: merged(spec.get(key), value) for key, value in place.pod.spec.items()}
    _mount(spec, place, values, decision.groups)
    return {**pod, "metadata": metadata, "spec": spec}


def reason_of(decision: Decision) -> str:
    """What stands in the annotation."""
    return f"{decision.slug or 'no route'}: {decision.reason}"[:LONGEST_REASON]


def service_account_for(place: Placement, values: Mapping[str, str], where: str) -> str:
    """The name of the route's service account, empty for none. Raises ConfigurationError."""
    if not place.service_account:
        return ""
    return check_object_name(filled(place.service_account, values), where=where)


def _labels(route: Route, values: Mapping[str, str]) -> dict[str, str]:
    place = route.place
    texts = {**place.labels, ROUTE: route.slug}
    texts |= {QUEUE: place.kueue_queue} if place.kueue_queue else {}
    texts |= {NETWORK_CLASS: place.network_class} if place.network_class else {}
    return {
        key: check_label_value(filled(text, values), where=f"routes[{route.slug!r}], label {key}")
        for key, text in texts.items()
    }


def _choose_nodes(spec: dict[str, Any], place: Placement) -> None:
    theirs = {} if "node_selector" in place.replace else spec.get("nodeSelector") or {}
    if place.node_selector or "node_selector" in place.replace:
        spec["nodeSelector"] = {**theirs, **place.node_selector}
    affinity = with_affinity(
        spec.get("affinity"), place.node_affinity, replace="node_affinity" in place.replace
    )
    if affinity or spec.get("affinity"):
        spec["affinity"] = affinity
    tolerated = [] if "tolerations" in place.replace else spec.get("tolerations") or []
    if place.tolerations or "tolerations" in place.replace:
        spec["tolerations"] = merged_tolerations(tolerated, place.tolerations)


def _give_resources(container: dict[str, Any], place: Placement) -> None:
    resources = dict(container.get("resources") or {})
    if place.gpu is not None and place.gpu.resource not in (resources.get("limits") or {}):
        # A size may have asked for more or fewer of them: that was chosen, and stays.
        count = {place.gpu.resource: str(place.gpu.count)}
        for key in ("limits", "requests"):
            resources[key] = {**(resources.get(key) or {}), **count}
    for key, value in place.pod.resources.items():
        if isinstance(value, Mapping):
            value = {name: str(quantity) for name, quantity in value.items()}
        resources[key] = merged(resources.get(key) or type(value)(), value)
    if resources:
        container["resources"] = resources


def _mount(spec: dict[str, Any], place: Placement, values: Mapping[str, str], groups: Sequence[str]) -> None:
    volumes, mounts = volumes_and_mounts(place.volumes, values, groups)
    if not volumes:
        return
    container = notebook_of(spec)
    taken = {each["mountPath"].rstrip("/") for each in container.get("volumeMounts") or ()}
    for mount in mounts:
        if mount["mountPath"].rstrip("/") in taken:
            raise ConfigurationError(
                f"Something is mounted at {mount['mountPath']} already",
                where=f"volume {mount['name']} of the route",
                fix="Give it another mount:.",
            )
    spec["volumes"] = [*(spec.get("volumes") or ()), *volumes]
    container["volumeMounts"] = [*(container.get("volumeMounts") or ()), *mounts]
