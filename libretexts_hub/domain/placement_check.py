"""Does the pod that is about to be created get no more than its route gives?

Asked last, of what is really sent: an operator's `modify_pod_hook` runs after the route was applied. `sealed`
is the pod with its route, `final` the one to be created. A hook may ask for less, and for what no route
deals with.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from libretexts_hub.domain.node_affinity import steering_keys, with_affinity
from libretexts_hub.domain.placed_pod import NETWORK_CLASS, QUEUE, REASON, ROUTE, Pod
from libretexts_hub.domain.pod_fields import notebook_of
from libretexts_hub.domain.quantities import amount
from libretexts_hub.domain.routes import Route, Routes

SEALED = (
    *("affinity", "priorityClassName", "priority", "preemptionPolicy", "serviceAccountName"),
    *("serviceAccount", "runtimeClassName", "schedulerName", "schedulingGates", "nodeName"),
    *("resourceClaims", "resources"),
)
CAPPED = ("cpu", "memory")
ORDINARY = (*CAPPED, "ephemeral-storage")


def excess(sealed: Pod, final: Pod, routes: Routes, route: Route | None, namespace: str) -> list[str]:
    """What the pod would get, or escape from, that its route does not provide for; empty: it may be made."""
    mine, theirs = final["spec"], sealed["spec"]
    brought = {key for each in routes.all for key in each.place.pod.spec}
    sealed_keys = dict.fromkeys((*SEALED, *sorted(brought)))
    found = [f"spec.{key}" for key in sealed_keys if (mine.get(key) or None) != (theirs.get(key) or None)]
    found += _selector(theirs, mine, routes)
    found += [
        f"spec.tolerations: {json.dumps(each, sort_keys=True)}"
        for each in mine.get("tolerations") or ()
        if each not in (theirs.get("tolerations") or ())
    ]
    found += _marks(sealed["metadata"], final["metadata"], routes)
    if final["metadata"].get("namespace", namespace) != namespace:
        found.append("metadata.namespace")
    found += _devices(theirs, mine)
    found += _over_the_caps(mine, route)
    found += _volumes(theirs, mine, routes)
    return found


def _selector(sealed: Mapping[str, Any], final: Mapping[str, Any], routes: Routes) -> Iterator[str]:
    wanted, asked = sealed.get("nodeSelector") or {}, final.get("nodeSelector") or {}
    steering = {key for each in routes.all for key in each.place.node_selector}
    for each in routes.all:
        steering |= steering_keys(with_affinity(None, each.place.node_affinity))
    for key in sorted(wanted.keys() | asked.keys()):
        if wanted.get(key) != asked.get(key) and (key in wanted or key in steering):
            yield f"spec.nodeSelector: {key}"


def _marks(sealed: Mapping[str, Any], final: Mapping[str, Any], routes: Routes) -> Iterator[str]:
    """Labels and annotations by which queues, network policies and accounts know a route."""
    ours = {
        "labels": {ROUTE, QUEUE, NETWORK_CLASS, *(key for each in routes.all for key in each.place.labels)},
        "annotations": {ROUTE, REASON, *(key for each in routes.all for key in each.place.annotations)},
    }
    for kind, keys in ours.items():
        before, after = sealed.get(kind) or {}, final.get(kind) or {}
        for key in sorted(keys):
            if before.get(key) != after.get(key):
                yield f"metadata.{kind}: {key}"


def _devices(sealed: Mapping[str, Any], final: Mapping[str, Any]) -> Iterator[str]:
    allowed, asked = _sums(sealed), _sums(final)
    for name, number in sorted(asked.items()):
        if number is None or number > (allowed.get(name) or 0):
            yield f"resources: {name}"
    if extra := _claims(final) - _claims(sealed):
        yield f"resources.claims: {', '.join(sorted(extra))}"


def _containers(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for key in ("containers", "initContainers") for each in spec.get(key) or ()]


def _sums(spec: Mapping[str, Any]) -> dict[str, Decimal | None]:
    """Of each device, how many all containers have; None where that can't be read."""
    sums: dict[str, Decimal | None] = defaultdict(Decimal)
    for container in _containers(spec):
        resources = container.get("resources") or {}
        limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
        for name in (limits.keys() | requests.keys()) - set(ORDINARY):
            read = [amount(each[name]) for each in (limits, requests) if name in each]
            known, before = [each for each in read if each is not None], sums[name]
            sums[name] = before + max(known) if before is not None and len(known) == len(read) else None
    return sums


def _claims(spec: Mapping[str, Any]) -> set[str]:
    return {
        str(claim.get("name"))
        for container in _containers(spec)
        for claim in (container.get("resources") or {}).get("claims") or ()
    }


def _over_the_caps(final: Mapping[str, Any], route: Route | None) -> Iterator[str]:
    if route is None:
        return
    resources = notebook_of(final).get("resources") or {}
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for name, cap in (("cpu", route.place.caps.cpu), ("memory", route.place.caps.memory)):
        if cap is None:
            continue
        read = [amount(each.get(name, default)) for each, default in ((limits, ""), (requests, 0))]
        if any(each is None or each > Decimal(str(cap)) for each in read):
            yield f"resources: more {name} than the cap of the route"


def _volumes(sealed: Mapping[str, Any], final: Mapping[str, Any], routes: Routes) -> Iterator[str]:
    """A claim that a route brings is for those on that route."""
    before = set(_claim_names(sealed))
    brought = [volume for each in routes.all for volume in each.place.volumes]
    for name in _claim_names(final):
        if name not in before and any(volume.may_be(name) for volume in brought):
            yield f"spec.volumes: claim {name}"


def _claim_names(spec: Mapping[str, Any]) -> Iterator[str]:
    for volume in spec.get("volumes") or ():
        if claim := volume.get("persistentVolumeClaim"):
            yield str(claim.get("claimName"))
