"""How does a change made to a pod's JSON get back into the pod's own objects?

KubeSpawner's manifest is a `V1Pod`, and operators' hooks rely on that: `pod.spec.tolerations[0].key`. The
core works on JSON. Only what has changed is turned back.
"""

import re
from collections.abc import Mapping
from typing import Any

from kubernetes_asyncio.client import models

from libretexts_hub.domain.pod_fields import NOTEBOOK
from libretexts_hub.errors import ConfigurationError

LISTED = re.compile(r"list\[(.*)\]")
MAPPED = re.compile(r"dict[\[(]str, (.*)[\])]")
# What a route may change of the notebook's container.
OF_CONTAINER = ("resources", "volumeMounts")


def update_pod(pod: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Write into the object `pod`, whose JSON is `before`, what is different in `after`."""
    pod.metadata.labels = after["metadata"].get("labels")
    pod.metadata.annotations = after["metadata"].get("annotations")
    for key, value in after["spec"].items():
        if before["spec"].get(key) == value:
            continue
        if key == "containers":
            _update_container(pod.spec.containers, value)
        else:
            _set(pod.spec, key, value)


def _update_container(containers: list[Any], after: list[Mapping[str, Any]]) -> None:
    index = next((at for at, each in enumerate(after) if each.get("name") == NOTEBOOK), 0)
    container, made = containers[index], after[index]
    for key in OF_CONTAINER:
        if isinstance(container, dict):
            container |= {key: made[key]} if key in made else {}
        else:
            _set(container, key, made.get(key))


def _set(target: Any, key: str, value: Any) -> None:
    names = {written: name for name, written in target.attribute_map.items()}
    if key not in names:
        raise ConfigurationError(
            f"The kubernetes_asyncio of this hub knows no {key}",
            where="place.pod of a route",
            fix="Take it away, or upgrade kubernetes_asyncio in the image of the hub.",
        )
    setattr(target, names[key], _made(target.openapi_types[names[key]], value))


def _made(kind: str, value: Any) -> Any:
    """The value as the generated classes have it; what they don't know is left as JSON, which is sent too."""
    if value is None:
        return None
    if listed := LISTED.fullmatch(kind):
        return [_made(listed[1], each) for each in value]
    if mapped := MAPPED.fullmatch(kind):
        return {key: _made(mapped[1], each) for key, each in value.items()}
    model = getattr(models, kind, None)
    if model is None or not isinstance(value, Mapping):
        return value
    names = {written: name for name, written in model.attribute_map.items()}
    if not value.keys() <= names.keys():
        return value
    return model(**{names[key]: _made(model.openapi_types[names[key]], each) for key, each in value.items()})
