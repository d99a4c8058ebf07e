"""What else may a route write into a pod? `pod:` is merged into the spec as it stands.

For what has no key of its own: a runtime class, a scheduler, claims of devices (DRA).
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from libretexts_hub.domain.entries import Entry
from libretexts_hub.domain.quantities import amount
from libretexts_hub.domain.sizes import RESOURCE
from libretexts_hub.errors import ConfigurationError

TEXTS = ("dnsPolicy", "preemptionPolicy", "runtimeClassName", "schedulerName")
FLAGS = (
    *("automountServiceAccountToken", "enableServiceLinks", "hostIPC", "hostNetwork", "hostPID", "hostUsers"),
    *("setHostnameAsFQDN", "shareProcessNamespace"),
)
NUMBERS = ("activeDeadlineSeconds", "terminationGracePeriodSeconds")
MAPPINGS = ("affinity", "dnsConfig", "os", "overhead", "resources", "securityContext")
LISTS = (
    *("hostAliases", "readinessGates", "resourceClaims", "schedulingGates", "topologySpreadConstraints"),
)
FIELDS = (*TEXTS, *FLAGS, *NUMBERS, *MAPPINGS, *LISTS, "containers")
OWN_KEYS = {
    "nodeSelector": "node_selector",
    "tolerations": "tolerations",
    "priorityClassName": "priority_class",
    "serviceAccountName": "service_account",
    "serviceAccount": "service_account",
    "volumes": "volumes",
}
NOTEBOOK = "notebook"


@dataclass(frozen=True)
class PodFields:
    """`spec` is merged into the pod's spec, `resources` into those of its notebook container."""

    spec: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, Any] = field(default_factory=dict)


def parse_pod_fields(entry: Entry) -> PodFields:
    """Read `pod`. Raises ConfigurationError."""
    part = entry.part("pod")
    if part is None:
        return PodFields()
    for key in part.fields:
        if key in OWN_KEYS:
            raise ConfigurationError(
                f"{key} has a key of its own",
                where=part.where,
                fix=f"Write {OWN_KEYS[str(key)]} below place.",
            )
    part.only(FIELDS)
    affinity = part.part("affinity")
    if affinity is not None and "nodeAffinity" in affinity.fields:
        raise ConfigurationError(
            "nodeAffinity has a key of its own", where=affinity.where, fix="Write node_affinity below place."
        )
    written = [str(key) for key, value in part.fields.items() if value is not None and key != "containers"]
    return PodFields({key: _field(part, key) for key in written}, _resources(part))


def merged(theirs: Any, ours: Any) -> Any:
    """Mappings key by key, lists with what is new at their end, everything else in place of theirs."""
    if isinstance(theirs, Mapping) and isinstance(ours, Mapping):
        both = dict(theirs)
        for key, value in ours.items():
            both[key] = merged(theirs[key], value) if key in theirs else deepcopy(value)
        return both
    if isinstance(theirs, list) and isinstance(ours, list | tuple):
        return [*theirs, *(deepcopy(each) for each in ours if each not in theirs)]
    return deepcopy(ours)


def notebook_of(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The container in which a person works: the one that KubeSpawner names so, else the first."""
    containers = spec["containers"]
    found: dict[str, Any] = next((each for each in containers if each.get("name") == NOTEBOOK), containers[0])
    return found


def _field(part: Entry, key: str) -> Any:
    """The value, of the kind that the API server wants; what is inside it only the server knows."""
    value = part.fields[key]
    if key in TEXTS:
        return part.text(key)
    if key in FLAGS:
        return part.flag(key)
    if key in NUMBERS:
        return part.integer(key, default=0)
    if key in MAPPINGS:
        part.part(key)
    elif not (isinstance(value, list | tuple) and all(isinstance(each, Mapping) for each in value)):
        raise ConfigurationError(
            f"{key!r} must be a list of mappings",
            where=part.place(key),
            fix=f"Write - and keys below {key}:.",
        )
    return value


def _resources(part: Entry) -> Mapping[str, Any]:
    container = _container(part)
    if container is None:
        return {}
    container.only(("name", "resources"))
    resources = container.part("resources")
    if resources is None:
        return {}
    resources.only(("limits", "requests", "claims"))
    for key in ("limits", "requests"):
        if (quantities := resources.part(key)) is not None:
            for name, value in quantities.fields.items():
                _check_resource(name, value, quantities)
    claims = resources.fields.get("claims")
    if claims is not None and not (
        isinstance(claims, list) and all(isinstance(one, Mapping) for one in claims)
    ):
        raise ConfigurationError(
            "'claims' must be a list", where=resources.place("claims"), fix="Write - {name: gpu}."
        )
    return resources.fields


def _container(part: Entry) -> Entry | None:
    raw = part.fields.get("containers")
    if raw is None:
        return None
    place = part.place("containers")
    if isinstance(raw, Mapping) and set(raw) == {NOTEBOOK} and isinstance(raw[NOTEBOOK], Mapping):
        return Entry(part.slug, raw[NOTEBOOK], f"{place}.{NOTEBOOK}")
    is_one = isinstance(raw, list) and len(raw) == 1 and isinstance(raw[0], Mapping)
    if isinstance(raw, list) and is_one and raw[0].get("name", NOTEBOOK) == NOTEBOOK:
        return Entry(part.slug, raw[0], f"{place}[0]")
    raise ConfigurationError(
        "A route adds resources to the notebook's container, nothing else",
        where=place,
        fix="Write {notebook: {resources: {claims: [{name: gpu}]}}}.",
    )


def _check_resource(name: object, value: object, part: Entry) -> None:
    if name in ("cpu", "memory"):
        raise ConfigurationError(
            f"A route does not replace {name}",
            where=part.place(str(name)),
            fix="Use sizes, or caps below place.",
        )
    is_known = name == "ephemeral-storage" or str(name).startswith("hugepages-")
    if not is_known and not (isinstance(name, str) and RESOURCE.fullmatch(name)):
        raise ConfigurationError(
            f"{name!r:.80} is not a resource", where=part.where, fix="Write it like nvidia.com/gpu."
        )
    quantity = None if isinstance(value, bool) else amount(value)
    if quantity is None or (not is_known and quantity != int(quantity)):
        raise ConfigurationError(
            f"{value!r:.60} is not a quantity of {name}",
            where=part.place(str(name)),
            fix="Write a whole number of devices." if not is_known else "Write it like 10Gi.",
        )
